"""A contract is edited: what is written is read again as it was meant, and what belongs together stays together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from lakehouse_jobs.contract import read
from lakehouse_jobs.contract.model import Contract, Field, Gate, Model, Rule

from wizard.contracts import rules, workflow
from wizard.contracts.edit import KINDS, ContractDraft, Kind, Refused, judged, shown_type
from wizard.contracts.rules import RuleKind, RuleUnreadable

TEMPLATE = Path(__file__).parents[2] / "templates" / "contracts" / "account.yaml"


@pytest.fixture
def draft() -> ContractDraft:
    return ContractDraft(read(TEMPLATE.read_text(encoding="utf-8"), "account.yaml"))


def again(draft: ContractDraft) -> Contract:
    """What is read of the file that would be written; it has no defects."""
    found = judged(draft.contract, "contracts/account.yaml")
    assert found.defects == ()
    return read(found.text, "account.yaml")


def refused(do: Callable[[], object]) -> str:
    with pytest.raises((Refused, RuleUnreadable)) as told:
        do()
    return str(told.value)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_type_is_written_and_read_again(draft: ContractDraft, kind: Kind) -> None:
    draft.set_type(0, 3, kind)
    column = again(draft).models[0].fields[3]
    assert (column.type, column.spark_type, column.format) == (kind.type, kind.spark_type, kind.format)
    assert shown_type(column) == kind.name


@pytest.mark.parametrize(
    ("kind", "text", "type_"),
    [
        (RuleKind.NOT_BLANK, "", "string"),
        (RuleKind.UNIQUE, "", "string"),
        (RuleKind.BETWEEN, "0, 120", "integer"),
        (RuleKind.BETWEEN, "0.5, ", "number"),
        (RuleKind.BETWEEN, ", 2026-12-31", "date"),
        (RuleKind.ONE_OF, "a, b", "string"),
        (RuleKind.ONE_OF, "'Rio, RJ', 0071, d'Ouro", "string"),
        (RuleKind.ONE_OF, "1, 2", "integer"),
        (RuleKind.ONE_OF, "2026-01-31", "date"),
        (RuleKind.MATCHES, r"[^@\s]+@it's\d", "string"),
        (RuleKind.SQL, "length(city) > 2", "string"),
    ],
)
def test_every_rule_is_written_and_read_again_and_taken_away(
    draft: ContractDraft, kind: RuleKind, text: str, type_: str
) -> None:
    draft.set_type(0, 3, next(each for each in KINDS if each.name == type_))
    before = draft.contract
    draft.put_rule(0, 3, kind, text)
    found = rules.found(again(draft).models[0], 3)
    assert [(rule.kind, rule.text) for rule in found] == [(kind, text)]
    assert found == rules.found(draft.model(0), 3)
    draft.put_rule(0, 3, kind, text)
    assert len(rules.found(draft.model(0), 3)) == 1, "one of a kind"
    draft.drop_rule(0, 3, kind)
    assert replace(draft.model(0), fields=before.models[0].fields) == before.models[0]
    assert rules.found(draft.model(0), 3) == ()


def test_what_is_no_rule_is_refused_with_the_remedy(draft: ContractDraft) -> None:
    draft.add_column(0, "age")
    draft.set_type(0, 4, KINDS[1])
    assert "write the smaller one first" in refused(lambda: draft.put_rule(0, 4, RuleKind.BETWEEN, "9, 1"))
    assert "no pair of numbers" in refused(lambda: draft.put_rule(0, 4, RuleKind.BETWEEN, "a, b"))
    assert "two limits are expected" in refused(lambda: draft.put_rule(0, 4, RuleKind.BETWEEN, "9"))
    assert "not all of it are numbers" in refused(lambda: draft.put_rule(0, 4, RuleKind.ONE_OF, "1, x"))
    assert "it cannot be read" in refused(lambda: draft.put_rule(0, 3, RuleKind.ONE_OF, "[a"))
    assert "no regular expression" in refused(lambda: draft.put_rule(0, 3, RuleKind.MATCHES, "("))
    assert "nothing is written" in refused(lambda: draft.put_rule(0, 3, RuleKind.SQL, " "))


def test_a_rule_that_is_changed_keeps_its_severity_and_its_neighbours(draft: ContractDraft) -> None:
    own = (
        Rule("long", "length(city) > 2", field="city", severity="warning", null_passes=True),
        Rule("short", "length(city) < 9", field="city", severity="fail"),
        Rule("known", reference="town.name", field="city"),
        Rule("city.invalidValues", r"`city` RLIKE '^(?:[A-Z]+)\\z'", field="city", severity="warning"),
    )
    draft.change_model(0, rules=own)
    told = [(rule.kind, rule.text) for rule in rules.found(draft.model(0), 3)]
    assert told == [(RuleKind.SQL, "length(city) > 2"), (RuleKind.SQL, "length(city) < 9"),
                    (RuleKind.REFERENCE, "town.name"), (RuleKind.MATCHES, "[A-Z]+")]  # fmt: skip
    draft.put_rule(0, 3, RuleKind.SQL, "length(city) > 3", "long")
    draft.put_rule(0, 3, RuleKind.MATCHES, "[A-Za-z]+")
    found = {rule.name: rule for rule in draft.model(0).rules}
    assert found == {
        "long": replace(own[0], predicate="length(city) > 3"), "short": own[1], "known": own[2],
        "city.invalidValues": replace(own[3], predicate=r"`city` RLIKE '^(?:[A-Za-z]+)\\z'"),
    }  # fmt: skip
    offered = [rule.kind for rule in rules.offered(draft.model(0), 3) if not rule.where]
    assert offered == [RuleKind.NOT_BLANK, RuleKind.UNIQUE, RuleKind.ONE_OF, RuleKind.SQL]
    draft.put_rule(0, 3, RuleKind.SQL, "city <> ''", "")
    draft.drop_rule(0, 3, RuleKind.SQL, "long")
    assert {rule.name for rule in draft.model(0).rules} == {"short", "known", "city.invalidValues", "city.rule"}


def test_not_blank_means_that_it_is_there_too_and_null_takes_it_away(draft: ContractDraft) -> None:
    draft.put_rule(0, 3, RuleKind.NOT_BLANK)
    assert draft.model(0).fields[3].required
    draft.set_nullable(0, 3, True)
    assert rules.found(draft.model(0), 3) == ()
    assert "is part of the key" in refused(lambda: draft.set_nullable(0, 0, True))


def test_a_new_name_goes_wherever_the_column_is_named_and_the_input_keeps_its_own() -> None:
    model = Model(
        "sales",
        (Field("id", "string", "STRING", required=True, key_position=1), Field("day", "date", "DATE"),
         Field("days", "integer", "BIGINT")),
        sequence=("day",), cluster=("day",), deletes="day IS NULL AND days = 0",
        rules=(Rule("day.rule", "`day` > DATE'2020-01-01' AND day(day) < 31 AND days > 1 OR id = 'day'", field="day"),),
        gates=(Gate("day.unique", "duplicateValues", "mustBe", 0, fields=("day",)),),
    )  # fmt: skip
    draft = ContractDraft(Contract("urn:x", "x", "1.0.0", (model,)), {("sales", "day"): ("51 filled",)})
    draft.rename_column(0, 1, "sold")
    changed = draft.model(0)
    assert (changed.sequence, changed.cluster, changed.deletes) == (("sold",), ("sold",), "sold IS NULL AND days = 0")
    (rule,), (gate,) = changed.rules, changed.gates
    assert (rule.field, rule.name) == ("sold", "sold.rule")
    assert rule.predicate == "`sold` > DATE'2020-01-01' AND day(sold) < 31 AND days > 1 OR id = 'day'"
    assert (gate.fields, gate.name) == (("sold",), "sold.unique")
    assert changed.fields[1].source_name == "day"
    assert draft.evidence(0, 1) == "51 filled"
    draft.rename_column(0, 1, "day")
    assert draft.model(0) == model


def test_a_list_of_values_follows_the_type_or_goes(draft: ContractDraft) -> None:
    draft.put_rule(0, 3, RuleKind.ONE_OF, "1, 2")
    draft.set_type(0, 3, next(kind for kind in KINDS if kind.name == "integer"))
    assert [rule.predicate for rule in draft.model(0).rules] == ["`city` IN (1, 2)"]
    draft.set_type(0, 3, next(kind for kind in KINDS if kind.name == "string"))
    assert [rule.predicate for rule in draft.model(0).rules] == ["`city` IN ('1', '2')"]
    draft.put_rule(0, 3, RuleKind.ONE_OF, "a, b")
    draft.set_type(0, 3, next(kind for kind in KINDS if kind.name == "integer"))
    assert draft.model(0).rules == ()


def test_a_name_that_no_table_may_have_is_refused(draft: ContractDraft) -> None:
    assert "begin with a letter" in refused(lambda: draft.rename_column(0, 3, "2nd"))
    assert "NAME is there already" in refused(lambda: draft.rename_column(0, 3, "NAME"))
    assert "begin with a letter" in refused(lambda: draft.add_column(0, ""))
    assert "begin with a letter" in refused(lambda: draft.rename_model(0, "my table"))
    at = draft.add_column(0, "cuontry")
    draft.rename_column(0, at, "country")
    assert draft.model(0).fields[at].source_name is None, "no input had the first name"


def test_a_column_goes_with_its_rules_and_its_place_in_the_key(draft: ContractDraft) -> None:
    draft.set_key(0, 3, 1)
    assert draft.model(0).keys == ("city", "user_id")
    draft.put_rule(0, 3, RuleKind.ONE_OF, "a, b")
    draft.put_rule(0, 3, RuleKind.UNIQUE)
    draft.remove_column(0, 3)
    assert draft.model(0).keys == ("user_id",)
    assert draft.model(0).fields[0].key_position == 1
    assert draft.model(0).rules == ()
    assert [gate.metric for gate in draft.model(0).gates] == ["rowCount"]
    again(draft)


def test_what_nothing_uses_stays_with_its_column() -> None:
    kept = {"schema[0].properties[0].tags": ["a"], "schema[0].properties[1].tags": ["b"],
            "schema[0].properties[2].tags": ["c"], "models.t.fields.two.title": "Two", "tenant": "x"}  # fmt: skip
    names = ("one", "two", "three")
    fields = tuple(Field(name, "string", "STRING", key_position=1 if name == "one" else None) for name in names)
    draft = ContractDraft(Contract("urn:x", "x", "1.0.0", (Model("t", fields),), kept=kept))
    draft.rename_column(0, 1, "zwei")
    assert draft.contract.kept["models.t.fields.zwei.title"] == "Two"
    draft.add_column(0, "zero", at=0)
    assert draft.contract.kept["schema[0].properties[3].tags"] == ["c"]
    draft.remove_column(0, 2)
    assert draft.contract.kept == {"schema[0].properties[1].tags": ["a"], "schema[0].properties[2].tags": ["c"],
                                   "tenant": "x"}  # fmt: skip


def test_a_defect_is_named_with_line_and_column_of_what_would_be_written(draft: ContractDraft) -> None:
    draft.set_key(0, 0, None)
    found = judged(draft.contract, "contracts/account.yaml")
    (defect,) = found.defects
    assert (defect.file, defect.what) == ("contracts/account.yaml", "has no primary key")
    assert found.text.splitlines()[defect.line - 1][defect.column - 1 :].startswith("name: account")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("version", "one", "three numbers"),
        ("table", "my table", "begin with a letter"),
        ("delimiter", ";;", "one character"),
        ("encoding", "utf-9", "no encoding has this name"),
        ("sequence", "when", "when is no column; choose of user_id"),
        ("schedule", "daily", "neither Quartz"),
        ("on_failure", "ops", "ops is no address"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(draft: ContractDraft, name: str, text: str, words: str) -> None:
    before = draft.contract
    assert words in refused(lambda: workflow.put(draft, 0, name, text))
    assert draft.contract == before


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("version", "1.2.3", "1.2.3"), ("table", "people", "people"), ("format", "json", "json"),
        ("header", "no", "no"), ("delimiter", "\\t", "\\t"), ("encoding", "ISO-8859-1", "ISO-8859-1"),
        ("null_value", "NA", "NA"), ("multiline", "no", "no"), ("write", "append", "append"),
        ("sequence", " city ", "city"), ("schedule", "30 6 * * 1", "0 30 6 ? * 2"), ("schedule", "", ""),
        ("on_start", "a@b.c", "a@b.c"), ("on_success", "a@b.c; d@e.f", "a@b.c, d@e.f"), ("on_failure", "", ""),
    ],
)  # fmt: skip
def test_every_setting_is_written_and_read_again(draft: ContractDraft, name: str, text: str, shown: str) -> None:
    workflow.put(draft, 0, name, text)
    found = {row.name: row.value for row in workflow.settings(ContractDraft(again(draft)), 0)}
    assert found[name] == shown
