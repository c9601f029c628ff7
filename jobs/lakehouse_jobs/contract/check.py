"""The front door of contracts: a file comes in, a contract or all its defects come out. No Spark, no JVM."""

from __future__ import annotations

from pathlib import Path

from lakehouse_jobs.contract import odcs, reference
from lakehouse_jobs.contract.located import Defect, Located, parse
from lakehouse_jobs.contract.model import Contract


class InvalidContract(Exception):  # noqa: N818 - a state of the file, told as it is
    """The contract cannot be used; `defects` says why, all at once, one a line in the message."""

    def __init__(self, defects: list[Defect]) -> None:
        super().__init__("\n".join(str(d) for d in defects))
        self.defects = defects


def check(text: str, source_name: str) -> list[Defect]:
    """All defects of a contract in their order in the file; none means `read` gives a contract."""
    return _defects(parse(text, source_name))


def read(text: str, source_name: str) -> Contract:
    """The contract in `text`; raises InvalidContract with all defects."""
    located = parse(text, source_name)
    if defects := _defects(located):
        raise InvalidContract(defects)
    return odcs.convert(located.data) if is_odcs(located.data) else reference.convert(located.data)


def load(path: Path | str) -> Contract:
    """Read a contract file; raises InvalidContract, or OSError if there is no such file."""
    return read(_text(Path(path)), Path(path).name)


def check_file(path: Path | str, source_name: str | None = None) -> list[Defect]:
    """`check` of a file; one that is not UTF-8 is a defect too."""
    name = source_name or Path(path).name
    try:
        return check(_text(Path(path)), name)
    except InvalidContract as invalid:
        return invalid.defects


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        where = f"byte {error.start} is no text"
        defect = Defect(path.name, 1, 1, "(file)", "is not UTF-8", where, "save it as UTF-8")
        raise InvalidContract([defect]) from error


def is_odcs(data: object) -> bool:
    return isinstance(data, dict) and ("apiVersion" in data or "schema" in data) and "models" not in data


def _defects(located: Located) -> list[Defect]:
    found = list(located.defects)
    if isinstance(located.data, dict):
        found += odcs.check(located) if is_odcs(located.data) else reference.check(located)
    elif not located.defects:
        remedy = "write an ODCS v3 or Data Contract Specification 0.9.3 document"
        found.append(located.defect((), "is no mapping", "a contract is one", remedy))
    return sorted(set(found))
