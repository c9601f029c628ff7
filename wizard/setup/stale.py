"""What an edit of the answers makes stale: which steps read it, and which stand on those. Tells; decides nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.setup.answers import section_name
from wizard.text import _, _n

if TYPE_CHECKING:
    from wizard.setup.answers import Answers
    from wizard.setup.folder import Folder
    from wizard.setup.step import Step

ANSWERED = "answered.json"  # by step: the answers with which it was done last; secrets are references
Flat = Mapping[str, Any]  # answers by their key


@dataclass(frozen=True, slots=True)
class Edit:
    """One answer that changed; `key` as compute.node_type. None where there was, or is, no such question."""

    key: str
    before: Any
    after: Any

    @property
    def words(self) -> str:
        return _("{key}: {before} becomes {after}", key=self.key, before=_shown(self.before), after=_shown(self.after))


@dataclass(frozen=True, slots=True)
class Stale:
    """What must be checked again: `steps` read an answer that changed, `followers` stand on those; both in order."""

    edits: tuple[Edit, ...]
    steps: tuple[str, ...]
    followers: tuple[str, ...]

    @property
    def words(self) -> str:
        """As `location: 2 steps must be checked again: …`."""
        told = _n(
            "{n} step must be checked again: {names}",
            "{n} steps must be checked again: {names}",
            len(self.steps),
            names=", ".join(self.steps),
        )
        if self.followers:
            told += "; " + _("and after them {names}", names=", ".join(self.followers))
        return _("{edits}; {told}", edits=", ".join(edit.words for edit in self.edits), told=told)


def flat(plain: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Answers as `Answers.plain` has them, by key as compute.node_type."""
    return {f"{section}.{field}": value for section, values in plain.items() for field, value in values.items()}


def edits(before: Flat, after: Flat) -> tuple[Edit, ...]:
    """Every answer of both that is another one. A question that is new makes nothing stale: it was never applied."""
    return tuple(
        Edit(key, before[key], value) for key, value in after.items() if key in before and before[key] != value
    )


def stale(steps: Sequence[Step[Any]], before: Flat, after: Flat) -> Stale:
    """What changing the answers from `before` to `after` makes stale. Pure: a front end may ask it for an edit that
    is still to be made."""
    found = edits(before, after)
    readers = {step.name for step in steps if any(reads(step, edit.key) for edit in found)}
    return Stale(found, *_in_order(steps, readers))


def reads(step: Step[Any], key: str) -> bool:
    """Whether a step reads an answer: one of its own questions, or one that it names in `reads`."""
    own = section_name(step.questions) if step.questions else ""
    return key.partition(".")[0] == own or key in step.reads


def since_done(steps: Sequence[Step[Any]], folder: Folder, answers: Answers) -> Stale:
    """As `stale`, against the answers with which each step was done last in this folder."""
    now, kept = flat(answers.plain()), _kept(folder)
    by_step = {step.name: edits(kept.get(step.name, {}), now) for step in steps}
    found = {edit.key: edit for several in by_step.values() for edit in several}
    return Stale(tuple(found.values()), *_in_order(steps, {name for name, several in by_step.items() if several}))


def remember(steps: Iterable[Step[Any]], folder: Folder, answers: Answers) -> None:
    """Keep the answers with which these steps are done."""
    now, kept = flat(answers.plain()), _kept(folder)
    after = kept | {step.name: {key: value for key, value in now.items() if reads(step, key)} for step in steps}
    if after != kept:
        with suppress(OSError):  # a full disk costs the next run a word, not this one its end
            folder.write(folder.private / ANSWERED, json.dumps(after, indent=2) + "\n")


def _kept(folder: Folder) -> dict[str, dict[str, Any]]:
    """Nothing where it cannot be read: then there is nothing to compare with, and every step is checked anyway."""
    try:
        kept = json.loads((folder.private / ANSWERED).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _in_order(steps: Sequence[Step[Any]], readers: set[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The readers, and whoever comes after one of them, each in the journey's order."""
    reached = set(readers)
    for step in steps:  # a journey lists a step after those it needs
        if reached & set(step.after):
            reached.add(step.name)
    names = [step.name for step in steps if step.name in reached]
    return tuple(name for name in names if name in readers), tuple(name for name in names if name not in readers)


def _shown(value: Any) -> str:
    return '""' if value in ("", None) else str(value)
