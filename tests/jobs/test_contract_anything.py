"""Whatever stands in a contract, a check answers; and what it finds nothing wrong with can be read."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from lakehouse_jobs.contract import check, odcs, reference
from lakehouse_jobs.contract.located import Located, Path, parse

from tests.jobs.full_contract import FULL
from tests.jobs.test_contract import REFERENCE

NESTED = "models:\n  other: {primaryKey: [a], fields: {a: {type: text}, o: {type: object, fields: {b: {type: int}}}}}\n"
FORMS = {"odcs": (odcs, FULL), "reference": (reference, REFERENCE.replace("models:\n", NESTED))}
WRONG: tuple[Any, ...] = (None, "x", -1, [{}])


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, inner in pairs:
        yield (*path, part)
        yield from places(inner, (*path, part))


def changed(data: Any, path: Path, value: Any) -> Any:
    """A copy with another value at a place."""
    whole = copy.deepcopy(data)
    holder = whole
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    return whole


@pytest.mark.parametrize("form", FORMS)
def test_a_wrong_value_anywhere_is_a_defect_or_does_no_harm(form: str) -> None:
    module, text = FORMS[form]
    data = parse(text, form).data
    told = {True: 0, False: 0}
    for path in places(data):
        for value in WRONG:
            broken = changed(data, path, value)
            found = list(module.check(Located(form, broken)))
            told[bool(found)] += 1
            if not found:
                assert module.convert(broken).models
    assert told[True] > told[False] > 0


@pytest.mark.parametrize("form", FORMS)
def test_a_contract_that_breaks_off_anywhere_has_its_defects_within_the_file(form: str) -> None:
    lines = FORMS[form][1].splitlines(keepends=True)
    for number in range(1, len(lines), 3):
        for defect in check("".join(lines[:number]), form):
            assert 1 <= defect.line <= number + 1
            assert defect.column >= 1
            assert all((defect.field, defect.what, defect.why, defect.remedy))
