"""The composition root: folder, target, answers, secrets, clients and engine, put together for one command."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from wizard import assets, copied, journey, which_sandbox
from wizard.cloud.endpoints import TargetSettings
from wizard.cloud.world import World
from wizard.interruption import heard, interruptible
from wizard.setup.answers import Answers, given_in, load
from wizard.setup.cancel import Cancellation
from wizard.setup.context import Context
from wizard.setup.engine import Engine
from wizard.setup.events import Event, Progress
from wizard.setup.folder import Folder
from wizard.setup.format import bring_up, refuse_newer
from wizard.setup.gate import Gate
from wizard.setup.journal import Journal, last_told
from wizard.setup.secrets import Resolver, SecretMissing, SecretRef, Secrets, strike
from wizard.setup.step import FactBook
from wizard.steps.base import WizardStep
from wizard.steps.identities import open_world
from wizard.steps.preflight import missing_sandbox_packages
from wizard.steps.problems import from_exception
from wizard.steps.project import moved
from wizard.steps.resume import begun_elsewhere
from wizard.steps.sources import remember_beside
from wizard.text import _

AZURE, SANDBOX = "azure", "sandbox"


class Unusable(Exception):  # noqa: N818 - told to the user: exit 2
    """The command cannot start as it was given; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says of a run."""

    folder: Path
    target: str | None = None
    answers: Path | None = None
    scenario: str | None = None
    debug: bool = False
    allow_data_loss: bool = False
    sandbox: Path | None = None  # the folder of a shared one

    @classmethod
    def of(cls, given: argparse.Namespace) -> Options:
        """What every command on a setup takes."""
        return cls(given.folder, given.target, given.answers, given.scenario, given.debug, sandbox=given.sandbox)


@dataclass(slots=True)
class Setup:
    """Everything one command works with."""

    folder: Folder
    answers: Answers
    secrets: Secrets
    world: World
    target: str
    cancel: Cancellation
    engine: Engine[World]
    context: Callable[[str], Context[World]]
    emit: Callable[[Event], None]


class InputInvalid(Exception):  # noqa: N818 - told to the user, all of it
    """Files that the answers name cannot be used; nothing was changed."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.count = len(faults)


class SandboxSecrets:
    """`sandbox:IDENTITY`: the secret a scenario gave one of its identities. Known once the sandbox runs."""

    def __init__(self, active: bool) -> None:
        self._active = active
        self.running: Resolver | None = None

    def check(self, ref: SecretRef) -> None:
        if not self._active:
            raise SecretMissing(
                str(ref),
                _("sandbox: references are known to the sandbox only"),
                _("use env:, file: or keyring:, or run with --target sandbox"),
            )
        if self.running is not None:
            self.running.check(ref)

    def resolve(self, ref: SecretRef) -> str:
        self.check(ref)
        assert self.running is not None, "the sandbox is connected before any secret is asked for"
        return self.running.resolve(ref)


def answers_file(folder: Folder, given: Path | None) -> Path | None:
    """The answers' file: the one given (or template:NAME), else the folder's own, where it has one."""
    if given is not None:
        return assets.template(given, "answers", ".yaml")
    return folder.answers_file if folder.answers_file.is_file() else None


def read_answers(folder: Folder, given: Path | None, secrets: Secrets) -> Answers:
    """The answers given (a file, or template:NAME), or those kept in the folder, or the environment alone.

    Raises AnswersInvalid."""
    questions = journey.questions()
    path = answers_file(folder, given)
    if path is None and not given_in(os.environ, questions):
        raise Unusable(
            _("no answers.yaml in {folder}; is --folder right? `answers template` writes one", folder=folder.root)
        )
    return load(questions, path, secrets=secrets)


def target_of(folder: Folder, wanted: str | None) -> str:
    """The target asked for, else the folder's own, else Azure. A folder keeps to one target."""
    kept = folder.config().get("target")
    if kept and wanted and kept != wanted:
        raise Unusable(
            _(
                "{folder} was set up against {kept}, not {wanted}; use another --folder",
                folder=folder.root,
                kept=kept,
                wanted=wanted,
            )
        )
    if not kept and folder.journal.exists():
        raise Unusable(_no_target(folder))
    target = str(wanted or kept or AZURE)
    if target == SANDBOX:
        require_sandbox_extra()
    return target


def _no_target(folder: Folder) -> str:
    """A rehearsal that forgot what it is would go to the real cloud."""
    return _(
        "{path} names no target, though runs were made with it: it was cut off or edited; put it back from git or a "
        "copy, or write `target: {target}` into it (and `sandbox:`, where several setups share one)",
        path=folder.config_file,
        target=last_told(folder.journal, "target") or _("azure or sandbox"),
    )


def require_sandbox_extra() -> None:
    """Say how to add the sandbox where it is not installed."""
    if missing := missing_sandbox_packages():
        raise Unusable(
            _(
                "the sandbox is not installed ({names} missing); add it: pip install 'lakehouse-wizard[sandbox]'",
                names=", ".join(missing),
            )
        )


def check_files(steps: Sequence[WizardStep], answers: Answers, folder: Folder) -> None:
    """Judge every file that the answers name. Raises InputInvalid with all that is wrong."""
    if faults := [fault for step in steps for fault in step.faults(answers, folder)]:
        raise InputInvalid(faults)


