"""Whether an account id is the right one: the account's own list of workspaces says so, or how it answers instead."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from databricks.sdk.errors import PermissionDenied, Unauthenticated
from databricks.sdk.errors.base import DatabricksError

from wizard.setup.step import Finding, Guide, Problem, Verdict
from wizard.steps.base import Ctx
from wizard.steps.facts import FoundationFacts, ProjectFacts, SignInFacts
from wizard.text import _

if TYPE_CHECKING:
    from databricks.sdk import AccountClient

    from wizard.cloud.world import Who


class Proof(StrEnum):
    """What the account host says of an id and our workspace."""

    LISTED = "listed"  # the account has our workspace
    ELSEWHERE = "elsewhere"  # it is an account, and does not have our workspace
    DENIED = "denied"  # it lets the caller see nothing: no admin of it, or it is somebody else's
    NOBODYS = "nobodys"  # the host answers, but knows no such account
    BETWEEN = "between"  # something else than Databricks answers


def prove(ctx: Ctx, account_id: str, who: Who = "operator") -> Proof:
    """Raises DatabricksError for what says nothing of the id."""
    account = ctx.world.account_by_id(ctx, account_id, who)
    try:
        listed = lists(account, ctx.facts(FoundationFacts).workspace_id)
    except (ValueError, DatabricksError) as error:
        if is_page(error):
            return Proof.NOBODYS if _host_answers(ctx) else Proof.BETWEEN
        if isinstance(error, PermissionDenied | Unauthenticated):
            return Proof.DENIED
        raise
    return Proof.LISTED if listed else Proof.ELSEWHERE


def is_page(error: BaseException) -> bool:
    """Whether a web page came where JSON was asked for: with status 200 the SDK cannot read it, with another it says
    so and quotes it."""
    if isinstance(error, DatabricksError):
        return "unable to parse response" in str(error) and "<html" in str(error).lower()
    return isinstance(error, ValueError)


def lists(account: AccountClient, workspace_id: str) -> bool:
    """Whether the account has the workspace."""
    return any(str(item.workspace_id) == workspace_id for item in account.workspaces.list())


def _host_answers(ctx: Ctx) -> bool:
    """Whether the account host itself speaks: without a login it says what it is, as data."""
    from wizard.cloud.databricks import host_metadata

    endpoints = ctx.world.target.endpoints
    try:
        host_metadata(endpoints, endpoints.accounts)
    except ValueError:
        return False
    return True


def refuted(ctx: Ctx, account_id: str, proof: Proof) -> Finding | None:
    """Why an id cannot be the one, with what to do about it; None where it may be."""
    workspace = ctx.facts(ProjectFacts).workspace
    if proof is Proof.NOBODYS:
        return _blocked(
            _("there is no Databricks account {id}", id=account_id),
            _("the account host answers with a web page instead of data, as it does for an id that no account has"),
            compared(ctx),
            "AccountIdUnknown",
        )
    if proof is Proof.ELSEWHERE:
        return _blocked(
            _("the account {id} does not list the workspace {name}", id=account_id, name=workspace),
            _("it is another account: {operator} may see its workspaces, and ours is not among them",
              operator=ctx.facts(SignInFacts).operator_name),
            compared(ctx),
            "AccountIdOfAnother",
        )  # fmt: skip
    if proof is Proof.BETWEEN:
        return _blocked(
            _("something between this machine and Databricks answers with a web page"),
            _("neither the account nor {host} itself answers with data, so nothing is said of the account id",
              host=ctx.world.target.endpoints.accounts),
            opened(ctx.world.target.endpoints.accounts),
            "WebPageBetween",
        )  # fmt: skip
    return None


def _blocked(what: str, why: str, guide: Guide, code: str) -> Finding:
    problem = Problem(what, why, guide.headline, raw_code=code, who=guide.who)
    return Finding(Verdict.BLOCKED, what, guide=guide, problem=problem)


def compared(ctx: Ctx) -> Guide:
    """Where the right id stands, and where it is put."""
    actions = (
        _("open the workspace https://{url}", url=ctx.facts(FoundationFacts).workspace_url),
        _("choose your name at the top right, then Manage account, and compare the Account ID there"),
        _("put that one into account_id.account_id in the answers"),
    )
    return Guide(_("Give the workspace's own account"), actions, _("an account admin"), None)


def opened(host: str) -> Guide:
    """What lets data through where a network answers in the place of Databricks."""
    actions = (
        _("open {host} in a browser here: a sign-in page of the network, of a proxy or a VPN shows what is in between",
          host=host),
        _("sign in there, or set HTTPS_PROXY (and REQUESTS_CA_BUNDLE for its certificate) as your network asks"),
        _("else have {host} allowed in the proxy or firewall", host=host),
    )  # fmt: skip
    return Guide(_("Let Databricks answer"), actions, _("you, or who runs the network"), host)
