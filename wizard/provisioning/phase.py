"""One root module at work: planned, applied, destroyed. Its folder and its processes are its workplace's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from wizard.provisioning import adoption, backups, command, document, errored, lineage, plans, room, run, state, summary
from wizard.provisioning.document import STATE
from wizard.provisioning.failure import TerraformFailed
from wizard.provisioning.plans import PlanResult
from wizard.provisioning.workplace import VARIABLES, Workplace
from wizard.setup import mark
from wizard.setup.step import StepFailed
from wizard.text import _

__all__ = ["STATE", "VARIABLES", "Phase"]


@dataclass(slots=True)
class Phase(Workplace):
    """A root module that can be planned and applied. `lookup` finds what is there already, `agreed` is what the user
    lets it take over, address to import id (see adoption.py)."""

    lookup: adoption.Lookup = lambda kind, planned: None
    agreed: Mapping[str, str] = field(default_factory=dict)

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
            self.forget_plan()
            lineage.note(self.folder / STATE)
            with suppress(Exception):  # the backend may be gone: the failure is told then, not the note's
                self._note_standing()

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
        setup_id = variables.get("setup_id") or mark.tagged(variables.get("tags")) or ""
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
        if others := sorted({id for body in known for id in mark.of(body)} - self.taken - {self.setup_id}):
            raise StepFailed(lineage.foreign_elsewhere(self.name, self.backend.place, others, self.setup_id))

    def _note_standing(self) -> None:
        """Whether a remote state names objects is noted here, where it can be known without asking."""
        if not self.backend.remote:
            return
        state.note_standing(self.folder, True)
        code, listed, _complaints = self._captured("state list", command.state_list(self.binary))
        if code == 0:
            state.note_standing(self.folder, _any_made(listed))

    def _back_up(self) -> None:
        if self.backend.remote:
            held = self._capture("state pull", command.state_pull(self.binary)).encode()
        else:
            held = self._store(self.backend).pull()
        if document.read(held).names_objects:
            backups.keep(self._copies, self.name, held)

    def kept_outputs(self) -> dict[str, Any]:
        """As `outputs`, of a state that is perhaps not opened yet."""
        self.settle()
        self._copy_module()
        self._init()
        return self.outputs()

    def holds_anything(self) -> bool:
        """Whether the state names any resource of ours; asks no cloud."""
        self.settle()
        beside = errored.left(self.folder) is not None
        if not (self.folder / STATE).exists() and not (beside or self.backend.remote or self._holding.remote):
            return False
        self._copy_module()
        self._init()
        self._take_errored()
        held = _any_made(self._capture("state list", command.state_list(self.binary)))
        if self.backend.remote:
            state.note_standing(self.folder, held)
        return held


def _any_made(listed: str) -> bool:
    """Whether a state, as `state list` tells it, holds anything that is not only read."""
    return any(not address.startswith("data.") and ".data." not in address for address in listed.splitlines())
