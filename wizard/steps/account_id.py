"""Step 9, account id: found through the workspace where it tells, else asked; proved by the next step."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from databricks.sdk.errors.base import DatabricksError
from pydantic import Field, field_validator

from wizard.setup.step import Actor, Finding, Found, Guide, Kind, Permission, Questions, Verdict
from wizard.steps.account_proof import Proof, is_page, opened, prove, refuted
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.facts import AccountFacts, FoundationFacts, ProjectFacts
from wizard.steps.sign_in import check_guid
from wizard.text import N_, _


class AccountIdQuestions(Questions):
    """Needed only where neither the workspace nor a token tells it."""

    account_id: str | None = Field(
        default=None, description=N_("the Databricks account's id, a GUID; empty: it is found through the workspace")
    )

    @field_validator("account_id")
    @classmethod
    def _guid(cls, value: str | None) -> str | None:
        return check_guid(value) if value else None


class AccountId(WizardStep):
    """Done when a candidate is known, with its source."""

    name: ClassVar[str] = "account-id"
    title: ClassVar[str] = N_("Account id")
    kind: ClassVar[Kind] = Kind.AUTOMATIC
    actor: ClassVar[Actor] = Actor.EITHER
    after: ClassVar[tuple[str, ...]] = ("foundation",)
    permissions: ClassVar[tuple[Permission, ...]] = (
        Permission(
            "azure", "Contributor", "{workspace}", N_("to enter the workspace, where it does not tell without a login")
        ),
    )
    questions: ClassVar[type[Questions] | None] = AccountIdQuestions

    def check(self, ctx: Ctx) -> Finding:
        answered = ctx.ask(AccountIdQuestions).account_id
        rungs: list[Found] = []
        facts = well_known(ctx, rungs) or introspected(ctx, rungs) or _answered(answered, rungs)
        if facts is None:
            return _unknown(ctx, tuple(rungs))
        if facts.source == "answers":
            return _of_the_answers(ctx, facts, rungs)
        rungs.append(_proof_to_come(ctx))
        if answered and answered.lower() != facts.account_id.lower():
            rungs.append(Found(_("3  the answers: {id}, which is not the workspace's account", id=answered), "unknown"))
            why = _("{id}, from {source}; the answers' {answered} is not the workspace's account, and is not used",
                    id=facts.account_id, source=facts.source, answered=answered)  # fmt: skip
            return Finding(Verdict.DONE, why, facts=facts, found=tuple(rungs))
        return Finding(Verdict.DONE, _told(facts), facts=facts, found=tuple(rungs))


def well_known(ctx: Ctx, rungs: list[Found]) -> AccountFacts | None:
    """What the workspace tells anybody; the field is optional there. How it went is added to `rungs`."""
    from wizard.cloud.databricks import host_metadata

    host = f"https://{ctx.facts(FoundationFacts).workspace_url}"
    try:
        found = host_metadata(ctx.world.target.endpoints, host).account_id
    except ValueError as error:  # the SDK's word for any failure here; the next rung is as good
        if is_page(error.__cause__ or error):
            rungs.append(Found(_page_there(), "unknown"))
        else:
            rungs.append(Found(_("1  the workspace's own address: it does not answer"), "unknown"))
        return None
    if not found:
        rungs.append(Found(_("1  the workspace's own address: no account id in its answer"), "unknown"))
        return None
    rungs.append(Found(_("1  the workspace's own address: {id}", id=found)))
    return AccountFacts(account_id=found, source="well-known")


def introspected(ctx: Ctx, rungs: list[Found]) -> AccountFacts | None:
    """What the workspace tells the bearer of a token. How it went is added to `rungs`."""
    try:
        answer = ctx.world.workspace(ctx, "operator").api_client.do("GET", "/api/2.0/tokens/introspect")
    except (DatabricksError, ValueError) as error:
        words = str(error).partition("\n")[0]
        told = _page_inside() if is_page(error) else _("2  token introspection there: {error}", error=words)
        rungs.append(Found(told, "unknown"))
        return None
    context = (answer.get("principal_context") or {}) if isinstance(answer, dict) else {}
    found = (context.get("authentication_scope") or {}).get("account_id")
    if not found:
        rungs.append(Found(_("2  token introspection there: no account id in its answer"), "unknown"))
        return None
    rungs.append(Found(_("2  token introspection there: {id}", id=found)))
    return AccountFacts(account_id=str(found), source="introspection")


def _page_there() -> str:
    return _("1  the workspace's own address: a web page instead of data")


def _page_inside() -> str:
    return _("2  token introspection there: a web page instead of data")


def _answered(answered: str | None, rungs: list[Found]) -> AccountFacts | None:
    """What the answers say, where nobody else tells it."""
    if answered:
        rungs.append(Found(_("3  the answers: {id}", id=answered)))
        return AccountFacts(account_id=answered, source="answers")
    rungs.append(Found(_("3  the answers: none yet"), "todo"))
    return None


def _told(facts: AccountFacts) -> str:
    return _("{id}, from {source}", id=facts.account_id, source=facts.source)


def _proof_to_come(ctx: Ctx) -> Found:
    workspace = ctx.facts(ProjectFacts).workspace
    return Found(_("proof, by the next step: the account lists {name}", name=workspace), "todo")


def _of_the_answers(ctx: Ctx, facts: AccountFacts, rungs: list[Found]) -> Finding:
    """What a person typed is proved at once, where the account lets the operator see it."""
    proof = prove(ctx, facts.account_id)
    refusal = refuted(ctx, facts.account_id, proof)
    if refusal is not None:
        return replace(refusal, found=tuple(rungs))
    if proof is Proof.LISTED:
        listed = _("proof: the account lists {name}", name=ctx.facts(ProjectFacts).workspace)
        return Finding(Verdict.DONE, _told(facts), facts=facts, found=(*rungs, Found(listed)))
    return Finding(Verdict.DONE, _told(facts), facts=facts, found=(*rungs, _proof_to_come(ctx)))


def _unknown(ctx: Ctx, rungs: tuple[Found, ...]) -> Finding:
    """To be asked; but where something else answers in the workspace's place, that comes first."""
    if {_page_there(), _page_inside()} <= {rung.what for rung in rungs}:
        host = f"https://{ctx.facts(FoundationFacts).workspace_url}"
        why = _("{host} answers with a web page: something stands between this machine and Databricks", host=host)
        return Finding(Verdict.BLOCKED, why, guide=opened(host), found=rungs)
    found = (*rungs, _proof_to_come(ctx))
    return Finding(Verdict.BLOCKED, _("the account's id is not known"), guide=_guide(ctx), found=found)


def _guide(ctx: Ctx) -> Guide:
    console = ctx.world.target.endpoints.accounts
    actions = (
        _("open the workspace https://{url}", url=ctx.facts(FoundationFacts).workspace_url),
        _("choose your name at the top right, then Manage account: the account console opens in the right tenant"),
        _("choose your name there again: Account ID stands in the menu"),
        _("put it into account_id.account_id in the answers"),
    )
    return Guide(_("Look up the account id"), actions, _("an account admin"), console)
