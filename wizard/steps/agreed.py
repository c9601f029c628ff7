"""What the user agreed to take over: objects without this setup's mark, kept in config.yaml until they carry it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wizard.setup.folder import Folder

KEY, SETUPS = "adopted", "adopted_setups"


def read(folder: Folder, root: str) -> dict[str, str]:
    """Address to import id, of what a Terraform root may import although it does not carry our mark."""
    return {str(address): str(id) for address, id in (_all(folder).get(root) or {}).items()}


def covers(folder: Folder, id: str) -> bool:
    """Whether the user agreed to take over the object of that id."""
    return id.lower() in {str(agreed).lower() for root in _all(folder).values() for agreed in root.values()}


def setups(folder: Folder) -> frozenset[str]:
    """The ids of other setups whose objects the user agreed to take over."""
    return frozenset(str(id) for id in folder.config().get(SETUPS) or ())


def keep_setups(folder: Folder, ids: Iterable[str]) -> None:
    if known := setups(folder).union(ids):
        folder.update_config({SETUPS: sorted(known)})


def keep(folder: Folder, chosen: Mapping[str, Mapping[str, str]]) -> None:
    """Add what was chosen: root to address to import id."""
    if not any(chosen.values()):
        return
    before = _all(folder)
    roots = [*before, *(root for root in chosen if root not in before)]
    folder.update_config({KEY: {root: {**before.get(root, {}), **chosen.get(root, {})} for root in roots}})


def _all(folder: Folder) -> dict[str, dict[str, str]]:
    kept = folder.config().get(KEY)
    return kept if isinstance(kept, dict) else {}
