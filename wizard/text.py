"""Translation of user-visible text: `_` at the place of use, `N_` to mark text declared as data."""

import gettext
from pathlib import Path

_catalog = gettext.translation("wizard", localedir=Path(__file__).parent / "locale", fallback=True)


def _(message: str, **values: object) -> str:
    """Translate `message`, then fill its named placeholders: `_("{n} tables", n=3)`."""
    text = _catalog.gettext(message)
    return text.format(**values) if values else text


def language() -> str:
    """The language the texts are in, as HTML names it."""
    return (_catalog.info().get("language") or "en").replace("_", "-")


def N_(message: str) -> str:  # noqa: N802 - the name every gettext tool extracts
    """Mark a text that is declared now and translated where it is shown."""
    return message
