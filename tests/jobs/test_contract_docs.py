"""The contracts that the how-to pages show are valid, and what the pages say of them is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lakehouse_jobs.contract import Contract, check, read

from tests.jobs.test_contract_standard import refused

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"


def shown(page: str) -> str:
    (text,) = re.findall(r"```yaml\n(.*?)```", (HOW_TO / f"{page}.md").read_text(encoding="utf-8"), re.DOTALL)
    assert isinstance(text, str)
    return text


def contract(page: str) -> Contract:
    return read(shown(page), f"{page}.md")


@pytest.mark.parametrize("page", ["add-a-rule", "add-a-pii-column"])
def test_the_contract_of_a_page_is_valid(page: str) -> None:
    assert [str(defect) for defect in check(shown(page), f"{page}.md")] == []
    assert refused(shown(page), "3.1.0") == []
    assert contract(page).kept == {}


def test_the_rules_are_those_that_the_page_tells_of() -> None:
    (model,) = contract("add-a-rule").models
    assert [(rule.name, rule.severity, rule.null_passes) for rule in model.rules] == [
        ("light is never above 100", "quarantine", False),
        ("kind.invalidValues", "quarantine", True),
    ]
    assert [(gate.name, gate.severity) for gate in model.gates] == [
        ("rowCount", "fail"),
        ("amount.nullValues", "warning"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("amount <= 100", "amont <= 100", "names amont"),
        ("kind <> 'light'", "(kind <> 'light'", "has a ( that nothing closes"),
        ("mustBeGreaterThan: 0", "unit: rows", "has no bound"),
    ],
)
def test_what_the_page_of_rules_says_is_told_is_told(old: str, new: str, what: str) -> None:
    assert [defect.what for defect in check(shown("add-a-rule").replace(old, new, 1), "c.yaml")] == [what]


def test_what_the_page_of_pii_says_is_refused_is_refused() -> None:
    text = shown("add-a-pii-column")
    (model,) = contract("add-a-pii-column").models
    assert {field.name: field.pii for field in model.fields} == {
        "person_id": "hash", "email": "mask_email", "born": "redacted", "city": None,
    }  # fmt: skip
    assert model.bronze_pii == "masked"
    for old, new, what in (
        ("value: hash", "value: mask_generic", "protects a key by mask_generic"),
        ("bronzePii: masked", "sequence: [born]", "born is protected"),
        ("bronzePii: masked", "cluster: [email]", "email is protected"),
    ):
        assert [defect.what for defect in check(text.replace(old, new), "c.yaml")] == [what]
