"""The four Terraform steps against the sandbox, in the journey's order: made, kept, mended, taken away."""

from __future__ import annotations

import base64
import json
import stat

import pytest
from databricks.sdk.service.catalog import AzureManagedIdentityRequest

from tests.terraform.conftest import Lab, files_of
from wizard.provisioning.blocks import NAMES
from wizard.provisioning.phase import STATE, VARIABLES
from wizard.sandbox.process import Connection
from wizard.setup.context import FactsMissing
from wizard.setup.events import ResourceChanged
from wizard.setup.step import FactBook, Facts, StepFailed, Verdict
from wizard.steps import pinned
from wizard.steps.compute import Compute
from wizard.steps.facts import CatalogFacts, ComputeFacts, DirectoryFacts, FoundationFacts, PrincipalFacts
from wizard.steps.foundation import BUDGET_START, Foundation, FoundationQuestions
from wizard.steps.identity import Identity
from wizard.steps.terraform_phase import TerraformStep
from wizard.steps.unity_catalog import UnityCatalog


def carry_out(lab: Lab, step: TerraformStep) -> Facts:
    """Check, apply and confirm as the engine does; returns the facts."""
    ctx = lab.context(step.name)
    found = step.check(ctx)
    assert found.verdict is Verdict.TODO, found
    assert found.changes
    step.apply(ctx)
    confirmed = step.confirm(ctx)
    assert confirmed.verdict is Verdict.DONE, confirmed
    assert confirmed.facts is not None
    lab.tell(confirmed.facts)
    assert names_told(lab, step) == names_made(lab, step) != {}
    return confirmed.facts


def names_told(lab: Lab, step: TerraformStep) -> dict[str, str]:
    """What the plan called the objects, before they were there."""
    told = [event for event in lab.events if isinstance(event, ResourceChanged) and event.step == step.name]
    return {event.address: event.name for event in told if event.state == "planned" and event.name is not None}


def names_made(lab: Lab, step: TerraformStep) -> dict[str, str]:
    """What they are called in the state; a role assignment's name is an id that nobody chose."""
    state = json.loads((lab.folder.terraform(step.root) / STATE).read_text(encoding="utf-8"))
    named = {}
    for resource in state["resources"]:
        if resource["mode"] != "managed" or resource["type"] == "azurerm_role_assignment":
            continue
        for instance in resource["instances"]:
            key = f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""
            if name := next((instance["attributes"][each] for each in NAMES if instance["attributes"].get(each)), None):
                named[f"{resource['type']}.{resource['name']}{key}"] = name
    return named


def unchanged(lab: Lab, step: TerraformStep) -> None:
    """A later run finds nothing to do, and does nothing."""
    before = len(lab.cloud.requests(mutating=True))
    found = step.check(lab.context(step.name))
    assert found.verdict is Verdict.DONE, found
    assert found.facts is not None
    assert len(lab.cloud.requests(mutating=True)) == before


def test_a_phase_waits_for_what_it_stands_on(lab: Lab) -> None:
    for step in (UnityCatalog(), Compute()):
        with pytest.raises(FactsMissing):
            step.check(lab.context(step.name))


def test_a_check_changes_nothing_and_pins_nothing(lab: Lab) -> None:
    found = Foundation().check(lab.context("foundation"))
    assert found.verdict is Verdict.TODO
    assert found.why == "21 to add, 0 to change, 0 to destroy, 0 to replace"
    assert found.facts is None
    assert pinned.read(lab.folder, BUDGET_START) is None


def test_foundation(lab: Lab) -> None:
    lab.events.clear()
    facts = carry_out(lab, Foundation())
    assert isinstance(facts, FoundationFacts)
    assert facts.storage_account == "stadrisk"
    assert facts.containers["raw"] == "abfss://ctrdriskraw@stadrisk.dfs.core.windows.net/"
    assert facts.event_hubs_namespace is None
    assert facts.workspace_url.startswith("127.0.0.1:")
    assert pinned.read(lab.folder, BUDGET_START)
    told = [event for event in lab.events if isinstance(event, ResourceChanged)]
    assert {event.state for event in told} >= {"planned", "started", "done"}
    unchanged(lab, Foundation())


def test_the_network_choice_replaces_the_workspace_and_says_so(lab: Lab) -> None:
    kept = lab.answers[FoundationQuestions]
    lab.answer(FoundationQuestions(budget_contact="owner@example.com", network="public_egress"))
    try:
        found = Foundation().check(lab.context("foundation"))
    finally:
        lab.answer(kept)
    assert found.changes[0] == (
        "replace azurerm_databricks_workspace.lakehouse, because custom_parameters.no_public_ip (true → false) "
        "cannot be changed in place; lost for good: its notebooks, jobs, run history, clusters and secrets"
    )


def test_what_is_deleted_from_outside_is_named_and_mended(lab: Lab) -> None:
    ctx = lab.context("foundation")
    container = f"{ctx.facts(FoundationFacts).storage_account_id}/blobServices/default/containers/ctrdrisklog"
    lab.wait(lab.world.arm(ctx, "operator").delete(container, "2024-01-01"))
    found = Foundation().check(ctx)
    assert found.verdict is Verdict.TODO
    assert 'azurerm_storage_container.lakehouse["log"]' in found.why
    assert found.facts is not None, "the rest stands, and the steps behind it can go on asking"
    carry_out(lab, Foundation())
    unchanged(lab, Foundation())


