"""From the reference form to ODCS and back, with no leaf lost.

ODCS says what it has a place for. All else of a reference contract travels in two custom properties of ODCS:
`reference`, a tree of what ODCS has no place for, and `referenceForm`, what the own block was called and how things
were spelled that ODCS says in another way (`max_length` or `maxLength`, `P1Y` or 365 days). A change made to the ODCS
file wins over a spelling, and what belonged to a column or model that is gone goes with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from lakehouse_jobs.contract import odcs, odcs_shape, reference, write, write_reference
from lakehouse_jobs.contract.check import InvalidContract, is_odcs
from lakehouse_jobs.contract.differences import Spelling, branches, differences, restore, same, tree
from lakehouse_jobs.contract.emit import emit
from lakehouse_jobs.contract.located import Defect, Located, Path, dotted, parse
from lakehouse_jobs.contract.put_back import at
from lakehouse_jobs.contract.shape import ANY, Shape, walk
from lakehouse_jobs.contract.views import leaves, mapping_of, mappings

Form = Literal["odcs", "reference"]
FORM = "referenceForm"
_OPEN = ("models", "fields", "servicelevels", "specification")  # maps whose parts each have a line of their own
# Where the two forms have a place for the same thing that no part of this version uses.
_WHOLE: tuple[tuple[Path, Path], ...] = (
    (("info", "status"), ("status",)),
    (("terms", "usage"), ("description", "usage")),
    (("terms", "limitations"), ("description", "limitations")),
    (("tags",), ("tags",)),
)
_NAMED = (("title", "businessName"), ("tags", "tags"))  # of a model and of a column
_LEVELS = ("retention", "frequency")


@dataclass(frozen=True, slots=True)
class Converted:
    """`unmapped`: the leaves of the old form that the new one has no place for, by dotted path. To ODCS they travel
    in custom properties; the reference form drops them. `defects`: what `check` will say of the contract."""

    form: Form
    text: str
    unmapped: tuple[str, ...]
    defects: tuple[Defect, ...] = ()


def convert(text: str, name: str, to: Form | None = None) -> Converted:
    """The contract in the form `to` (default: the other one). Raises InvalidContract where it has not the shape of
    its form; that it could not be ingested (no key, another source) does not matter here."""
    located = parse(text, name)
    is_other = is_odcs(located.data)
    shape = odcs_shape.SHAPE if is_other else reference.SHAPE
    broken = located.defects + [each for each in walk(located, shape) if not _passes(each)]
    if broken or not isinstance(located.data, dict):
        raise InvalidContract(sorted(set(broken)) or [located.defect((), "is no mapping", "a contract is one", "")])
    form: Form = to or ("reference" if is_other else "odcs")
    if (form == "odcs") == is_other:
        return Converted(form, text, ())
    judged = tuple(odcs.check(located) if is_other else reference.check(located))
    made = _to_reference(located) if is_other else _to_odcs(located.data)
    return replace(made, defects=tuple(sorted(set(judged))))


def _passes(defect: Defect) -> bool:
    """A key that nobody knows travels as what is unmapped does; a table not described yet is less to convert."""
    undescribed = re.fullmatch(r"models(\.[^.]+\.fields)?|schema(\[\d+\]\.properties)?", defect.field)
    return defect.what == "is not a known key" or (defect.what == "is missing" and undescribed is not None)


def _to_odcs(data: dict[str, Any]) -> Converted:
    found, unmapped = _forward(data)
    return Converted("odcs", emit(found), unmapped)


def _forward(data: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The ODCS contract, and what of the reference one it has no place for."""
    contract = reference.convert(data)
    found = write.document(replace(contract, kept={}))
    _move(data, found)
    block = "ingest_workflow" if "ingest_workflow" in data else write_reference.BLOCK
    alone = _back(found, block)
    rest, spellings = differences(_ordered(data, reference.SHAPE), alone)
    form: dict[str, Any] = {} if block == write_reference.BLOCK else {"block": block}
    if spellings:
        form["spelled"] = [spelling.data for spelling in spellings]
    carried = [
        {"property": key, "value": value} for key, value in ((odcs.REFERENCE, tree(rest)), (FORM, form)) if value
    ]
    if carried:
        found.setdefault("customProperties", []).extend(carried)
    mapped = {dotted(there) for there, here in _places(data, found) if same(at(data, there), at(found, here))}
    back = dict(leaves(alone))
    said = {path for path, value in leaves(data) if path in back and same(back[path], value)}
    unmapped = [path for path in contract.kept if path not in said and path.split("[")[0] not in mapped]
    return write.ordered(found), tuple(unmapped)


