"""Where one root module runs: its working folder, initialised, with its state in place; and its Terraform processes."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wizard.provisioning import (
    binary,
    cli_config,
    command,
    cut_off,
    errored,
    http_lock,
    left_lock,
    lineage,
    lock,
    moving,
    pins,
    room,
    run,
    state,
    stream,
)
from wizard.provisioning.backend import HTTP, Backend, recorded
from wizard.provisioning.document import STATE
from wizard.provisioning.failure import TerraformFailed
from wizard.provisioning.living import Record
from wizard.setup import files
from wizard.setup.cancel import Cancellation
from wizard.setup.step import Problem, StepFailed
from wizard.text import _

VARIABLES = "terraform.tfvars.json"
PLAN = "saved.tfplan"
STAMP = "initialised"
CONFIGURING = ("plan", "apply")  # the commands that configure providers
# Those that open the state.
REACHING = (*CONFIGURING, "init", "output", "state list", "state pull", "state push", "force-unlock")

# Terraform's plugin cache may not be filled by two runs at once.
_init_lock = threading.Lock()


@dataclass(slots=True)
class Workplace:
    """`source` is the root module, `folder` where it runs, `shared` holds what all roots share.

    `secrets` become TF_VAR_… and stand in no file and no argument; `extra_env` is the target's own;
    `on_wait` is told what is waited for, where that is not a run of ours; a state whose objects carry another id than
    `setup_id`, or those of the setups `taken` over, is refused (see lineage.py).
    `backend` is where the state is to be, `backend_env` gives the secrets that open one, `say` tells of a move."""

    name: str
    source: Path
    folder: Path
    shared: Path
    secrets: Mapping[str, str]
    extra_env: Mapping[str, str]
    cancel: Cancellation
    tell: Callable[[stream.Event], None]
    on_wait: Callable[[str], None] = lambda what: None
    taken: frozenset[str] = frozenset()
    setup_id: str = ""
    backend: Backend = field(default_factory=Backend)
    backend_env: Callable[[Backend], Mapping[str, str]] = lambda which: {}
    say: Callable[[str], None] = lambda text: None
    _binary: binary.Binary | None = None

    def outputs(self) -> dict[str, Any]:
        """The outputs that stand in the state."""
        shown = json.loads(self._capture("output", command.output(self.binary)) or "{}")
        return {name: item["value"] for name, item in shown.items()}

    def kept_variables(self) -> dict[str, Any]:
        """The variables of the last plan; empty before the first."""
        try:
            kept = json.loads((self.folder / VARIABLES).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return kept if isinstance(kept, dict) else {}

    @property
    def saved_plan(self) -> Path:
        return self.folder / PLAN

    def forget_plan(self) -> None:
        self.saved_plan.unlink(missing_ok=True)

    @property
    def at_rest(self) -> bool:
        """Whether it was initialised, its state is where it is to be, and no run of it may still be going."""
        initialised = (self.folder / ".terraform" / STAMP).exists()
        return initialised and Record(self.folder).read() is None and self._holding.place == self.backend.place

    def prepare(self, variables: Mapping[str, Any]) -> None:
        """Bring module and variables into the folder, and initialise it unless that was done for the same."""
        self.settle()
        self._copy_module()
        text = json.dumps(variables, indent=2, sort_keys=True) + "\n"
        files.renew(self.folder / VARIABLES, text)
        self._init()
        self._take_errored()

    def settle(self) -> None:
        """See an earlier wizard's run to its end, and clear what a dead one left: its plan, and its lock's note.

        What it came to is not asked: the plan that follows sees the world as that run left it. Raises StepFailed
        where the run is another machine's, the state is held too long, or damaged; and Cancelled."""
        record = Record(self.folder)
        started = record.read()
        if started is not None and not started.here:
            raise StepFailed(_elsewhere(self.name, started.host, started.at, record.path))
        if started is not None and started.alive:
            self.on_wait(
                _(
                    "{verb} of {root}, started {at} by an earlier run (process {pid})",
                    verb=started.verb,
                    root=self.name,
                    at=started.at,
                    pid=started.pid,
                )
            )
            ended = run.follow_again(started, folder=self.folder, cancel=self.cancel, tell=self.tell)
            self.tell(stream.Message(_("{verb} ended: {code}", verb=started.verb, code=ended.code)))
        if started is not None and self._holding.remote:
            left_lock.note(self.folder, started)
        record.forget()
        self.forget_plan()
        if self._holding.remote:
            return
        lock.wait_until_free(self.folder / STATE, self.cancel, self.on_wait)
        if cut_off.mend(self.folder / STATE, self._copies, self.name):
            self.say(_("a full disk cut the state off; it is as before that apply again, what was made is adopted"))
        state.check(self.folder / STATE)
        lineage.check(self.folder / STATE, self.setup_id, self.taken)

    def _take_errored(self) -> None:
        """Put the state in its place that a Terraform on a full disk, or without its backend, left beside it."""
        if (document := errored.left(self.folder)) is None:
            return
        code, out, complaints = self._captured("state push", command.state_push(self.binary, document))
        words = complaints + out
        if code == 0:
            self.say(_("the state that an earlier run could not write is in its place now"))
        elif errored.older(words):
            told = _("the state that an earlier run could not write is older than the one in its place; what it alone "
                     "knows of ours is adopted")  # fmt: skip
            self.say(told)
        elif errored.unrelated(words):
            raise StepFailed(errored.problem(self.name, document))
        elif self._freed("state push", [words]):
            self._take_errored()
            return
        else:
            raise TerraformFailed(self.name, "state push", code, [], complaints or out)
        errored.forget(self.folder)

    def _copy_module(self) -> None:
        """The root module's files, exactly: what a newer version dropped is dropped here. But the pins of the
        providers stay as they were, until they are moved on request (see pins.py)."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        wanted = {path.name: path.read_text(encoding="utf-8") for path in self.source.glob("*.tf")}
        pinned = self.folder / pins.FILE
        if pinned.exists() and pins.stays(wanted.get(pins.FILE, ""), kept := pinned.read_text(encoding="utf-8")):
            wanted[pins.FILE] = kept
        for path in self.folder.glob("*.tf"):
            if path.name not in wanted:
                path.unlink()
        for name, text in wanted.items():
            files.renew(self.folder / name, text)

    def _init(self) -> None:
        self._move()
        stamp = self.folder / ".terraform" / STAMP
        inputs = self._init_inputs()
        if stamp.exists() and stamp.read_text(encoding="utf-8") == inputs:
            return
        argv = command.init(self.binary, reconfigure=self.backend.remote)
        with _init_lock:
            self._follow("init", argv)  # it may download for minutes, so it hears a cancel
        stamp.parent.mkdir(mode=0o700, exist_ok=True)
        files.renew(stamp, inputs)

    def _init_inputs(self) -> str:
        """What an init depends on: the binary, the pinned providers, and which of them are elsewhere."""
        pinned = (self.folder / "versions.tf").read_bytes()
        elsewhere = sorted(json.loads(self.extra_env.get("TF_REATTACH_PROVIDERS") or "{}"))
        where = self.backend.block.encode() if self.backend.remote else b""
        digest = hashlib.sha256(
            pinned + where + json.dumps([self.binary.argv, self.binary.version, elsewhere]).encode()
        )
        return digest.hexdigest()

    def _move(self) -> None:
        """Bring the state to where it is to be, if it is elsewhere."""
        held = self._holding
        if not held.remote and not self.backend.remote:
            return
        if held.place != self.backend.place:
            moving.bring(self._store(held), self._store(self.backend), self._copies, self.say)
        if not self.backend.remote:  # an init without a block does not drop Terraform's own note of the last one
            (self.folder / ".terraform" / STATE).unlink(missing_ok=True)
        self.backend.write(self.folder)
        self.backend.record(self.folder)

    @property
    def _holding(self) -> Backend:
        """The backend that holds the state now."""
        return recorded(self.folder)

    @property
    def _copies(self) -> Path:
        return self.shared.parent / "backups" / "terraform"

    def _store(self, which: Backend) -> moving.Store:
        return moving.Store(
            self.name, self.folder, which, lambda: self.binary, lambda: self._environment("state pull", which)
        )

    @property
    def binary(self) -> binary.Binary:
        if self._binary is None:
            self._binary = binary.find(self.env.get("PATH"), self.env)
        return self._binary

    @property
    def env(self) -> dict[str, str]:
        """What every Terraform process gets."""
        return self._environment("")

    def _environment(self, verb: str, opened: Backend | None = None) -> dict[str, str]:
        """With the secrets that `verb` needs: of the providers, and of the backend (ours, or `opened`)."""
        secrets = self.secrets if verb in CONFIGURING else {}
        env = cli_config.environment(cli_config.write(self.shared), secrets, self.extra_env)
        if verb not in REACHING:
            return env
        which = opened or self.backend
        return {**env, **which.plain, **self.backend_env(which)}

    def _follow(self, verb: str, argv: list[str], fine: tuple[int, ...] = (0,)) -> run.Ended:
        self.cancel.raise_if_requested()  # a short command would end before it could be interrupted
        ended = run.follow(
            argv,
            verb=verb,
            folder=self.folder,
            env=self._environment(verb),
            cancel=self.cancel,
            tell=self.tell,
            plan=hashlib.sha256(self.saved_plan.read_bytes()).hexdigest() if verb == "apply" else None,
        )
        if ended.code not in fine:
            if self._freed(verb, [item.text for item in ended.errors]):
                return self._follow(verb, argv, fine)
            # On a full disk Terraform can say nothing, since all that it says goes into files.
            complaints = ended.complaints or room.words(self.folder)
            raise TerraformFailed(self.name, verb, ended.code, ended.errors, complaints)
        if verb in CONFIGURING:
            left_lock.forget(self.folder)
        return ended

    def _freed(self, verb: str, errors: list[str]) -> bool:
        """Whether these errors are of a lock that a dead run of ours left, which is free now; false where they are of
        none. Raises StepFailed where somebody else holds it."""
        told = lock.refusal(errors)
        if told is None:
            return False
        held = self._holder(verb, told)
        ours = left_lock.is_this(self.folder, held)
        left_lock.forget(self.folder)  # it is freed once
        if ours:
            unlock = command.force_unlock(self.binary, str(held["ID"]))
            ours = self._captured("force-unlock", unlock)[0] == 0
        if not ours:
            raise StepFailed(lock.held_elsewhere(held, self.name, self.folder))
        self.say(_("the lock that a dead run left at the state of {root} is freed", root=self.name))
        return True

    def _holder(self, verb: str, told: Mapping[str, Any]) -> Mapping[str, Any]:
        return http_lock.holder(self.backend, self._environment(verb)) if self.backend.kind == HTTP else told

    def _capture(self, verb: str, argv: list[str]) -> str:
        self.cancel.raise_if_requested()
        code, out, complaints = self._captured(verb, argv)
        if code != 0:
            raise TerraformFailed(self.name, verb, code, [], complaints or out)
        return out

    def _captured(self, verb: str, argv: list[str]) -> tuple[int, str, str]:
        return run.capture(argv, folder=self.folder, env=self._environment(verb))


def _elsewhere(root: str, host: str, at: str, record: Path) -> Problem:
    return Problem(
        what=_("A run of {root} was started on another machine", root=root),
        why=_("{host} started it {at}, and did not note its end; it may still be going", host=host, at=at),
        next_action=_(
            "run there again; where that machine is gone, or this folder is a copy, remove {record}", record=record
        ),
        raw_code="RunElsewhere",
    )
