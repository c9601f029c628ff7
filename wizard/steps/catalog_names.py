"""The names of Unity Catalog that are the whole metastore's, whoever's workspace they are made in: are they free?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from databricks.sdk.errors import NotFound, PermissionDenied

from wizard.setup import mark
from wizard.setup.step import Finding, Found, Guide, Verdict
from wizard.steps import agreed
from wizard.steps.base import Ctx
from wizard.steps.facts import MetastoreFacts, ProjectFacts
from wizard.steps.layout import CONTAINERS
from wizard.text import _

CATALOG = "databricks_catalog.lakehouse"


@dataclass(frozen=True, slots=True)
class Name:
    """One that is to be made. `what` tells it in words."""

    address: str
    name: str
    what: str
    get: Callable[[str], Any]


def taken(ctx: Ctx, root: str, making: Collection[str]) -> Finding | None:
    """Blocked where the metastore has what the plan is to make (`making`, addresses), and it is another's. None asked
    for is none looked at."""
    found = [told for wanted in names(ctx) if wanted.address in making and (told := _whose(ctx, root, wanted))]
    if not found:
        return None
    metastore = ctx.facts(MetastoreFacts).name
    why = _("the metastore {metastore} has {n} of the names already: {first}",
            metastore=metastore, n=len(found), first=found[0])  # fmt: skip
    change = _(
        "set project.catalog in the answers to another name: nothing of the catalog is made yet, so it may change"
    )
    adopt = _("where it is yours: see it with adopt, and take it over with adopt --take")
    actions = (change, adopt) if CATALOG in making else (adopt,)
    guide = Guide(_("Choose another catalog"), actions, _("you"))
    return Finding(Verdict.BLOCKED, why, guide=guide, found=tuple(Found(told, "todo") for told in found))


def names(ctx: Ctx) -> Iterator[Name]:
    """Credential and locations are called after the catalog, so that another catalog's are others."""
    workspace, catalog = ctx.world.workspace(ctx), ctx.facts(ProjectFacts).catalog
    yield Name(CATALOG, catalog, _("the catalog {name}", name=catalog), workspace.catalogs.get)
    name = f"{catalog}-credential"
    what = _("the storage credential {name}", name=name)
    yield Name("databricks_storage_credential.lakehouse", name, what, workspace.storage_credentials.get)
    for container in CONTAINERS:
        name = f"{catalog}-{container}"
        address, what = (
            f'databricks_external_location.lakehouse["{container}"]',
            _("the external location {name}", name=name),
        )
        yield Name(address, name, what, workspace.external_locations.get)


def _whose(ctx: Ctx, root: str, wanted: Name) -> str | None:
    """In words whose it is; None where it is free, ours, or agreed to be taken over. What is isolated to another
    workspace is not shown, but the refusal names it."""
    setup = None
    try:
        there = wanted.get(wanted.name)
        setup = mark.tagged(getattr(there, "properties", None)) or mark.told(there.comment)
    except NotFound:
        return None
    except PermissionDenied as error:
        if f"'{wanted.name}'" not in str(error):
            return None
    if setup == ctx.setup_id or agreed.read(ctx.folder, root).get(wanted.address) == wanted.name:
        return None
    if setup:
        return _("{what} is of the setup {id}", what=wanted.what, id=setup)
    return _("{what} is not this setup's", what=wanted.what)
