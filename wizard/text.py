"""Translation of user-visible text: `_` at the place of use, `N_` to mark text declared as data.

The language is chosen once at the start (`wanted`, or `--lang`) and can be changed while running (`use`): what is
translated after that is in the new one. What a machine reads (keys, verdicts, exit codes) is never translated."""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from pathlib import Path
from string import Formatter

LOCALE = Path(__file__).parent / "locale"
SOURCE = "en"
LANGUAGES = {SOURCE: "English", "pt_BR": "Português (Brasil)"}
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set decides, as in gettext
_CURRENCIES = {"BRL": "R$", "USD": "US$", "EUR": "€"}  # as written in Brazil, before the amount
_COMMA = str.maketrans(",.", ".,")


def wanted(env: Mapping[str, str] = os.environ) -> str:
    """The language the environment asks for, as far as it is one of ours; else English."""
    given = next((env[name] for name in VARIABLES if env.get(name)), "")
    known = (_known(word) for word in given.split(":"))
    return next((language for language in known if language), SOURCE)


def _known(locale: str) -> str | None:
    """`pt_BR.UTF-8`, `pt-br` and every other Portuguese are pt_BR; `en_GB` is en; None for what we do not speak."""
    tongue = locale.partition(".")[0].partition("@")[0].replace("-", "_").partition("_")[0].lower()
    return {"en": SOURCE, "c": SOURCE, "posix": SOURCE, "pt": "pt_BR"}.get(tongue)


def use(language: str) -> None:
    """Speak this language from now on. ValueError for one that is none of LANGUAGES."""
    global _catalog, _language
    _catalog, _language = _load(language), language


def language() -> str:
    """The language the texts are in, as HTML names it."""
    return _language.replace("_", "-")


def current() -> str:
    """The language the texts are in: a key of LANGUAGES."""
    return _language


def _load(language: str) -> gettext.NullTranslations:
    if language not in LANGUAGES:
        raise ValueError(language)
    if language == SOURCE:
        return gettext.NullTranslations()
    return gettext.translation("wizard", localedir=LOCALE, languages=[language])


class _Fields(Formatter):
    """Fills placeholders as `str.format` does, numbers by the language."""

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, float) or (isinstance(value, int) and "," in format_spec):
            return figure(value, format_spec)
        return format(value, format_spec)


def figure(value: float, spec: str = "") -> str:
    """A number to be read by people: `spec` is Python's (as `,.2f`); the marks are the language's."""
    text = format(value, spec)
    return text.translate(_COMMA) if _language == "pt_BR" else text


def currency(code: str) -> str:
    """`USD`, or in Brazil `US$`."""
    return _CURRENCIES.get(code, code) if _language == "pt_BR" else code


def money(amount: float, code: str, spec: str = ",.2f") -> str:
    """`1,234.50 BRL`; in Brazil `R$ 1.234,50`."""
    parts = currency(code), figure(amount, spec)
    return " ".join(parts if _language == "pt_BR" else reversed(parts))


def _(message: str, **values: object) -> str:
    """Translate `message`, then fill its named placeholders: `_("{n} tables", n=3)`."""
    text = _catalog.gettext(message) if message else ""  # the empty message is the catalog's header
    return _FIELDS.vformat(text, (), values) if values else text


def _n(one: str, many: str, n: int, **values: object) -> str:
    """Translate `one` or `many`, as the number `n` wants it, then fill its placeholders, `{n}` among them."""
    return _FIELDS.vformat(_catalog.ngettext(one, many, n), (), {"n": n, **values})


def named(key: str) -> str:
    """The key of a section or question as people read it: `client_id` as `Client id`, in the language."""
    return _(key.replace("_", " ").capitalize())


def N_(message: str) -> str:  # noqa: N802 - the name every gettext tool extracts
    """Mark a text that is declared now and translated where it is shown."""
    return message


_FIELDS = _Fields()
_language = wanted()
_catalog = _load(_language)
