"""One root module at work: prepared, planned, applied, destroyed. One working folder each, 0700."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wizard.provisioning import (
    adoption,
    backups,
    binary,
    cli_config,
    command,
    errored,
    http_lock,
    lineage,
    lock,
    moving,
    pins,
    plans,
    room,
    run,
    state,
    stream,
    summary,
)
from wizard.provisioning.backend import HTTP, Backend, recorded
from wizard.provisioning.failure import TerraformFailed
from wizard.provisioning.living import Record
from wizard.provisioning.plans import PlanResult
from wizard.setup.cancel import Cancellation
from wizard.setup.step import Problem, StepFailed
from wizard.text import _

VARIABLES = "terraform.tfvars.json"
STATE = "terraform.tfstate"
PLAN = "saved.tfplan"
STAMP = "initialised"
CONFIGURING = ("plan", "apply")  # the commands that configure providers
REACHING = (
    *CONFIGURING,
    "init",
    "output",
    "state list",
    "state pull",
    "state push",
)  # the commands that open the state

# Terraform's plugin cache may not be filled by two runs at once.
_init_lock = threading.Lock()


@dataclass(slots=True)
class Phase:
    """`source` is the root module, `folder` where it runs, `shared` holds what all phases share.

    `secrets` become TF_VAR_… and stand in no file and no argument; `extra_env` is the target's own;
    `on_wait` is told what is waited for, where that is not a run of ours; `lookup` finds what is there already,
    `agreed` is what the user lets it take over, address to import id (see adoption.py); a state whose objects carry
    another id than `setup_id` is refused (see lineage.py).
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
    lookup: adoption.Lookup = lambda kind, planned: None
    agreed: Mapping[str, str] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    setup_id: str = ""
    backend: Backend = field(default_factory=Backend)
    backend_env: Callable[[Backend], Mapping[str, str]] = lambda which: {}
    say: Callable[[str], None] = lambda text: None
    _binary: binary.Binary | None = None

    def plan(self, variables: Mapping[str, Any], *, destroy: bool = False) -> PlanResult:
        """Plan, and keep the plan for `apply`; an empty one is deleted at once, and one that was broken off.

        Raises TerraformFailed, Cancelled, and NoTerraform where there is none."""
        self.prepare(variables)
        try:
            ended = self._follow("plan", self._plan_command(destroy), fine=(0, 2))
            if not destroy and (plain := self._plain(ended)) is not None:
                return plain
            shown = self._shown()
            if not destroy and adoption.keep(self.folder, adoption.awaited(shown, self.agreed)):
                ended, shown = self._adopting()
            self._refuse_foreign(shown, variables)
            self._refuse_other_setup(shown)
        except BaseException:
            self.forget_plan()
            adoption.forget(self.folder)  # what cannot be imported must not stand in the way of the next plan
            raise
        if ended.code == 0:
            self.forget_plan()
        return plans.of_data(shown, empty=ended.code == 0)

    def _plain(self, ended: run.Ended) -> PlanResult | None:
        """A plan that needs no look at it as data: nothing is to be done, or what is there is left alone."""
        if self.agreed or self.backend.remote:
            return None
        if ended.code == 0:
            self.forget_plan()
            return PlanResult(empty=True, summary=summary.PlanSummary(), outputs=self.outputs())
        return plans.of_stream(ended.planned, ended.drifted)

    def detailed(self) -> PlanResult:
        """The saved plan, which is not empty, with all that is known of it."""
        return plans.of_data(self._shown(), empty=False)

    def _saved(self) -> tuple[run.Ended, dict[str, Any]]:
        """Save a plan; how that ended, and the plan as data."""
        ended = self._follow("plan", self._plan_command(destroy=False), fine=(0, 2))
        return ended, self._shown()

    def _adopting(self) -> tuple[run.Ended, dict[str, Any]]:
        """As `_saved`, with import blocks; what went away since the user agreed to take it is made anew."""
        while True:
            try:
                return self._saved()
            except TerraformFailed as failure:
                imports = adoption.read(self.folder)
                left = adoption.gone(failure.text, imports)
                if left == imports:
                    raise
                adoption.replace(self.folder, left)

    def apply(self) -> Mapping[str, Any]:
        """Apply the saved plan as it is, and delete it, however it ends. Returns the outputs after it.

        A copy of the state is kept before, and the newest few of them (see backups.py)."""
        try:
            room.require(self.folder)
            self._back_up()
            outputs = self._follow(
                "apply", command.apply(self.binary, self.saved_plan, lock_timeout=self._patience)
            ).outputs
        except TerraformFailed as failure:
            with suppress(Exception):  # cloud or disk may be gone: the failure is told then, not the search's
                failure.adoptable = adoption.candidates(self._shown(), failure.errors, self.lookup)
                adoption.keep(self.folder, failure.adoptable)
            raise
        else:
            adoption.forget(self.folder)
            return outputs
        finally:
            lineage.note(self.folder / STATE)
            self._note_standing()
            self.forget_plan()

    def _plan_command(self, destroy: bool) -> list[str]:
        return command.plan(self.binary, self.saved_plan, destroy=destroy, lock_timeout=self._patience)

    @property
    def _patience(self) -> str:
        return command.REMOTE_LOCK_TIMEOUT if self.backend.remote else command.LOCK_TIMEOUT

    def _shown(self) -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(self._capture("show", command.show(self.binary, self.saved_plan)))
        return shown

    def _refuse_foreign(self, shown: Mapping[str, Any], variables: Mapping[str, Any]) -> None:
        """An object is taken into the state only where it carries this setup's id."""
        setup_id = variables.get("setup_id") or (variables.get("tags") or {}).get(adoption.MARK, "")
        if others := adoption.foreign(shown, str(setup_id), self.agreed):
            names = ", ".join(f"{address} ({id})" for address, id in others.items())
            why = _("NotOurs: already exists and does not carry this setup's id: {names}", names=names)
            raise TerraformFailed(self.name, "plan", 1, [], why)

    def _refuse_other_setup(self, shown: Mapping[str, Any]) -> None:
        """As lineage.check, for a state that is elsewhere: what it names carries this setup's id or none."""
        if not self.backend.remote or not self.setup_id:
            return
        changes = [
            item["change"]
            for item in shown.get("resource_changes", ())
            if item.get("mode") == "managed" and item["type"] not in adoption.PARTS
        ]
        known = [change["before"] for change in changes if change.get("before") and not change.get("importing")]
        if known:
            state.note_standing(self.folder, True)
        if others := sorted({mark for body in known for mark in lineage.marks_of(body)} - self.taken - {self.setup_id}):
            raise StepFailed(lineage.foreign_elsewhere(self.name, self.backend.place, others, self.setup_id))

    def _note_standing(self) -> None:
        """Whether a remote state names objects is noted here, where it can be known without asking."""
        if not self.backend.remote:
            return
        state.note_standing(self.folder, True)
        code, listed, _complaints = self._captured("state list", command.state_list(self.binary))
        if code == 0:
            state.note_standing(self.folder, any(not _is_data(address) for address in listed.splitlines()))

    def _back_up(self) -> None:
        if self.backend.remote:
            held = self._capture("state pull", command.state_pull(self.binary)).encode()
        else:
            held = self._store(self.backend).pull()
        if moving.objects(held):
            backups.keep(self._copies, self.name, held)

    def outputs(self) -> dict[str, Any]:
        """The outputs that stand in the state."""
        shown = json.loads(self._capture("output", command.output(self.binary)) or "{}")
        return {name: item["value"] for name, item in shown.items()}

    def kept_outputs(self) -> dict[str, Any]:
        """As `outputs`, of a state that is perhaps not opened yet."""
        self.settle()
        self._copy_module()
        self._init()
        return self.outputs()

    def holds_anything(self) -> bool:
        """Whether the state names any resource of ours; asks no cloud."""
        self.settle()
        if not (self.folder / STATE).exists() and not self.backend.remote and not self._holding.remote:
            return False
        self._copy_module()
        self._init()
        self._take_errored()
        listed = self._capture("state list", command.state_list(self.binary)).splitlines()
        held = any(not _is_data(address) for address in listed)
        if self.backend.remote:
            state.note_standing(self.folder, held)
        return held

    @property
    def at_rest(self) -> bool:
        """Whether it was initialised, its state is where it is to be, and no run of it may still be going."""
        initialised = (self.folder / ".terraform" / STAMP).exists()
        return initialised and Record(self.folder).read() is None and self._holding.place == self.backend.place

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

    def prepare(self, variables: Mapping[str, Any]) -> None:
        """Bring module and variables into the folder, and initialise it unless that was done for the same."""
        self.settle()
        self._copy_module()
        text = json.dumps(variables, indent=2, sort_keys=True) + "\n"
        _write_private(self.folder / VARIABLES, text)
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
        record.forget()
        self.forget_plan()
        if self._holding.remote:
            return
        lock.wait_until_free(self.folder / STATE, self.cancel, self.on_wait)
        state.check(self.folder / STATE)
        lineage.check(self.folder / STATE, self.setup_id, self.taken)

    def _take_errored(self) -> None:
        """Put the state in its place that a Terraform on a full disk, or without its backend, left beside it."""
        if (document := errored.left(self.folder)) is None:
            return
        code, out, complaints = self._captured("state push", command.state_push(self.binary, document))
        if code != 0 and not errored.older(complaints + out):
            raise TerraformFailed(self.name, "state push", code, [], complaints or out)
        errored.forget(self.folder)
        if code == 0:
            self.say(_("the state that an earlier run could not write is in its place now"))

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
            _write_private(self.folder / name, text)

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
        _write_private(stamp, inputs)

    def _init_inputs(self) -> str:
        """What an init depends on: the binary, the pinned providers, and which of them are elsewhere."""
        pinned = (self.folder / "versions.tf").read_bytes()
        elsewhere = sorted(json.loads(self.extra_env.get("TF_REATTACH_PROVIDERS") or "{}"))
        where = self.backend.block.encode() if self.backend.remote else b""
        digest = hashlib.sha256(
            pinned + where + json.dumps([self.binary.argv, self.binary.version, elsewhere]).encode()
        )
        return digest.hexdigest()

    def _follow(self, verb: str, argv: list[str], fine: tuple[int, ...] = (0,)) -> run.Ended:
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
            if told := lock.refusal([item.text for item in ended.errors]):
                raise StepFailed(lock.held_elsewhere(self._holder(verb, told), self.name, self.folder))
            raise TerraformFailed(self.name, verb, ended.code, ended.errors, ended.complaints)
        return ended

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


def _is_data(address: str) -> bool:
    return address.startswith("data.") or ".data." in address


def _write_private(path: Path, text: str) -> None:
    """Write unless equal; 0600 from the first byte."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
