"""What of ours is isolated in the metastore and not bound to our workspace: one made anew is a stranger to it."""

from __future__ import annotations

from databricks.sdk.errors import NotFound, PermissionDenied
from databricks.sdk.service.catalog import WorkspaceBinding, WorkspaceBindingBindingType

from wizard.provisioning import state
from wizard.steps.base import Ctx
from wizard.steps.facts import FoundationFacts, ProjectFacts
from wizard.steps.layout import CONTAINERS

ROOT = "unity_catalog"  # made them
Named = tuple[str, str]  # type, as the bindings' API names it, and name


def unbound(ctx: Ctx) -> tuple[Named, ...]:
    """Our objects that other workspaces see and ours does not. Asks for one, and for the rest only if that is so.

    What is isolated elsewhere cannot be read, so its mark cannot be seen: that it is ours, our state must say. Another
    setup's objects may have these names, and the same principal may own them."""
    if not state.root_names_objects(ctx.folder.terraform(ROOT)):
        return ()
    catalog = ctx.facts(ProjectFacts).catalog
    first = ("storage_credential", f"{catalog}-credential")
    if not _shut_out(ctx, first):
        return ()
    rest = [("external_location", f"{catalog}-{name}") for name in CONTAINERS]
    return (first, *(each for each in (*rest, ("catalog", catalog)) if _shut_out(ctx, each)))


def bind(ctx: Ctx, objects: tuple[Named, ...]) -> None:
    """Let our workspace use them, as their owner may; who else may is left as it is."""
    bindings = ctx.world.workspace(ctx, "principal").workspace_bindings
    ours = WorkspaceBinding(_workspace(ctx), WorkspaceBindingBindingType.BINDING_TYPE_READ_WRITE)
    for type, name in objects:
        bindings.update_bindings(type, name, add=[ours])


def _shut_out(ctx: Ctx, named: Named) -> bool:
    """Whether it is bound to some workspaces, and not to ours. What is nobody's to see, or open, is not."""
    try:
        bound = list(ctx.world.workspace(ctx, "principal").workspace_bindings.get_bindings(*named))
    except (NotFound, PermissionDenied):
        return False
    return bool(bound) and _workspace(ctx) not in {binding.workspace_id for binding in bound}


def _workspace(ctx: Ctx) -> int:
    return int(ctx.facts(FoundationFacts).workspace_id)