def test_identity_with_a_guest(lab: Lab) -> None:
    facts = carry_out(lab, Identity())
    assert isinstance(facts, DirectoryFacts)
    assert facts.member_upns == (lab.owner,)
    assert "#EXT#" in lab.owner
    unchanged(lab, Identity())


def test_a_name_of_the_whole_metastore_that_somebody_has_is_told(lab: Lab) -> None:
    """The catalog's own is told the same way; here it is one that is called after it."""
    lab.admit()
    credentials = lab.world.workspace(lab.context("unity-catalog")).storage_credentials
    connector = AzureManagedIdentityRequest(lab.context("test").facts(FoundationFacts).access_connector_id)
    credentials.create("crisk-credential", azure_managed_identity=connector, comment="lakehouse-setup=0123456789ab")
    found = UnityCatalog().check(lab.context("unity-catalog"))
    assert found.verdict is Verdict.BLOCKED
    assert [row.what for row in found.found] == ["the storage credential crisk-credential is of the setup 0123456789ab"]
    assert found.guide is not None
    assert "project.catalog" in found.guide.actions[0]
    credentials.delete("crisk-credential")


def test_unity_catalog(lab: Lab) -> None:
    facts = carry_out(lab, UnityCatalog())
    assert isinstance(facts, CatalogFacts)
    assert facts.volumes["landing"] == "/Volumes/crisk/bronze/landing"
    assert set(facts.schemas) == {"bronze", "silver", "gold", "ops"}
    unchanged(lab, UnityCatalog())


def test_compute_with_secrets_that_terraform_never_sees(lab: Lab) -> None:
    facts = carry_out(lab, Compute())
    assert isinstance(facts, ComputeFacts)
    secrets = lab.world.workspace(lab.context("compute")).secrets
    assert {item.key for item in secrets.list_secrets(facts.secret_scope)} == {
        "tenant-id",
        "client-id",
        "client-secret",
        "pii-key-1",
    }
    unchanged(lab, Compute())
    made = secrets.get_secret(facts.secret_scope, "pii-key-1").value
    assert len(bytes.fromhex(base64.b64decode(str(made)).decode())) == 32

    secrets.put_secret(facts.secret_scope, "client-secret", string_value="an older one")
    found = Compute().check(lab.context("compute"))
    assert found.changes == ("write secret client-secret into the scope",)
    carry_out(lab, Compute())
    unchanged(lab, Compute())
    # Another key would hash the same person otherwise: it is never written again.
    assert secrets.get_secret(facts.secret_scope, "pii-key-1").value == made


def test_no_secret_is_on_disk_and_nothing_is_for_others(lab: Lab, cloud: Connection) -> None:
    secret = cloud.resolver.resolve(lab.context("x").facts(PrincipalFacts).secret).encode()
    scope = lab.context("x").facts(ComputeFacts).secret_scope
    held = lab.world.workspace(lab.context("compute")).secrets.get_secret(scope, "pii-key-1").value
    key = base64.b64decode(str(held))
    files = files_of(lab.folder.private)
    assert {path.name for path in files} >= {"terraform.tfstate", VARIABLES, "apply.jsonl"}
    for path in files:
        assert secret not in path.read_bytes(), path
        assert key not in path.read_bytes(), path
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_refused_principal_is_told_with_code_and_request_id(lab: Lab) -> None:
    info = lab.cloud.info
    arm, principal = lab.world.arm(lab.context("x"), "operator"), info["identities"][info["principal"]]
    owner = next(item for item in arm.role_assignments(principal["object_id"]) if item.role_id)
    arm.unassign_role(owner.id)
    with pytest.raises(StepFailed) as caught:
        Foundation().check(lab.context("foundation"))
    problem = caught.value.problem
    assert problem.raw_code == "AuthorizationFailed"
    assert problem.request_id
    assert problem.next_action
    lab.cloud.portal("assign-owner", info["principal"])


def test_a_destroy_knows_its_way_without_the_facts_of_earlier_steps(lab: Lab) -> None:
    later = Lab(lab.cloud, lab.folder)
    removal = UnityCatalog().removal(later.context("unity-catalog"))
    assert removal is not None
    later.book = FactBook()
    with pytest.raises(StepFailed, match="cannot be reached"):
        UnityCatalog().removal(later.context("unity-catalog"))


@pytest.mark.parametrize("kind", [Compute, UnityCatalog, Identity, Foundation])
def test_a_destroy_names_what_is_lost_and_leaves_nothing(lab: Lab, kind: type[TerraformStep]) -> None:
    step, ctx = kind(), lab.context(kind.name)
    removal = step.removal(ctx)
    assert removal is not None
    assert removal.objects
    lost = " ".join(removal.data_loss)
    for word in {Foundation: ("stadrisk",), UnityCatalog: ("crisk",)}.get(kind, ()):
        assert word in lost
    step.destroy(ctx)
    assert kind().removal(ctx) is None
