"""Files that come with the product: in a wheel under `_assets`, in a checkout at its root."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def path(name: str) -> Path:
    """The folder `name` (terraform, templates). Raises FileNotFoundError where it is in neither place."""
    for root in (_PACKAGE / "_assets", _PACKAGE.parent):
        found = root / name
        if found.is_dir():
            return found
    raise FileNotFoundError(f"{name} is not part of this installation")


def template(spec: Path, kind: str, suffix: str) -> Path:
    """The shipped file that `template:NAME` names; any other path as it is."""
    scheme, colon, name = str(spec).partition(":")
    return path("templates") / kind / f"{Path(name).name}{suffix}" if colon and scheme == "template" else spec
