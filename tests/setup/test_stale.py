"""An edit of the answers: which steps must be checked again is told, by the answers that each step reads."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from wizard import journey
from wizard.setup import stale
from wizard.setup.answers import Answers, load, section_name
from wizard.setup.folder import Folder
from wizard.steps.base import WizardStep

ROOT = Path(__file__).parents[2]
RISK = ROOT / "templates" / "answers" / "risk.yaml"
STEPS = journey.steps()


@pytest.fixture(scope="module")
def risk() -> Answers:
    return load(journey.questions(), RISK, {})


def edited(answers: Answers, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answers by key, before and after; a key is written with two underscores for its dot."""
    before = stale.flat(answers.plain())
    return before, {**before, **{key.replace("__", "."): value for key, value in changes.items()}}


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({"compute__node_type": "Standard_E8s_v5"}, ("resource-providers", "compute")),
        ({"foundation__network": "public_egress"}, ("foundation",)),
        ({"foundation__event_hubs": True}, ("resource-providers", "foundation")),
        ({"foundation__monthly_budget": 999}, ("foundation",)),
        ({"contracts__files": ["template:consents"]}, ("contracts",)),
        ({"service_principal__client_id": "00000000-0000-0000-0000-000000000001"}, ("service-principal",)),
        ({"sign_in__subscription_id": "00000000-0000-0000-0000-000000000002"}, ("sign-in", "project")),
        ({"project__location": "eastus2", "project__owner": "other@example.com"}, ("project",)),
    ],
)
def test_an_edit_makes_those_steps_stale_that_read_it(risk: Answers, changes: dict[str, Any], steps: Any) -> None:
    found = stale.stale(STEPS, *edited(risk, **changes))
    assert found.steps == steps
    assert {edit.key for edit in found.edits} == {key.replace("__", ".") for key in changes}


def test_the_steps_that_stand_on_a_stale_one_follow_in_the_journeys_order(risk: Answers) -> None:
    found = stale.stale(STEPS, *edited(risk, compute__node_type="Standard_E8s_v5"))
    names = [step.name for step in STEPS]
    assert found.followers == tuple(sorted(found.followers, key=names.index))
    assert {"foundation", "ingestion", "first-run", "summary"} <= set(found.followers)
    assert not {"preflight", "sign-in", "project", "contracts"} & set(found.followers)
    assert "compute.node_type: " in found.words
    assert "becomes Standard_E8s_v5; 2 steps must be checked again: resource-providers, compute; and" in found.words


def test_nothing_edited_makes_nothing_stale(risk: Answers) -> None:
    assert stale.stale(STEPS, *edited(risk)) == stale.Stale((), (), ())


def test_what_was_done_with_other_answers_is_told_until_it_is_done_again(risk: Answers, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "lab")
    folder.create()
    assert stale.since_done(STEPS, folder, risk).edits == ()  # nothing was done yet
    stale.remember(STEPS, folder, risk)
    plain = risk.plain() | {"compute": {**risk.plain()["compute"], "node_type": "Standard_E8s_v5"}}
    other = Answers({kind: kind.model_validate(plain[section_name(kind)]) for kind in journey.questions()}, None)
    for _again in range(2):
        assert stale.since_done(STEPS, folder, other).steps == ("resource-providers", "compute")
    stale.remember([step for step in STEPS if step.name == "resource-providers"], folder, other)
    assert stale.since_done(STEPS, folder, other).steps == ("compute",)
    stale.remember(STEPS, folder, other)
    assert stale.since_done(STEPS, folder, other) == stale.Stale((), (), ())


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"])
def test_a_damaged_memory_of_answers_is_none(risk: Answers, tmp_path: Path, content: bytes) -> None:
    folder = Folder(tmp_path / "lab")
    folder.create()
    (folder.private / stale.ANSWERED).write_bytes(content)
    assert stale.since_done(STEPS, folder, risk).edits == ()
    stale.remember(STEPS, folder, risk)
    assert stale.since_done(STEPS, folder, risk).edits == ()


def test_the_memory_holds_references_and_no_secret(risk: Answers, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "lab")
    folder.create()
    stale.remember(STEPS, folder, risk)
    kept = folder.private / stale.ANSWERED
    assert kept.stat().st_mode & 0o777 == 0o600
    assert '"service_principal.client_secret": "sandbox:' in kept.read_text()


def test_every_answer_that_a_steps_file_reads_is_its_own_or_declared() -> None:
    """Found in the source. What a step before it asks need not be declared: then it is a follower."""
    known = stale.flat(load(journey.questions(), RISK, {}).plain())
    before: dict[str, set[str]] = {}
    for step in STEPS:
        before[step.name] = {owned(step)}.union(*(before[name] for name in step.after))
        assert set(step.reads) <= set(known), step.name
        file = ROOT / (type(step).__module__.replace(".", "/") + ".py")
        for section in asked_in(file) - before[step.name]:
            assert any(key.startswith(f"{section}.") for key in step.reads), f"{step.name} reads {section}"


def owned(step: WizardStep) -> str:
    return section_name(step.questions) if step.questions else ""


def asked_in(file: Path) -> set[str]:
    calls = (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))
    names = {
        call.args[0].id
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("ask", "section")
        if call.args and isinstance(call.args[0], ast.Name)
    }
    return {
        "".join(f"_{c.lower()}" if c.isupper() else c for c in name.removesuffix("Questions"))[1:] for name in names
    }
