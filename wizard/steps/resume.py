"""A folder that has only answers goes on with a setup whose states lie elsewhere: its id is theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wizard.provisioning import binary, cli_config, document, lineage, state
from wizard.provisioning.backend import AZURERM, recorded
from wizard.provisioning.failure import TerraformFailed
from wizard.provisioning.moving import Store
from wizard.setup.step import StepFailed
from wizard.steps import problems, state_account, state_backend
from wizard.steps.base import Ctx
from wizard.steps.terraform_phase import RESOLVED

ROOTS = ("foundation", "identity")  # made first, side by side


def begun_elsewhere(ctx: Ctx) -> str | None:
    """The id of the setup that the answers' backend holds already, while this folder has not opened it; else None.

    Raises StepFailed where the backend cannot be asked."""
    folder = ctx.folder.private / "terraform"
    if not state_backend.of(ctx.answers, ROOTS[0]).remote or state.names_objects(folder):
        return None
    if any(recorded(folder / root).remote for root in ROOTS):
        return None
    try:
        found = next(_ids(ctx), None)
    except binary.NoTerraform:  # preflight tells; until it is there, nothing is made
        return None
    except TerraformFailed as error:
        text = ctx.secrets.redact(error.text)
        raise StepFailed(problems.match(text, raw_code=error.raw_code)) from error
    return found if found != ctx.setup_id else None


def _ids(ctx: Ctx) -> Iterator[str]:
    if state_backend.of(ctx.answers, ROOTS[0]).kind == AZURERM:
        # Its states are opened as the principal, who is not known yet; the account itself carries the id.
        if found := state_account.mark(ctx):
            yield found
        return
    for root in ROOTS:
        held = document.read(_store(ctx, root).pull())
        if told := _told(held.body):
            yield told
        yield from sorted(lineage.marks(held))


def _told(held: Mapping[str, Any]) -> str | None:
    value = held.get("outputs", {}).get(RESOLVED, {}).get("value", {})
    return str(value["setup_id"]) if value.get("setup_id") else None


def _store(ctx: Ctx, root: str) -> Store:
    folder, backend = ctx.folder.terraform(root), state_backend.of(ctx.answers, root)
    env = {
        **cli_config.environment(cli_config.write(folder.parent), {}, ctx.world.target.terraform_env),
        **backend.plain,
        **state_backend.environment(ctx, backend),
    }
    found = binary.find(env.get("PATH"), env)
    return Store(root, folder, backend, lambda: found, lambda: env)