@contextmanager
def opened(
    options: Options,
    emit: Callable[[Event], None],
    *,
    read_only: bool = False,
    gate: Gate | None = None,
    given: Answers | None = None,
) -> Iterator[Setup]:
    """Judge everything given, then make the folder, lock it, and connect to the target.
    `read_only` is for commands on a setup that is there: what they are given is not kept in it.
    `gate` is asked where a front end wants a word before an apply; `given` stand in place of the answers' file.

    Raises Unusable, AnswersInvalid, FormatTooNew before anything is made; FolderInUse, FolderUnusable."""
    folder = Folder(options.folder)
    target = _judged_target(folder, options)
    sandbox_secrets = SandboxSecrets(active=target == SANDBOX)
    secrets = Secrets(folder.root, {SANDBOX: sandbox_secrets})
    answers = given or read_answers(folder, options.answers, secrets)
    if read_only and not folder.exists:
        raise Unusable(_("{folder} holds no setup yet; start one with `run`", folder=folder.root))
    _judge_identity(folder, target, answers)
    steps = journey.steps()
    if not read_only and given is None:  # a setup is looked at and taken away also where a file it came from is gone
        check_files(steps, answers, folder)
    with ExitStack() as stack:
        folder.create()
        stack.enter_context(folder.lock())
        migrated = bring_up(folder)
        if not read_only:
            _keep(folder, answers, target)
            which_sandbox.keep(folder, options.sandbox)
        stood = copied.keep(folder)
        settings = TargetSettings(name=AZURE)
        if target == SANDBOX:
            settings, sandbox_secrets.running = _connect_sandbox(folder, options.scenario, stack)
        cancel = Cancellation()
        stack.enter_context(interruptible(cancel))
        journal = Journal(folder.journal, folder.log_file("events"), secrets.redact)
        stack.callback(journal.close)

        say = heard(emit, cancel)

        def tell(event: Event) -> None:
            journal(event)
            say(event)

        for words in filter(None, (migrated.words if migrated else None, stood)):
            tell(Progress(step=steps[0].name, text=words))
        world = open_world(settings)
        context = _contexts(answers=answers, folder=folder, secrets=secrets, world=world, cancel=cancel, tell=tell,
                            data_loss_allowed=options.allow_data_loss)  # fmt: skip
        _join(context(steps[0].name))
        debug = _print_traceback if options.debug else _say_nothing
        engine = Engine(steps, context, emit=tell, cancel=cancel, explain=from_exception, debug=debug, gate=gate)
        stack.callback(engine.close)
        yield Setup(folder, answers, secrets, world, target, cancel, engine, context, tell)


def _contexts(
    *,
    answers: Answers,
    folder: Folder,
    secrets: Secrets,
    world: World,
    cancel: Cancellation,
    tell: Callable[[Event], None],
    data_loss_allowed: bool,
) -> Callable[[str], Context[World]]:
    """What makes the context of a step, by its name; all of a run share one book of facts."""
    book = FactBook()

    def context(step: str) -> Context[World]:
        return Context(
            step=step,
            answers=answers,
            folder=folder,
            secrets=secrets,
            world=world,
            book=book,
            cancel=cancel,
            setup_id=folder.setup_id,
            emit=tell,
            data_loss_allowed=data_loss_allowed,
        )

    return context


def _judged_target(folder: Folder, options: Options) -> str:
    """The cloud that the command is for; raises for a folder, a scenario or a sandbox that cannot be used."""
    refuse_newer(folder)
    target = target_of(folder, options.target or (SANDBOX if options.sandbox else None))
    if options.sandbox is not None and target != SANDBOX:
        raise Unusable(_("--sandbox is for --target sandbox"))
    if target == SANDBOX:
        _require_scenario(options.scenario)
        which_sandbox.chosen(folder, options.sandbox)
    return target


def _judge_identity(folder: Folder, target: str, answers: Answers) -> None:
    """Raises where the folder's setup stands in another folder too, or the answers are another lakehouse's."""
    if target != SANDBOX or folder.sandbox != folder.own_sandbox:  # else its cloud was copied with it
        copied.refuse(folder)
    if faults := moved(answers, folder):
        raise InputInvalid(faults)


def _keep(folder: Folder, answers: Answers, target: str) -> None:
    """Remember target and answers in the folder, so that later commands need only --folder."""
    folder.update_config({"target": target})
    source = answers.source
    if source is not None and remember_beside(folder, source):
        text = source.read_bytes()
        if not folder.answers_file.is_file() or folder.answers_file.read_bytes() != text:
            folder.write(folder.answers_file, text)


def _join(ctx: Context[World]) -> None:
    """Where the answers' backend holds a setup already, a new folder goes on with that one."""
    if begun := begun_elsewhere(ctx):
        ctx.folder.update_config({"setup_id": begun})
        ctx.say(_("goes on with the setup {id}, whose state is shared", id=begun))


def _require_scenario(name: str | None) -> None:
    from wizard.sandbox.process import require_scenario

    require_scenario(name)


def _connect_sandbox(folder: Folder, scenario: str | None, stack: ExitStack) -> tuple[TargetSettings, Resolver]:
    from wizard.sandbox.process import connect
    from wizard.sandbox.users import User, note

    note(folder.sandbox, User(folder.root, folder.setup_id))
    connection = connect(folder.sandbox, scenario) if scenario else connect(folder.sandbox)
    stack.callback(connection.close)
    return connection.target, connection.resolver


def _say_nothing(error: Exception) -> None:
    """Without --debug an explained error shows its problem alone."""


def _print_traceback(error: Exception) -> None:
    import sys
    import traceback

    sys.stderr.write(strike("".join(traceback.format_exception(error))))
