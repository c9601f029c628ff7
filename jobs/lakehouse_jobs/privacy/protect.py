"""Protection as SQL text. Equal values give equal results, null stays null, and no result holds the whole value.

| protection   | result                                                                                       |
|--------------|----------------------------------------------------------------------------------------------|
| hash         | `v1:` and 64 hexadecimal digits, HMAC-SHA-256 of the value's text in UTF-8; `v1` is the key's |
| mask_email   | first character and domain, `m***@example.com`; `***` for what is no e-mail address           |
| mask_phone   | the last 4 of its digits if it has 8 or more, `***4321`; else `***`                           |
| mask_generic | the first character of 5 or more, `M***`; else `***`, and for a boolean                       |
| redacted     | `***`                                                                                        |

Masks tell something of the value, and two values may have one mask: no key is masked, and a column whose few values
are known (a sex, a state) is redacted or hashed. `lakehouse_jobs.privacy.plain` gives the same results in Python.

The key stands in no expression: a literal would stand in the query plan and in Spark's event log. It is read from the
view PADS, which `lakehouse_jobs.privacy.key` makes. Within a list Spark allows no subquery: there it comes from the
columns `pads(fields)`, which the frame below must have."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from lakehouse_jobs.contract.model import Field, Protection
from lakehouse_jobs.contract.sql import literal
from lakehouse_jobs.sources.files import PATH, quoted
from lakehouse_jobs.sources.nested import as_texts, described

PADS = "_pii_pads"  # one row: `inner` and `outer`, 64 bytes each
VIEW = (f"(SELECT inner FROM {PADS})", f"(SELECT outer FROM {PADS})")
COLUMNS = ("_pii_inner", "_pii_outer")
GONE = "***"
EMAIL = r"[^@\s]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
_WHOLE_EMAIL = rf"\A{EMAIL}\z"
PHONE_DIGITS = 8  # fewer would leave little hidden
GENERIC_LENGTH = 5
KEPT_DIGITS = 4
TECHNICAL = (PATH, "_corrupt_record")  # names in rescued data that are our own
_NESTED = ("STRUCT", "ARRAY", "MAP", "VARIANT")


def silver_type(field: Field) -> str:
    """The type of a field's column in silver: text if it is protected, and for what is protected within it."""
    if field.pii:
        return "STRING"
    if field.fields:
        inner = ", ".join(f"{quoted(each.name)}: {silver_type(each)}" for each in field.fields)
        return f"STRUCT<{inner}>"
    return f"ARRAY<{silver_type(field.items)}>" if field.items else field.spark_type


def protects(field: Field) -> bool:
    """Whether the field, or one within it, is protected."""
    return bool(field.pii) or any(protects(each) for each in _within(field))


def hashes(field: Field) -> bool:
    """Whether a key is needed."""
    return field.pii == "hash" if field.pii else any(hashes(each) for each in _within(field))


def pads(fields: Iterable[Field]) -> tuple[str, ...]:
    """Columns to select below an expression of these fields, `… AS _pii_inner`; none where no list is hashed."""
    if not any(_hashed_items(field) for field in fields):
        return ()
    return tuple(f"{read} AS {name}" for read, name in zip(VIEW, COLUMNS, strict=True))


def protected(field: Field, cell: str, version: str = "v1") -> str:
    """The cell as silver has it. `cell` is SQL of the field's own type; the result's type is `silver_type`."""
    return _protected(field, cell, version, 0)


def protected_raw(field: Field, cell: str, version: str = "v1") -> str:
    """A cell that is text as it came, protected as text, whether or not it is a value of its type.

    Of an object or list only what the contract knows is kept, and nothing of what does not parse."""
    if not protects(field):
        return cell
    if field.pii:
        return shielded(way(field, field.pii), cell, version)
    texts = as_texts(_by_type(field))
    parsed = f"from_json({cell}, {literal(described(texts))})"
    return f"if({cell} is null, null, coalesce(to_json({_protected(texts, parsed, version, 0)}), '{GONE}'))"


