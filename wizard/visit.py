"""The cloud of a folder whose questions are still being answered: asked, and nothing of it kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from wizard import which_sandbox
from wizard.application import SANDBOX, SandboxSecrets
from wizard.cloud.endpoints import TargetSettings
from wizard.cloud.world import World
from wizard.setup.answers import Answers
from wizard.setup.cancel import Cancellation
from wizard.setup.context import Context
from wizard.setup.folder import Folder
from wizard.setup.secrets import Secrets
from wizard.setup.step import FactBook
from wizard.steps.identities import open_world


@dataclass(frozen=True, slots=True)
class Visit:
    """The clients of one cloud. `context` is for answers that may hold some sections only."""

    world: World
    context: Callable[[Answers], Context[World]]


@contextmanager
def visiting(folder: Folder, target: str, scenario: str | None, sandbox: Path | None) -> Iterator[Visit]:
    """Connect to the target of a folder; a sandbox is started where none runs, as a run would.

    Takes no lock and makes no setup, so that it can stand beside a run and before the first one. Raises SandboxError,
    NotASandbox, FolderUnusable, OSError."""
    with ExitStack() as stack:
        settings, secret = TargetSettings(name=target), SandboxSecrets(active=target == SANDBOX)
        if target == SANDBOX:
            from wizard.sandbox.process import connect

            folder.make_private()
            connection = connect(which_sandbox.chosen(folder, sandbox), scenario, passing=True)
            stack.callback(connection.close)
            settings, secret.running = connection.target, connection.resolver
        world, cancel = open_world(settings), Cancellation()
        secrets = Secrets(folder.root, {SANDBOX: secret})

        def context(answers: Answers) -> Context[World]:
            return Context(
                step="project",
                answers=answers,
                folder=folder,
                secrets=secrets,
                world=world,
                book=FactBook(),
                cancel=cancel,
                setup_id=folder.setup_id,
                emit=lambda event: None,
            )

        yield Visit(world, context)