def _to_reference(located: Located) -> Converted:
    data: dict[str, Any] = located.data
    custom = {str(each.get("property")): each.get("value") for each in mappings(data.get("customProperties"))}
    form = mapping_of(custom.get(FORM))
    found = _back(data, str(form.get("block", write_reference.BLOCK)))
    rest = [(path, value) for path, value in branches(mapping_of(custom.get(odcs.REFERENCE))) if _alive(found, path)]
    restore(found, rest, [Spelling.of(each) for each in mappings(form.get("spelled"))])
    return Converted("reference", emit(_ordered(found, reference.SHAPE), opened=_OPEN), _lost(data, found))


def _lost(data: dict[str, Any], found: dict[str, Any]) -> tuple[str, ...]:
    """The leaves of an ODCS contract that the reference one does not give back. What is a default, or is said in
    other words, is not lost: both are compared as they would be written."""
    ours, theirs = (write.document(odcs.convert(_own(each))) for each in (data, _forward(found)[0]))
    said = {(_plain(path), str(value)) for path, value in leaves(theirs)}
    gone = {_plain(path) for path, value in leaves(ours) if (_plain(path), str(value)) not in said}
    return tuple(
        path
        for path, value in leaves(data)
        if _plain(path) in gone and (_plain(path), str(value)) not in said and not path.startswith("apiVersion")
    )


def _ordered(data: Any, shape: Shape) -> Any:
    """The same with its keys in the order of the form, so that the same contract is the same text."""
    if isinstance(data, dict) and shape.kind in ("map", "names"):
        keys = [key for key in shape.keys if key in data] if shape.kind == "map" else list(data)
        inner = {key: shape.keys.get(key) or shape.item or ANY for key in [*keys, *data]}
        return {key: _ordered(data[key], how) for key, how in inner.items()}
    return data


def _own(data: dict[str, Any]) -> dict[str, Any]:
    """An ODCS contract without what only says how to be written as ODCS, or in the reference form."""
    custom = [p for p in mappings(data.get("customProperties")) if p.get("property") not in (odcs.REFERENCE, FORM)]
    return {**data, "customProperties": custom}


def _plain(path: str) -> str:
    """The path without the numbers of lists: another order is no loss."""
    return re.sub(r"\[\d+\]", "", path)


def _back(data: dict[str, Any], block: str) -> dict[str, Any]:
    """The reference contract that an ODCS one alone gives."""
    found = write_reference.document(odcs.convert(data), block)
    for there, here in _places(found, data):
        value = at(data, here)
        if value is not None and there and (here, value) != (("status",), "active"):
            _set(found, there, value)
    return found


def _move(data: dict[str, Any], found: dict[str, Any]) -> None:
    """What a reference contract says in other words, to where ODCS says it."""
    for there, here in _places(data, found):
        value = at(data, there)
        if _fits(here, value):
            _set(found, here, value)


def _fits(here: Path, value: Any) -> bool:
    """Whether ODCS takes the value there; the reference form lets more pass."""
    if here[-1] == "tags":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, str)


def _places(data: dict[str, Any], found: dict[str, Any]) -> Iterator[tuple[Path, Path]]:
    """Place in a reference contract, and that of the same thing in the ODCS one."""
    yield from _WHOLE
    for number, model in enumerate(mappings(found.get("schema"))):
        there: Path = ("models", str(model.get("name")))
        for ours, theirs in _NAMED:
            yield (*there, ours), ("schema", number, theirs)
        for column, written in enumerate(mappings(model.get("properties"))):
            for ours, theirs in _NAMED:
                path = (*there, "fields", str(written.get("name")), ours)
                yield path, ("schema", number, "properties", column, theirs)
    for number, level in enumerate(mappings(found.get("slaProperties"))):
        if level.get("property") in _LEVELS:
            path = ("servicelevels", str(level["property"]), "description")
            yield path, ("slaProperties", number, "description")


def _set(data: Any, path: Path, value: Any) -> None:
    for part in path[:-1]:
        data = data.setdefault(part, {}) if isinstance(data, dict) else data[part]
    data[path[-1]] = value


def _alive(found: dict[str, Any], path: Path) -> bool:
    """Whether the model and the columns that a path goes through are still there."""
    for place in range(0, len(path) - 1, 2):
        if path[place] != ("fields" if place else "models"):
            return True
        if at(found, path[: place + 2]) is None:
            return False
    return True
