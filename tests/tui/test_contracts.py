"""The contracts screen by keyboard alone: from a sample to a saved contract, cells edited in place, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from lakehouse_jobs.contract import load

from tests.tui.conftest import piloted
from tests.tui.scenes import begun
from tests.tui.seat import seated
from tests.tui.stage import until
from wizard.contracts import rules
from wizard.guided.messages import Idle
from wizard.setup.folder import Folder
from wizard.steps.contracts import Contracts
from wizard.tui.screens.dialogues import Ask, Pick, Show
from wizard.tui.screens.files import ChooseFile
from wizard.tui.screens.form import FormScreen
from wizard.tui.widgets.grid import Grid

ROWS = "sale_id,customer,amount,day\n0071,ana@example.com,12.50,2026-01-31\n0072,bo@example.com,3.00,2026-02-01\n"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "from outside" / "sales.csv"
    path.parent.mkdir()
    path.write_text(ROWS, encoding="utf-8")
    return path


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
@piloted
async def test_from_a_sample_to_a_saved_contract_and_its_sample_is_offered(
    tmp_path: Path, sample: Path, size: tuple[int, int]
) -> None:
    async with seated(tmp_path / "risk", size=size) as seat:
        await seat.press("f")
        await seat.over(ChooseFile)
        await seat.types(str(sample))
        await seat.sees("3 valid")
        await seat.sees("From sales.csv, comma, header")
        await seat.sees("Seen in 2 rows")
        await seat.sees("2 begin with 0")
        assert not (tmp_path / "risk" / "contracts").exists(), "nothing is written before it is saved"
        await seat.save()
        await until(seat.pilot, lambda: isinstance(seat.app.screen, FormScreen))
        assert seat.answers["contracts"]["files"] == ["template:account", "template:consents", "contracts/sales.yaml"]
        assert seat.answers["first_run"]["samples"]["sales"] == str(sample)  # type: ignore[index]
        assert seat.app.store.draft is not None
        assert Contracts().faults(seat.app.store.draft.valid(), Folder(seat.folder)) == []
    model = load(tmp_path / "risk" / "contracts" / "sales.yaml").model("sales")
    assert [(each.name, each.type) for each in model.fields] == [
        ("sale_id", "string"), ("customer", "string"), ("amount", "number"), ("day", "date"),
    ]  # fmt: skip
    assert model.keys == ("sale_id",)
    assert model.field("customer").pii == "mask_email"


@piloted
async def test_each_cell_is_edited_in_place(tmp_path: Path) -> None:
    async with seated(tmp_path / "risk") as seat:
        await seat.choose(3, "type", "decimal numbers")
        await seat.back()
        assert seat.model.fields[3].spark_type == "DECIMAL(18,2)"
        await seat.choose(3, "rule", "between")
        await seat.types("100, 0")
        await seat.sees("no value is between 100 and 0; write the smaller one first")
        await seat.types("0, 100")
        await seat.back()
        assert (seat.model.fields[3].minimum, seat.model.fields[3].maximum) == ("0", "100")
        await seat.choose(3, "pii", "hash")
        await seat.back()
        await seat.choose(3, "null", "no:")
        await seat.back()
        await seat.choose(3, "key", "2 of the key")
        await seat.back()
        assert seat.model.keys == ("user_id", "city")
        await seat.to_cell(3, "name")
        await seat.press("enter")
        await seat.types("user_id")
        await seat.sees("user_id is there already")
        await seat.types("distance")
        await seat.back()
        await seat.choose(1, "rule", "not blank")
        await seat.back()
        await seat.choose(1, "rule", "unique")
        await seat.back()
        await seat.sees("not blank +1")
        await seat.choose(1, "rule", "not blank")  # once more takes it away
        await seat.back()
        await seat.press("a")
        await seat.types("country")
        await seat.back()
        await seat.choose(4, "rule", "one of")
        await seat.types("BR, PT")
        await seat.back()
        await seat.to_cell(2, "name")
        await seat.press("d")
        await seat.over(Ask)
        await seat.press("right", "enter")
        await seat.back()
        await seat.save()
        await until(seat.pilot, lambda: isinstance(seat.app.screen, FormScreen))
        assert seat.answers["contracts"]["files"] == ["contracts/account.yaml", "template:consents"]
    model = load(tmp_path / "risk" / "contracts" / "account.yaml").model("account")
    assert [each.name for each in model.fields] == ["user_id", "name", "distance", "country"]
    column = model.field("distance")
    assert (column.spark_type, column.minimum, column.maximum, column.pii, column.required) == (
        "DECIMAL(18,2)", "0", "100", "hash", True,
    )  # fmt: skip
    assert column.source_name == "city"
    assert model.keys == ("user_id", "distance")
    found = [[(rule.kind.value, rule.text) for rule in rules.found(model, at)] for at in range(len(model.fields))]
    assert found == [[], [("unique", "")], [("between", "0, 100")], [("one_of", "BR, PT")]]


@piloted
async def test_what_is_to_be_fixed_is_named_with_its_place_and_save_goes_there(tmp_path: Path) -> None:
    async with seated(tmp_path / "risk") as seat:
        await seat.choose(0, "key", "no part of the key")
        await seat.back()
        await seat.sees("✗ fix account *")
        await seat.sees("contracts/account.yaml:10:5 schema[0]: has no primary key")
        await seat.save()
        await seat.back()
        assert isinstance(seat.app.focused, Grid), "the focus is where it can be fixed"
        assert not (tmp_path / "risk" / "contracts").exists()
        await seat.press("pagedown")
        await seat.sees("workflow, page 2 of 2")
        await seat.to_setting("Rows")
        await seat.press("enter")
        await seat.over(Pick)
        await seat.press(*"append", "enter")
        await seat.back()
        await seat.sees("2 valid")
        await seat.press("pageup")
        await seat.sees("columns, page 1 of 2")
        assert seat.model.write == "append"


@piloted
async def test_the_workflow_is_the_second_page(tmp_path: Path) -> None:
    async with seated(tmp_path / "risk", size=(120, 36)) as seat:
        await seat.press("pagedown")
        await seat.sees("Mail at failure")
        for label, text in (("Schedule", "30 6 * * *"), ("Mail at failure", "ops@example.com"), ("Delimiter", ";"),
                            ("Version", "1.1.0")):  # fmt: skip
            await seat.to_setting(label)
            await seat.press("enter")
            await seat.types(text)
            await seat.back()
        entry = seat.desk.entries[0]
        assert entry.draft is not None
        contract = entry.draft.contract
        assert (contract.cron, contract.version) == ("0 30 6 * * ?", "1.1.0")
        assert contract.notifications.on_failure == ("ops@example.com",)
        assert seat.model.source.delimiter == ";"
        assert not seat.desk.to_fix


@pytest.mark.parametrize("answer", ["stay", "save", "lose"])
@piloted
async def test_esc_loses_nothing_without_asking(tmp_path: Path, answer: str) -> None:
    async with seated(tmp_path / "risk") as seat:
        await seat.choose(3, "pii", "hash")
        await seat.back()
        await seat.press("escape")
        await seat.over(Ask)
        assert "account" in seat.app.asked
        if answer == "stay":
            await seat.press("escape")
            await seat.back()
            assert seat.model.fields[3].pii == "hash"
            return
        await seat.press(*["right"] * ["stay", "save", "lose"].index(answer), "enter")
        await until(seat.pilot, lambda: isinstance(seat.app.screen, FormScreen))
        kept = tmp_path / "risk" / "contracts" / "account.yaml"
        assert kept.exists() == (answer == "save")
        seat.app.edit("contracts")
        await seat.back()
        assert seat.model.fields[3].pii == ("hash" if answer == "save" else None)


@piloted
async def test_quit_asks_for_what_is_not_saved(tmp_path: Path) -> None:
    async with seated(tmp_path / "risk") as seat:
        await seat.choose(3, "pii", "hash")
        await seat.back()
        await seat.press("ctrl+c")
        await seat.over(Ask)
        await seat.sees("Not saved: account")
        await seat.press("escape")
        await seat.back()


@piloted
async def test_a_contract_of_the_reference_form_is_taken_over_and_what_nothing_uses_is_named(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "templates" / "contracts" / "account.yaml"
    other = tmp_path / "customers.yaml"
    text = shipped.read_text(encoding="utf-8").replace("model: account", "model: customers")
    other.write_text(text.replace("  account:\n", "  customers:\n").replace("for account", "for customers"), "utf-8")
    async with seated(tmp_path / "risk") as seat:
        await seat.press("i")
        await seat.over(ChooseFile)
        await seat.types(str(other))
        await seat.over(Show)
        await seat.sees("servicelevels.retention.description")
        await seat.press("escape")
        await seat.back()
        await seat.choose(3, "pii", "hash")
        await seat.back()
        await seat.save()
        await until(seat.pilot, lambda: isinstance(seat.app.screen, FormScreen))
    written = tmp_path / "risk" / "contracts" / "customers.yaml"
    assert "dataContractSpecification" not in yaml.safe_load(written.read_text("utf-8"))
    assert load(written).model("customers").field("city").pii == "hash"


@piloted
async def test_a_file_that_is_no_contract_has_its_places_named_and_waits_for_the_editor(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 1.0.0\nstatus: active\nschema:\n"
                      "  - {name: t, properties: [{name: a, logicalType: strng, primaryKey: true}]}\n",
                      "utf-8")  # fmt: skip
    async with seated(tmp_path / "risk") as seat:
        await seat.press("i")
        await seat.over(ChooseFile)
        await seat.types(str(broken))
        await seat.over(Show)
        await seat.press("escape")
        await seat.back()
        await seat.sees("contracts/broken.yaml:7:")
        await until(seat.pilot, lambda: getattr(seat.app.focused, "act", None) == "open_editor")
        await seat.press("enter")
        await seat.sees("this terminal cannot be given to an editor")  # the pilot's has none to give
        await seat.press("x")
        await seat.over(Ask)
        await seat.press("right", "enter")
        await seat.back()
        await seat.sees("2 valid")


@piloted
async def test_what_cannot_be_read_is_told_and_nothing_is_added(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.csv"
    nothing.write_bytes(b"")
    async with seated(tmp_path / "risk") as seat:
        await seat.press("f")
        await seat.over(ChooseFile)
        await seat.types(str(nothing))
        await seat.over(Show)
        await seat.press("escape")
        await seat.back()
        assert len(seat.desk.entries) == 2


@piloted
async def test_a_new_contract_begins_valid_and_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    async with seated(tmp_path / "risk") as seat:
        await seat.press("n")
        await seat.types("account")
        await seat.sees("account is there already")
        await seat.types("orders")
        await seat.back()
        await seat.sees("3 valid")
        await seat.sees("page 1 of 2 *")
        await seat.press("y")
        await seat.over(Show)
        await seat.sees("name: orders")
        await seat.press("escape")
        await seat.back()
        assert seat.model_of(seat.desk.entries[2]).keys == ("id",)


@piloted
async def test_a_file_is_found_by_folders_and_names(
    tmp_path: Path, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.md").write_text("no sample", encoding="utf-8")
    async with seated(tmp_path / "risk") as seat:
        await seat.press("f")
        await seat.over(ChooseFile)
        await seat.sees("from outside/")
        assert "notes.md" not in seat.text
        await seat.press(*"outside", "enter")
        await seat.sees("sales.csv")
        await seat.press("enter")
        await seat.sees("From sales.csv")


@piloted
async def test_changing_what_a_setup_stands_on_is_asked_about_and_nothing_is_written_before(tmp_path: Path) -> None:
    async with seated(tmp_path / "risk", [*begun("first-run"), Idle("planned", "run")]) as seat:
        await seat.choose(3, "pii", "hash")
        await seat.back()
        await seat.save()
        await seat.over(Ask)
        assert "16  First run: stands on one that does" in seat.app.asked
        assert not (tmp_path / "risk" / "contracts").exists()
        await seat.press("right", "enter")
        await until(seat.pilot, lambda: isinstance(seat.app.screen, FormScreen))
        assert seat.app.store.steps["ingestion"].state == "unknown"
        assert (tmp_path / "risk" / "contracts" / "account.yaml").is_file()
