"""`contract new`: a contract to go on from, with comments that say what else it can say."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from lakehouse_jobs.contract.check import check
from lakehouse_jobs.contract.model import LOGICAL_TYPES, Contract, Field, LogicalType, Model, Source
from lakehouse_jobs.contract.types import LOGICAL
from lakehouse_jobs.contract.write import to_odcs

from wizard import exits
from wizard.commands.contract_files import NotThere, write
from wizard.text import _

HEAD = """\
# {title}: what comes in, and what its tables hold. Open Data Contract Standard 3.1.
# After a change: lakehouse-wizard contract check {file}
"""
TAIL = """
# What else a contract can say; take the # away and change the names.
#
# A column of personal data, in its entry under `properties` (hash, mask_email, mask_phone, mask_generic, redacted):
#     customProperties: [{property: pii, value: mask_email}]
# Limits of a column, there too:
#     logicalTypeOptions: {maxLength: 120, pattern: "[0-9]+"}
# A rule on each row, under the model, beside `properties` (warning, quarantine, fail):
#     quality:
#       - {name: in order, type: custom, engine: lakehouse, implementation: "began <= ended", severity: quarantine}
# A rule on the data as a whole; `fail` keeps them out of silver:
#       - {type: library, metric: rowCount, mustBeGreaterThan: 25, severity: fail}
# The columns whose greatest value is the newest row of a key, beside `format`:
#     sequence: [changed_at]
# When the job runs, and how long rows are kept:
# slaProperties:
#   - {property: frequency, value: 1, unit: d, scheduler: cron, schedule: "0 30 6 * * ?"}
#   - {property: retention, value: 365, unit: d}
"""


TYPES = tuple(each for each in LOGICAL_TYPES if each not in ("object", "array"))  # that one word says


class _Refused(Exception):  # noqa: N818 - told as it is
    """What was given makes no contract; said in words."""


def main(arguments: argparse.Namespace) -> int:
    target: Path = arguments.output or Path(f"{arguments.name}.yaml")
    try:
        columns = arguments.column or _asked()
        keys = arguments.key or ([columns[0].split(":")[0]] if not arguments.append else [])
        text = _text(arguments, columns, keys, target)
        write(target, text)
    except _Refused as refused:
        print(refused, file=sys.stderr)
        return exits.INVALID
    except NotThere as absent:
        return absent.tell()
    print(_("wrote {file}", file=target))
    return exits.DONE


def _asked() -> list[str]:
    """Columns from a person at a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise _Refused(
            _("there are no columns; name them after the model, as user_id:string born:date ({types})",
              types=", ".join(TYPES))
        )  # fmt: skip
    print(_("Columns as name:type, one a line; the first is the key; an empty line ends. Types: {types}",
            types=", ".join(TYPES)))  # fmt: skip
    found: list[str] = []
    while line := _line(_("column {n}: ", n=len(found) + 1)):
        try:
            _field(line, [])
        except _Refused as refused:
            print(refused)
            continue
        found.append(line)
    if not found:
        raise _Refused(_("there are no columns; nothing was written"))
    return found


def _line(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError:
        return ""


def _field(written: str, keys: list[str]) -> Field:
    name, _colon, kind = written.partition(":")
    known: LogicalType | None = next((each for each in TYPES if each == (kind or "string")), None)
    if known is None:
        raise _Refused(
            _("{column}: {type} is no type; choose one of {types}", column=name, type=kind,
              types=", ".join(TYPES))
        )  # fmt: skip
    position = keys.index(name) + 1 if name in keys else None
    return Field(name, known, LOGICAL[known], required=position is not None, key_position=position)


def _text(arguments: argparse.Namespace, columns: list[str], keys: list[str], target: Path) -> str:
    fields = tuple(_field(written, keys) for written in columns)
    if strange := [key for key in keys if key not in {field.name for field in fields}]:
        raise _Refused(_("{keys}: no such column; a key is made of columns", keys=", ".join(strange)))
    name: str = arguments.name
    model = Model(
        name=name,
        fields=fields,
        source=Source(format=arguments.format, delimiter=arguments.delimiter, multiline=arguments.format == "csv"),
        write="append" if arguments.append else "merge",
    )
    title = re.sub(r"[_-]+", " ", name).strip().capitalize() or name
    place = ":".join(part for part in ("urn", "datacontract", arguments.domain, name) if part)
    contract = Contract(id=place, title=title, version="0.1.0", models=(model,), domain=arguments.domain)
    text = to_odcs(contract)
    if defects := check(text, str(target)):
        raise _Refused("\n".join(f"{each.field}: {each.what}, {each.why}, {each.remedy}" for each in defects))
    return HEAD.format(title=title, file=target) + text + TAIL
