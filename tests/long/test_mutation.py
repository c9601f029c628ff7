"""Small faults in the compilers of rules, masks, protection, merge conditions: each changes an answer, or is named."""

from __future__ import annotations

import importlib
import inspect
import logging
import sys
import types
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from lakehouse_jobs.privacy import key
from pyspark.sql import DataFrame, SparkSession

from tests.jobs.test_privacy import KEY
from tests.long.mutation_equivalents import EQUIVALENT
from tests.long.mutation_rows import frames
from tests.long.mutation_subjects import SUBJECTS, Asked, Subject
from tests.mutants import Mutant, mutants

BATCH = 16  # mutants that Spark judges in one query


def named(module: str) -> str:
    return f"lakehouse_jobs.{module}"


@contextmanager
def installed(subject: Subject, source: str) -> Iterator[None]:
    """The module with another source, and anew those that took names from it."""
    listed = [named(module) for module in (subject.module, *subject.also)]
    before = {name: sys.modules[name] for name in listed}
    try:
        for name in listed:
            text = source if name == listed[0] else inspect.getsource(before[name])
            sys.modules[name] = module = types.ModuleType(name)
            exec(compile(text, name, "exec"), module.__dict__)
        yield
    finally:
        sys.modules.update(before)


def ask(subject: Subject) -> tuple[list[Any], list[Asked]]:
    def modules(name: str) -> Any:
        return sys.modules.get(named(name)) or importlib.import_module(named(name))

    return subject.facts(modules), subject.asked(modules)


def queries(there: dict[str, DataFrame], number: int, asked: Sequence[tuple[int, Asked]]) -> list[DataFrame]:
    """Each answer a row: whose it is, what was asked, and all cells as text."""
    made = []
    for place, one in asked:
        frame = there[one.frame]
        for stage in one.stages:
            frame = frame.selectExpr(*stage)
        cells = [f"c{n}" for n in range(len(frame.columns))]
        made.append(
            frame.toDF(*cells).selectExpr(
                f"{number} as m", f"{place} as a", f"cast(struct({', '.join(cells)}) as string) as t"
            )
        )
    return made


def answers(made: Sequence[DataFrame]) -> dict[tuple[int, int], list[str]]:
    whole = made[0]
    for frame in made[1:]:
        whole = whole.unionAll(frame)
    told: dict[tuple[int, int], list[str]] = {}
    for number, place, text in whole.collect():
        told.setdefault((number, place), []).append(str(text))
    return {where: sorted(texts) for where, texts in told.items()}


class Judge:
    """`fates`: how many mutants ended how; `alive`: those that changed no answer."""

    def __init__(self, spark: SparkSession, subject: Subject) -> None:
        self.there, self.subject = frames(spark), subject
        self.fates, self.alive = Counter[str](), list[Mutant]()
        self.facts, self.asked = ask(subject)
        self.expected = answers(queries(self.there, 0, list(enumerate(self.asked)))) if self.asked else {}

    def judge(self) -> None:
        waiting: list[tuple[Mutant, list[tuple[int, Asked]]]] = []
        for mutant in mutants(inspect.getsource(sys.modules[named(self.subject.module)])):
            if self.subject.only and mutant.where not in self.subject.only:
                continue
            other = self._other(mutant)
            if other is not None:
                waiting.append((mutant, other))
            if len(waiting) == BATCH:
                self._spark(waiting)
                waiting = []
        self._spark(waiting)

    def _other(self, mutant: Mutant) -> list[tuple[int, Asked]] | None:
        """The SQL in which the mutant differs, if that alone can tell it; None if its fate is known."""
        try:
            with installed(self.subject, mutant.source):
                facts, asked = ask(self.subject)
        except Exception:
            self.fates["raised"] += 1
            return None
        if repr(facts) != repr(self.facts) or len(asked) != len(self.asked):
            self.fates["another answer"] += 1
            return None
        other = [(n, one) for n, (one, ours) in enumerate(zip(asked, self.asked, strict=True)) if one != ours]
        if not other:
            self.fates["alive"] += 1
            self.alive.append(mutant)
            return None
        return other

    def _spark(self, waiting: list[tuple[Mutant, list[tuple[int, Asked]]]]) -> None:
        """Ask the first of what differs, and the rest of those whom it does not tell."""
        made: list[DataFrame] = []
        left = []
        for number, (mutant, other) in enumerate(waiting):
            try:
                made += queries(self.there, number, other[:1])
                left.append((number, mutant, other))
            except Exception:
                self.fates["no SQL"] += 1
        if not left:
            return
        try:
            told = answers(made)
        except Exception:
            if len(left) == 1:
                self.fates["fails on a row"] += 1
                return
            for _, mutant, other in left:
                self._spark([(mutant, other)])
            return
        again = []
        for number, mutant, other in left:
            place = other[0][0]
            if told.get((number, place)) != self.expected.get((0, place)):
                self.fates["another answer of Spark"] += 1
            elif len(other) > 1:
                again.append((mutant, other[1:]))
            else:
                self.fates["alive"] += 1
                self.alive.append(mutant)
        self._spark(again)


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.module)
def test_every_mutant_dies_or_is_named(spark: SparkSession, subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    key.register(spark, KEY)
    # It would print each mutant that is no SQL, with all of Java's stack.
    monkeypatch.setattr(logging.getLogger("SQLQueryContextLogger"), "disabled", True)
    importlib.import_module(named(subject.module))
    judge = Judge(spark, subject)
    judge.judge()
    print(f"{subject.module}: {sum(judge.fates.values())} mutants, {dict(judge.fates)}")
    named_here = EQUIVALENT.get(subject.module, {})
    alive = Counter(mutant.name for mutant in judge.alive)
    unnamed = [f"{mutant.line} {mutant.name}" for mutant in judge.alive if mutant.name not in named_here]
    assert not unnamed, "\n".join(unnamed)
    assert sorted(set(named_here) - set(alive)) == [], "these die: they need no reason"
