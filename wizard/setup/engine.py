"""The engine: check, apply, check again; independent steps side by side; never a memory of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from typing import Generic

from wizard.setup.cancel import Cancellation, Cancelled
from wizard.setup.context import Context, FactsMissing
from wizard.setup.events import (
    Applied,
    ApplyStarted,
    Checked,
    CheckStarted,
    Event,
    StepProblem,
    StepRemoved,
    Waiting,
)
from wizard.setup.gate import Decision, Gate, Unattended
from wizard.setup.outcome import Mode, Outcome
from wizard.setup.patience import Patience, passing
from wizard.setup.step import WAITING, Facts, Finding, Kind, Problem, Removal, Step, StepFailed, Verdict, World
from wizard.setup.stopping import Stopping
from wizard.text import _

THREADS = "step"  # what their names begin with
LOOK_SECONDS = 0.2  # between two looks at whether the user wants to stop
LONGEST_PAUSE = 60.0  # seconds that a service may ask for
WORKERS = 4  # steps wait for clouds and child processes, not for the processor


ContextFactory = Callable[[str], Context[World]]


class Engine(Generic[World]):
    """Runs steps over one world. `contexts` makes a step's context; `explain` turns a foreign
    exception into a Problem; `debug` is called with every exception that was explained; `gate` may hold
    an apply up, and send a step that is not done through once more."""

    def __init__(
        self,
        steps: Sequence[Step[World]],
        contexts: ContextFactory[World],
        *,
        emit: Callable[[Event], None],
        cancel: Cancellation,
        explain: Callable[[Exception], Problem],
        debug: Callable[[Exception], None] = lambda error: None,
        gate: Gate | None = None,
    ) -> None:
        self.steps = {step.name: step for step in steps}
        self._contexts = contexts
        self._emit, self._cancel, self._explain, self._debug = emit, cancel, explain, debug
        self._gate: Gate = gate or Unattended()
        self._stopping = Stopping(cancel, emit)
        self._looked: set[str] = set()  # steps that looked ahead, and were not checked yet
        self._applied = False  # whether this run has begun to change the world

    def run(self, mode: Mode, *, until: str | None = None, only: str | None = None) -> Outcome:
        """Go through the journey, or to `until`, or to `only` with the steps before it just checked."""
        chosen = self._chosen(until or only)
        outcome = Outcome(only=only)
        visits: dict[str, Mode] = {name: (mode if only is None or name == only else Mode.CHECK) for name in chosen}
        self._walk(visits, outcome, need=only)
        outcome.findings = {name: outcome.findings[name] for name in self.steps if name in outcome.findings}
        return outcome

    def _chosen(self, last: str | None) -> list[str]:
        if last is None:
            return list(self.steps)
        wanted = {last}
        for name in reversed(list(self.steps)):
            if name in wanted:
                wanted.update(self.steps[name].after)
        return [name for name in self.steps if name in wanted]

    def _walk(self, visits: Mapping[str, Mode], outcome: Outcome, *, need: str | None) -> None:
        """Start each step when those before it have ended; one that ended badly holds up only its followers."""
        waiting = dict(visits)
        running: dict[Future[Finding | None], str] = {}
        broken_off: list[str] = []
        pool = ThreadPoolExecutor(WORKERS, thread_name_prefix=THREADS)
        try:
            while (waiting or running) and not self._cancel.insisted:
                self._begin(waiting, running, pool, outcome, need)
                if not running:
                    continue
                ended, rest = wait(running, LOOK_SECONDS, FIRST_COMPLETED)
                self._stopping.hear(running[future] for future in rest)
                for future in ended:
                    finding = future.result()
                    name = running.pop(future)
                    if finding is None:
                        outcome.cancelled = True
                        broken_off += [name] if self._cancel.insisted else []
                    else:
                        outcome.findings[name] = finding
        except KeyboardInterrupt:  # a second Ctrl+C
            self._cancel.insist()
        finally:
            if self._cancel.insisted:  # what is under way is left to itself, and named
                outcome.cancelled = True
                self._leave([*broken_off, *(name for future, name in running.items() if _broken_off(future))])
            pool.shutdown(wait=not outcome.cancelled or not running, cancel_futures=True)

    def _begin(
        self,
        waiting: dict[str, Mode],
        running: dict[Future[Finding | None], str],
        pool: ThreadPoolExecutor,
        outcome: Outcome,
        need: str | None,
    ) -> None:
        """Start every step that waits for none before it."""
        for name in [name for name in waiting if self._ready(name, waiting, running.values())]:
            mode = waiting.pop(name)
            if self._cancel.requested:
                outcome.cancelled = True
                continue
            running[pool.submit(self._visit, name, mode, outcome, name == need)] = name
        if not self._cancel.requested:
            self._look_ahead({*waiting, *running.values()}, waiting)

    def _look_ahead(self, open_steps: set[str], waiting: Iterable[str]) -> None:
        """Let steps that wait begin their check where they can. What they see before an apply counts no more after."""
        for name in waiting:
            step = self.steps[name]
            if step.ahead and name not in self._looked and not self._applied and not open_steps & {*step.ahead}:
                self._looked.add(name)
                with suppress(Cancelled):  # the run hears it for itself; what goes wrong is told by the step's check
                    self._attempt(partial(step.look_ahead, self._contexts(step.name)))

    def _leave(self, names: Iterable[str]) -> None:
        self._stopping.leave(
            names, lambda name, changing: self.steps[name].left_behind(self._contexts(name), changing=changing)
        )

    def _ready(self, name: str, waiting: Iterable[str], running: Iterable[str]) -> bool:
        open_steps = {*waiting, *running}
        return not any(before in open_steps for before in self.steps[name].after)

    def _visit(self, name: str, mode: Mode, outcome: Outcome, forced: bool) -> Finding | None:
        """One step from its first check to its last. None if cancelled."""
        step = self.steps[name]
        # What sums up the others may not say more than they do, also where the world is only asked.
        if (mode is Mode.RUN and not forced) or step.kind is Kind.SUMMARY:
            held = [before for before in step.after if not self._passed(before, outcome)]
            if held:
                return self._tell(name, Finding(Verdict.BLOCKED, _("waits for {steps}", steps=", ".join(held))))
        try:
            while True:
                finding = self._carry_out(step, mode, outcome)
                failed = name in outcome.failed
                if mode is Mode.CHECK or (finding.verdict is Verdict.DONE and not failed):
                    return finding
                if not self._gate.again(name, finding, failed):
                    return finding
                if failed:
                    outcome.failed.remove(name)
        except Cancelled:
            return None

    def _passed(self, name: str, outcome: Outcome) -> bool:
        found = outcome.findings.get(name)
        return found is not None and found.verdict is Verdict.DONE and name not in outcome.failed

    def _carry_out(self, step: Step[World], mode: Mode, outcome: Outcome) -> Finding:
        while (finding := self._carry_out_once(step, mode, outcome)) is None:
            pass
        return finding

    def _carry_out_once(self, step: Step[World], mode: Mode, outcome: Outcome) -> Finding | None:
        """None where the gate wants the world looked at again first: it may do so for days, so no call goes deeper."""
        ctx = self._contexts(step.name)
        if self._applied and step.name in self._looked:
            step.close(ctx)
        finding = self._check(step, ctx, step.check)
        if mode is Mode.CHECK and finding.verdict is Verdict.TODO:
            return self._foreseen(step, ctx, finding)
        if mode is Mode.RUN and passing(finding):
            self._hold_off(step.name, finding.problem)
            finding = self._check(step, ctx, step.check)
        if mode is Mode.RUN and finding.verdict is Verdict.UNKNOWN:
            outcome.failed.append(step.name)
        if mode is Mode.CHECK or finding.verdict is not Verdict.TODO:
            return finding
        return self._bring_about(step, ctx, finding, outcome)

    def _hold_off(self, step: str, problem: Problem | None) -> None:
        """Wait as long as the service asked for, before it is asked once more."""
        if problem is not None and problem.retry_after:
            seconds = min(problem.retry_after, LONGEST_PAUSE)
            self._emit(Waiting(step=step, what=_("the {n} s that the service asked for", n=round(seconds))))
            self._cancel.pause(seconds)

    def _foreseen(self, step: Step[World], ctx: Context[World], finding: Finding) -> Finding:
        """With the facts that an apply would tell; what goes wrong with them is no matter of the finding."""
        told: list[Facts | None] = []
        self._attempt(lambda: told.append(step.foresee(ctx)))
        if not told or told[0] is None:
            return finding
        ctx.book.add(told[0])
        return replace(finding, facts=told[0])

    def _bring_about(
        self, step: Step[World], ctx: Context[World], finding: Finding, outcome: Outcome
    ) -> Finding | None:
        """Apply what a check found missing; None: look at the world again first. After a failure that passes by itself
        that is done at once, since the call may have taken effect, and what is missing still is applied (see
        patience.py)."""
        patience, asked = Patience(finding), False
        while True:
            withheld = step.withheld(ctx, finding)
            if not asked or withheld is not None:  # what was agreed to once is not asked about after each look
                decision, asked = self._gate.before_apply(step.name, finding, withheld), True
                if decision is Decision.HOLD:
                    return finding if withheld is None else self._tell(step.name, withheld)
                if decision is Decision.CHECK:
                    return None
            finding, problem = self._apply(step, ctx, finding)
            if problem is None:
                return finding
            if not patience.worth_a_look(problem):
                break
            ctx.say(_("{what}: looks at what is there and goes on", what=problem.what))
            finding = self._check(step, ctx, step.check)
            if finding.verdict is Verdict.UNKNOWN:
                outcome.failed.append(step.name)
            if finding.verdict is not Verdict.TODO:
                return finding
            if not patience.goes_on(finding):
                break
        outcome.failed.append(step.name)
        self._emit(StepProblem(step=step.name, problem=asdict(problem)))
        return Finding(Verdict.UNKNOWN, problem.what, problem=problem, facts=finding.facts)

    def _apply(self, step: Step[World], ctx: Context[World], finding: Finding) -> tuple[Finding, Problem | None]:
        """One apply and the check after it; with the problem where it is not as wanted then."""
        self._applied = True
        self._emit(ApplyStarted(step=step.name))
        began = time.monotonic()
        with self._stopping.changes(step.name):
            problem = self._attempt(lambda: step.apply(ctx))
        if problem is not None:
            return finding, problem
        self._emit(Applied(step=step.name, seconds=round(time.monotonic() - began, 3)))
        finding = self._check(step, ctx, step.confirm)
        if passing(finding):
            return finding, finding.problem
        if finding.verdict is not Verdict.TODO:
            return finding, None
        return finding, Problem(
            what=_("{step} was applied, but the world is not as wanted", step=step.name),
            why=finding.why,
            next_action=_("run again; if it stays so, look at the step's log"),
            log=str(ctx.folder.log_file(step.name)),
            transient=True,  # what was made may not be known everywhere yet
        )

    def _check(self, step: Step[World], ctx: Context[World], check: Callable[[Context[World]], Finding]) -> Finding:
        self._cancel.raise_if_requested()
        self._emit(CheckStarted(step=step.name))
        found: list[Finding] = []
        problem = self._attempt(lambda: found.append(check(ctx)))
        finding = found[0] if problem is None else Finding(_verdict_of(problem), problem.what, problem=problem)
        if finding.facts is not None:
            ctx.book.add(finding.facts)
        return self._tell(step.name, finding)

    def _attempt(self, action: Callable[[], None]) -> Problem | None:
        """Run a step's code; whatever it raises becomes a problem, but for the user's own cancel."""
        try:
            action()
        except Cancelled:
            raise
        except FactsMissing as missing:
            return Problem(
                what=_("waits for an earlier step"),
                why=_("{facts} are not known yet", facts=missing.kind.__name__),
                next_action=_("run the steps before this one"),
                raw_code=WAITING,
            )
        except StepFailed as failure:
            self._debug(failure)
            return failure.problem
        except Exception as error:  # every failure of a client ends here, explained, never as a traceback
            self._debug(error)
            return self._explain(error)
        return None

    def _tell(self, name: str, finding: Finding) -> Finding:
        self._emit(
            Checked(
                step=name,
                verdict=finding.verdict.value,
                why=finding.why,
                changes=finding.changes,
                guide=asdict(finding.guide) if finding.guide else None,
                problem=asdict(finding.problem) if finding.problem else None,
                found=tuple(asdict(each) for each in finding.found),
                link=finding.link,
                waits=finding.waits and finding.verdict is Verdict.BLOCKED,
            )
        )
        return finding

    def removals(self) -> dict[str, Removal]:
        """What a destroy would take away, by step, in the order it would happen. Changes nothing."""
        planned: dict[str, Removal] = {}
        for name in reversed(self.steps):
            self._cancel.raise_if_requested()
            removal = self._removal(name)
            if removal is not None:
                planned[name] = removal
        return planned

    def _removal(self, name: str) -> Removal | None:
        found: list[Removal | None] = []
        problem = self._attempt(lambda: found.append(self.steps[name].removal(self._contexts(name))))
        if problem is None:
            return found[0]
        if problem.waits:
            return None
        raise StepFailed(problem)

    def destroy(self) -> Outcome:
        """Take everything of ours away, last step first; stops at the first failure, since the rest stands on it."""
        outcome = Outcome()
        pool = ThreadPoolExecutor(1, thread_name_prefix=THREADS)
        try:
            for name in reversed(self.steps):
                self._cancel.raise_if_requested()
                problem = self._gone(pool.submit(self._attempt, partial(self._destroy, name)), name)
                if problem is not None and not problem.waits:
                    outcome.failed.append(name)
                    outcome.findings[name] = Finding(Verdict.UNKNOWN, problem.what, problem=problem)
                    self._emit(StepProblem(step=name, problem=asdict(problem)))
                    break
        except Cancelled:
            outcome.cancelled = True
        finally:
            pool.shutdown(wait=not self._cancel.insisted)
        return outcome

    def _gone(self, removing: Future[Problem | None], name: str) -> Problem | None:
        """Wait for a step's removal. Raises Cancelled, also where the user does not wait for it: it is named then."""
        try:
            while not self._cancel.insisted and wait([removing], LOOK_SECONDS).not_done:
                self._stopping.hear([name])
            if removing.done() and not isinstance(removing.exception(), Cancelled):
                return removing.result()
        except KeyboardInterrupt:  # a second Ctrl+C
            self._cancel.insist()
        if self._cancel.insisted:
            self._leave([name])
        raise Cancelled

    def _destroy(self, name: str) -> None:
        # Asked again just before: what an earlier removal took along is not taken twice.
        step, ctx = self.steps[name], self._contexts(name)
        removal = step.removal(ctx)
        if removal is not None and removal.objects:
            with self._stopping.changes(name):
                step.destroy(ctx)
            self._emit(StepRemoved(step=name, objects=removal.objects))

    def close(self) -> None:
        """Let each step drop what it kept for an apply. Not where the user would have to wait for it: what was begun
        ahead goes on then, and the next run finds it as after a kill."""
        if self._cancel.insisted:
            return
        for name, step in self.steps.items():
            step.close(self._contexts(name))


def _broken_off(visit: Future[Finding | None]) -> bool:
    """Whether a step is still under way, or was until its user insisted."""
    return not visit.done() or (visit.exception() is None and visit.result() is None)


def _verdict_of(problem: Problem) -> Verdict:
    return Verdict.BLOCKED if problem.waits else Verdict.UNKNOWN