def shielded(how: Protection, text: str, version: str = "v1", key: tuple[str, str] = VIEW) -> str:
    """A text, protected; null stays null. `key` is SQL of the inner and the outer pad."""
    if how == "hash":
        inner = f"unhex(sha2(concat({key[0]}, cast({text} as binary)), 256))"
        return f"concat('{version}:', sha2(concat({key[1]}, {inner}), 256))"
    if how == "mask_email":
        known = f"{text} rlike {literal(_WHOLE_EMAIL)}"
        first = f"if(instr({text}, '@') > 2, left({text}, 1), '')"
        masked = f"concat({first}, '{GONE}@', substring_index({text}, '@', -1))"
        return f"if({text} is null, null, if({known}, {masked}, '{GONE}'))"
    if how == "mask_phone":
        digits = f"regexp_replace({text}, '[^0-9]', '')"
        masked = f"concat('{GONE}', right({digits}, {KEPT_DIGITS}))"
        return f"if({text} is null, null, if(length({digits}) >= {PHONE_DIGITS}, {masked}, '{GONE}'))"
    if how == "mask_generic":
        masked = f"concat(left({text}, 1), '{GONE}')"
        return f"if({text} is null, null, if(length({text}) >= {GENERIC_LENGTH}, {masked}, '{GONE}'))"
    return f"if({text} is null, null, '{GONE}')"


def rescued(cell: str, known: Collection[str]) -> str:
    """`_rescued_data` without a value, as JSON text. A name that is none of `known` may be a value itself, of a file
    that lacks its header: it is masked too."""
    masked = f"if(length(k) >= {GENERIC_LENGTH} and k rlike '^[A-Za-z0-9_]', concat(left(k, 1), '{GONE}'), '{GONE}')"
    names = ", ".join(literal(name) for name in (*known, *TECHNICAL))
    entries = f"transform(map_keys(from_json({cell}, 'map<string,string>')), k -> if(k in ({names}), k, {masked}))"
    joined = f"concat('{{', array_join(transform({entries}, k -> concat('\"', k, '\":\"{GONE}\"')), ','), '}}')"
    return f"if({cell} is null, null, coalesce({joined}, '{GONE}'))"


def way(field: Field, how: Protection) -> Protection:
    """How a field's values are protected: of true and false a mask would tell which."""
    return "redacted" if how == "mask_generic" and field.spark_type == "BOOLEAN" else how


def text_of(field: Field, cell: str) -> str:
    """A typed cell as text, the same whatever the session's time zone."""
    kind = field.spark_type.upper()
    if kind == "STRING":
        return cell
    if kind == "TIMESTAMP":
        moment = f"timestampadd(MICROSECOND, unix_micros({cell}), TIMESTAMP_NTZ '1970-01-01 00:00:00')"
        return f"cast({moment} as string)"
    if kind == "BINARY":
        return f"base64({cell})"
    if kind.startswith("MAP"):
        # Two maps that are equal may have their keys in another order.
        return f"to_json(map_from_entries(array_sort(map_entries({cell}))))"
    return f"to_json({cell})" if kind.startswith(_NESTED) else f"cast({cell} as string)"


def _protected(field: Field, cell: str, version: str, depth: int) -> str:
    if not protects(field):
        return cell
    if field.pii:
        return shielded(way(field, field.pii), text_of(field, cell), version, COLUMNS if depth else VIEW)
    if field.items:
        each = f"_p{depth}"
        return f"transform({cell}, {each} -> {_protected(field.items, each, version, depth + 1)})"
    cells = ", ".join(
        f"{literal(inner.name)}, {_protected(inner, f'{cell}.{quoted(inner.name)}', version, depth)}"
        for inner in field.fields
    )
    return f"if({cell} is null, null, named_struct({cells}))"


def _by_type(field: Field) -> Field:
    """With the ways that its types ask for, before they are forgotten."""
    parts = tuple(_by_type(each) for each in field.fields)
    items = _by_type(field.items) if field.items else None
    return replace(field, pii=field.pii and way(field, field.pii), fields=parts, items=items)


def _hashed_items(field: Field) -> bool:
    if field.pii:
        return False
    return bool(field.items and hashes(field.items)) or any(_hashed_items(each) for each in field.fields)


def _within(field: Field) -> tuple[Field, ...]:
    return (*field.fields, *((field.items,) if field.items else ()))
