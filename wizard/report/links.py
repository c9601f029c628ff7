"""Where to look at what was made."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from wizard.setup.step import FactBook
from wizard.steps.facts import CatalogFacts, ExplorationFacts, FoundationFacts, IngestionFacts, SignInFacts
from wizard.text import _

PORTAL = "https://portal.azure.com"


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    url: str


def links(book: FactBook, *, portal: bool = True) -> tuple[Link, ...]:
    """Links to what this run's facts name; `portal` False where the cloud is not the one the portal shows."""
    foundation = book.find(FoundationFacts)
    if foundation is None:
        return ()
    found = []
    signed_in = book.find(SignInFacts)
    if portal and signed_in is not None:
        url = f"{PORTAL}/#@{signed_in.tenant_id}/resource{foundation.resource_group_id}"
        found.append(Link(_("Azure portal"), url))
    host = f"https://{foundation.workspace_url.removeprefix('https://').rstrip('/')}"
    found.append(Link(_("workspace"), host))
    catalog = book.find(CatalogFacts)
    if catalog is not None:
        found.append(Link(_("catalog {name}", name=catalog.catalog), f"{host}/explore/data/{quote(catalog.catalog)}"))
    ingestion = book.find(IngestionFacts)
    if ingestion is not None:
        for model, job_id in sorted(ingestion.jobs.items()):
            found.append(Link(_("job of {model}", model=model), f"{host}/jobs/{job_id}"))
    exploration = book.find(ExplorationFacts)
    if exploration is not None:
        found.append(Link(_("exploration"), f"{host}/#workspace{quote(exploration.path)}"))
    return tuple(found)
