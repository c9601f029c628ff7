"""Translation of user-visible text: `_` at the place of use, `N_` to mark text declared as data."""

import gettext
from pathlib import Path

_catalog = gettext.translation("wizard", localedir=Path(__file__).parent / "locale", fallback=True)


def _(message: str, **values: object) -> str:
    """Translate `message`, then fill its named placeholders: `_("{n} tables", n=3)`."""
    text = _catalog.gettext(message)
    return text.format(**values) if values else text


def _n(one: str, many: str, n: int, **values: object) -> str:
    """Translate `one` or `many`, as the number `n` wants it, then fill its placeholders, `{n}` among them."""
    return _catalog.ngettext(one, many, n).format(n=n, **values)


def language() -> str:
    """The language the texts are in, as HTML names it."""
    return (_catalog.info().get("language") or "en").replace("_", "-")


def N_(message: str) -> str:  # noqa: N802 - the name every gettext tool extracts
    """Mark a text that is declared now and translated where it is shown."""
    return message
