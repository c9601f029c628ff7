"""The engine's side of the app: one thread that opens the folder and runs the engine, and speaks in events alone.

Imports no Textual. What is heavy (the SDKs, pydantic) is loaded in the thread, after the first screen stands."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from wizard.guided.intents import Intent, Wish
from wizard.guided.launch import Launch
from wizard.guided.messages import Closed, DestroyAsked, Estimated, Faulted, Idle, Loaded, Proposed, Said, StepInfo
from wizard.text import _, currency, figure

if TYPE_CHECKING:
    from wizard.application import Setup
    from wizard.guided.advice import Advice
    from wizard.guided.asking import AskingGate
    from wizard.setup.cancel import Cancellation
    from wizard.setup.draft import Draft
    from wizard.setup.step import Finding

CHECKING = "check"
ESTIMATE_TURN = 0.5  # seconds between two looks at whether enough is known for an estimate
LAST_ESTIMATE = 5.0  # seconds that the end of a run waits for a price list which does not answer
TURN = 0.05  # seconds; how late a typed word may be heard


class Session:
    """`submit` returns at once; everything that comes of it is told to `post`."""

    def __init__(self, launch: Launch, post: Callable[[Any], None]) -> None:
        self.launch, self._post = launch, post
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._typed: SimpleQueue[str] = SimpleQueue()  # what was typed to confirm a destroy
        self._gate: AskingGate | None = None
        self._cancel: Cancellation | None = None
        self._wish: Wish | None = None  # to stop, or to stop at once, what runs or is about to
        self._next: Callable[[], None] | None = None  # the run that waits for the end of the one before
        self._closed, self.shown = False, True
        self._target = ""
        self._draft: Draft | None = None
        self._advice: Advice | None = None
        self._thread = threading.Thread(target=self._work, name="session", daemon=True)

    def start(self) -> None:
        """Begin; the first thing is to learn the journey and the folder."""
        self._jobs.put(self._load)
        self._thread.start()

    def submit(self, intent: Intent) -> None:
        match intent.wish:
            case Wish.CHECK | Wish.RUN:
                self._begin(lambda: self._run(intent.wish))
            case Wish.GO | Wish.AGAIN:
                self._say(intent)
            case Wish.DESTROY:
                self._begin(self._destroy)
            case Wish.CONFIRM:
                self._typed.put(intent.value)
            case Wish.STOP:
                self._stop()
            case Wish.INSIST:
                self._stop(at_once=True)
            case Wish.TARGET:
                self.launch = replace(self.launch, target=intent.value)
                self._jobs.put(self._load)
            case Wish.CLICK:
                threading.Thread(target=self._guarded, args=(lambda: self._click(intent),), daemon=True).start()

    def close(self) -> None:
        """Stop what runs; the thread ends after it."""
        self._closed = True
        self._stop()
        self._jobs.put(None)

    def show(self, shown: bool) -> None:
        """Whether somebody can see what is asked: while nobody can, no request is spent on looking."""
        self.shown = shown
        if (gate := self._gate) is not None:
            gate.show(shown)

    def consider(self) -> None:
        """Ask what the answers cost as they stand now, and whether their names can be had; told as it comes."""
        if self._advice is not None and self._draft is not None:
            self._advice.consider(self._draft.copy())

    @property
    def advice(self) -> Advice | None:
        """For who waits for an answer; None until the folder is known."""
        return self._advice

    def join(self, seconds: float | None = None) -> bool:
        """Whether the thread has ended; one that never began has."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _begin(self, run: Callable[[], None]) -> None:
        """After what runs, which is stopped: it is a check that nobody waits for. A stop from now on is this one's."""
        self._stop()
        self._wish, self._next = None, run
        self._jobs.put(run)

    # in the session's thread

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            if job is self._next:
                self._next = None
            if not self._closed:
                self._guarded(job)

    def _idle(self, result: str | None, mode: str) -> None:
        """Nothing runs any more, unless the next was asked for already."""
        if self._next is None:
            self._post(Idle(result, mode))

    def _guarded(self, job: Callable[[], None]) -> None:
        """Whatever a job raises is told, never thrown away and never shown as a traceback."""
        try:
            job()
        except Exception as error:
            self._post(_faulted(error))
            self._idle(None, CHECKING)

    def _advise(self, advice: Advice | None) -> None:
        before, self._advice = self._advice, advice
        if before is not None:
            before.close()

    def _load(self) -> None:
        from wizard import application, journey, which_sandbox
        from wizard.guided.advice import Advice, Where
        from wizard.rehearsal import proposals
        from wizard.setup.answers import section_name
        from wizard.setup.draft import Draft
        from wizard.setup.folder import Folder
        from wizard.setup.journal import durations
        from wizard.setup.secrets import Secrets

        folder = Folder(self.launch.folder)
        kept = folder.config()
        target = application.target_of(folder, self.launch.target)
        if target == application.SANDBOX:
            which_sandbox.chosen(folder, self.launch.sandbox)
        secrets = Secrets(
            folder.root, {application.SANDBOX: application.SandboxSecrets(active=target == application.SANDBOX)}
        )
        draft = Draft(journey.questions(), secrets)
        if self.launch.answers is not None:
            from wizard import assets

            draft.read(assets.template(self.launch.answers, "answers", ".yaml") or self.launch.answers)
        answered = folder.answers_file.is_file() or self.launch.answers is not None
        if folder.answers_file.is_file():
            draft.read(folder.answers_file)
        steps = tuple(
            StepInfo(
                step.name,
                step.title,
                step.kind.value,
                step.after,
                None if step.questions is None else section_name(step.questions),
                tuple(dict.fromkeys(f"{right.system}: {right.name}" for right in step.permissions)),
            )
            for step in journey.STEPS
        )
        self._draft, self._target = draft, target
        where = Where(self.launch.folder, target, self.launch.scenario, self.launch.sandbox)
        self._advise(Advice(where, self._post))
        self._post(Loaded(steps, target, "target" in kept, draft, answered, durations(folder.journal)))
        found = proposals(folder, target, self.launch.scenario)
        if answered:  # who gave answers left out what is not among them
            found = {section: given for section, given in found.items() if not draft.gone_through(section)}
        complete = draft.copy()
        complete.propose(found)
        self._post(Proposed(found))
        if self.launch.look and folder.exists and not complete.to_fix:
            self._jobs.put(lambda: self._run(Wish.CHECK) if self._next is None else None)

    def _run(self, wish: Wish) -> None:
        from wizard.application import Options, opened
        from wizard.commands.run import go_through
        from wizard.setup.outcome import Mode

        mode, launch = (Mode.RUN if wish is Wish.RUN else Mode.CHECK), self.launch
        if self._draft is not None and mode is Mode.RUN:
            from wizard.setup.folder import Folder

            self._draft.save(Folder(launch.folder))
        options = Options(launch.folder, launch.target, None, launch.scenario, launch.debug, sandbox=launch.sandbox)
        gate = self._gate = self._make_gate()
        try:
            with self._heard() as tell, opened(options, tell, read_only=mode is Mode.CHECK, gate=gate) as setup:
                gate.listen(setup.cancel)
                self._cancel_with(setup.cancel)
                with self._estimating(setup):
                    outcome = go_through(setup, mode, "run" if mode is Mode.RUN else CHECKING, launch.until, None)
                if mode is Mode.RUN and outcome.result.value == "done" and launch.until is None:
                    self._close_journey(setup, outcome.findings)
        finally:
            self._gate, self._cancel = None, None
        self._idle(outcome.result.value, mode.value)

    def _destroy(self) -> None:
        """Tell the plan, wait for the typed name, and take everything away."""
        from wizard.application import Options, opened
        from wizard.commands.destroy import take_away
        from wizard.setup.events import DestroyPlanned, PlannedRemoval

        launch = self.launch
        options = Options(launch.folder, launch.target, None, launch.scenario, launch.debug, sandbox=launch.sandbox)
        try:
            with self._heard() as tell, opened(options, tell, read_only=True) as setup:
                self._cancel_with(setup.cancel)
                result = take_away(
                    setup,
                    lambda removals: self._post(DestroyPlanned(steps=tuple(
                        PlannedRemoval(step=name, **asdict(removal)) for name, removal in removals.items()
                    ))),
                    lambda name: self._confirmed(name, setup.cancel),
                )  # fmt: skip
        finally:
            self._cancel = None
        self._idle(result.value, "destroy")

    def _cancel_with(self, cancel: Cancellation) -> None:
        """From now on a stop is told to `cancel`; it hears of one that came before."""
        self._cancel = cancel
        if self._next is not None:
            cancel.request()
        elif self._wish is not None:
            self._stop(at_once=self._wish is Wish.INSIST)

    @contextmanager
    def _heard(self) -> Iterator[Callable[[Any], None]]:
        """What a run tells, to its end; a call that was left to itself is heard no more after."""
        over = threading.Event()
        try:
            yield lambda event: None if over.is_set() else self._post(event)
        finally:
            over.set()

    def _confirmed(self, name: str, cancel: Cancellation) -> bool:
        """Wait for what is typed; only the setup's name will do. Raises Cancelled."""
        while not self._typed.empty():
            self._typed.get()
        self._post(DestroyAsked(name))
        while self._typed.empty():
            cancel.pause(TURN)
        return self._typed.get() == name

    def _make_gate(self) -> AskingGate:
        from wizard import journey
        from wizard.guided.asking import AskingGate
        from wizard.rehearsal import clicks

        gate = AskingGate({step.name: step.kind for step in journey.STEPS}, clicks(self._target), self._post,
                          often=self.launch.often, watches=self.launch.watches)  # fmt: skip
        gate.show(self.shown)
        return gate

    @contextmanager
    def _estimating(self, setup: Setup) -> Iterator[None]:
        """Tell the estimate beside what runs, as soon as enough is known for it, so that a plan has its prices."""
        ended = threading.Event()

        def tell() -> None:
            while not ended.wait(ESTIMATE_TURN):
                if self._tell_estimate(setup):
                    return
            self._tell_estimate(setup)

        beside = threading.Thread(target=lambda: self._guarded_estimate(tell), name="estimate", daemon=True)
        beside.start()
        try:
            yield
        finally:
            ended.set()
            if not setup.cancel.insisted:
                beside.join(LAST_ESTIMATE)

    def _guarded_estimate(self, tell: Callable[[], None]) -> None:
        """Prices that cannot be had are no reason to say more than nothing."""
        with suppress(Exception):
            tell()

    def _tell_estimate(self, setup: Setup) -> bool:
        """The monthly estimate, where the answers say enough; whether it was told."""
        from wizard.report.choices import choices
        from wizard.report.cost import estimate

        chosen = choices(setup.context("summary"))
        if chosen is None or setup.cancel.requested:
            return False
        cost = estimate(chosen, setup.world.prices(), note=setup.world.target.price_note)
        lines = tuple((line.title, line.monthly) for line in cost.lines)
        plus = "" if cost.complete else "+"
        self._post(Estimated(f"{currency(cost.currency)} {figure(cost.known, '.2f')}{plus}", lines, cost.note or ""))
        return True

    def _close_journey(self, setup: Setup, findings: Mapping[str, Finding]) -> None:
        from wizard.report.closing import close
        from wizard.setup.events import Summarised

        closing = close(setup.context("summary"), findings, [*setup.engine.steps.values()])
        self._post(Closed(closing))
        self._post(Summarised.model_validate(closing.as_data()))

    # from any thread

    def _say(self, intent: Intent) -> None:
        from wizard.setup.gate import Decision

        if self._gate is not None:
            self._gate.say(intent.step, Decision.GO if intent.wish is Wish.GO else Decision.CHECK)

    def _stop(self, *, at_once: bool = False) -> None:
        self._wish = Wish.INSIST if at_once else self._wish or Wish.STOP
        if (cancel := self._cancel) is not None:
            (cancel.insist if at_once else cancel.request)()

    def _click(self, intent: Intent) -> None:
        from wizard.rehearsal import play
        from wizard.setup.folder import Folder

        try:
            for words in play(Folder(self.launch.folder).sandbox, intent.step):
                self._post(Said(words))
        except Exception as error:  # the run goes on: the click can be done elsewhere
            self._post(Said(_faulted(error).words))
        self._say(Intent(Wish.AGAIN, intent.step))


def _faulted(error: Exception) -> Faulted:
    """The error in words; where even these cannot be loaded, as it is."""
    try:
        from wizard.application import InputInvalid
        from wizard.commands.guard import told
        from wizard.setup.answers import AnswersInvalid
    except Exception:
        return Faulted(_("the wizard itself failed: {error}", error=error))
    code, words = told(error)
    return Faulted(words, isinstance(error, (AnswersInvalid, InputInvalid)), code)
