"""The storage account of the states in Azure: made before the first root is planned, taken away after the last one.

Terraform was never initialised against it from here: what is proved is the calls that make it, and its block."""

from __future__ import annotations

import threading
from typing import Any

from wizard.cloud.api_versions import GROUPS, STORAGE
from wizard.cloud.arm import ArmClient, RoleAssignment
from wizard.provisioning.backend import AZURERM, Backend
from wizard.setup.mark import tagged
from wizard.setup.step import Problem, StepFailed
from wizard.steps import state_backend
from wizard.steps.base import Ctx
from wizard.steps.facts import PrincipalFacts, ProjectFacts
from wizard.steps.names import names
from wizard.steps.principal_rights import BLOB_CONTRIBUTOR
from wizard.steps.project import ProjectQuestions
from wizard.text import _

DAYS = 30  # that a deleted state, or a deleted version of one, can be brought back
MAKING_SECONDS = 600
_lock = threading.Lock()  # two roots begin side by side


class Account:
    """The account that the answers name, as ARM knows it. `ours` is one that carries this setup's id."""

    def __init__(self, ctx: Ctx, backend: Backend) -> None:
        self._ctx, self._fields = ctx, backend.fields
        self.arm: ArmClient = ctx.world.arm(ctx, "operator")
        self.group_id = f"{self.arm.scope}/resourceGroups/{self._fields['resource_group_name']}"
        self.name = str(self._fields["storage_account_name"])
        self.id = f"{self.group_id}/providers/Microsoft.Storage/storageAccounts/{self.name}"
        self.service_id = f"{self.id}/blobServices/default"
        self.container_id = f"{self.service_id}/containers/{self._fields['container_name']}"
        self.group = self.arm.resource(self.group_id, GROUPS)
        self.body = self.arm.resource(self.id, STORAGE) if self.group is not None else None

    @property
    def ours(self) -> bool:
        return _mark(self.body) == self._ctx.setup_id

    def missing(self) -> tuple[str, ...]:
        """What is still to be made, in words. Raises StepFailed where the account cannot be used."""
        self._refuse()
        changes = []
        if self.group is None:
            changes.append(_("make resource group {name} for the states", name=self._fields["resource_group_name"]))
        if self.body is None:
            changes.append(_("make storage account {name} for the states: versions, {days} days of soft delete, no "
                             "public blob, no key", name=self.name, days=DAYS))  # fmt: skip
        elif self.ours and not self._protected():
            changes.append(_("keep versions and deleted states of {name} for {days} days", name=self.name, days=DAYS))
        if self.body is None or self.arm.resource(self.container_id, STORAGE) is None:
            changes.append(_("make container {name} in {account}", name=self._fields["container_name"],
                             account=self.name))  # fmt: skip
        if self.body is None or not self._assigned():
            changes.append(_("let the principal read and write the states: {role} on {account}", role=BLOB_CONTRIBUTOR,
                             account=self.name))  # fmt: skip
        return tuple(changes)

    def make(self) -> None:
        """Make what is missing. Each call may be sent again."""
        project = self._ctx.facts(ProjectFacts)
        place = {"location": project.location, "tags": project.tags}
        if self.group is None:
            self.arm.put(self.group_id, GROUPS, place)
        if self.body is None:
            self.arm.put(self.id, STORAGE, {**place, **ACCOUNT})
            what = _("storage account {name}", name=self.name)
            if not self._ctx.wait_for(what, lambda: self.arm.made(self.id, STORAGE), seconds=MAKING_SECONDS):
                raise StepFailed(self._slow())
            self.body = self.arm.resource(self.id, STORAGE)
        if self.ours and not self._protected():
            self.arm.put(self.service_id, STORAGE, SERVICE)
        if self.arm.resource(self.container_id, STORAGE) is None:
            self.arm.put(self.container_id, STORAGE, {"properties": {"publicAccess": "None"}})
        if not self._assigned():
            principal, role = self._ctx.facts(PrincipalFacts).object_id, self.arm.role_id(BLOB_CONTRIBUTOR)
            assert role is not None, "a built-in role"
            self.arm.assign_role(role, principal, "ServicePrincipal", scope=self.id)

    def _refuse(self) -> None:
        """Raises StepFailed where the account or its group is, or will be, somebody else's to take away."""
        project, asked = self._ctx.facts(ProjectFacts), self._ctx.ask(state_backend.StateQuestions)
        if str(self._fields["resource_group_name"]).lower() == project.resource_group.lower():
            raise StepFailed(self._inside(project.resource_group))
        if self.body is None:
            if not self.arm.storage_name(self.name).free:
                raise StepFailed(self._name_taken())
        elif not self.ours and (_mark(self.body) or not asked.storage_account):
            raise StepFailed(self._taken())

    def _protected(self) -> bool:
        held = (self.arm.resource(self.service_id, STORAGE) or {}).get("properties", {})
        return bool(
            held.get("isVersioningEnabled")
            and (held.get("deleteRetentionPolicy") or {}).get("enabled")
            and (held.get("containerDeleteRetentionPolicy") or {}).get("enabled")
        )

    def _assigned(self) -> bool:
        principal, role = self._ctx.facts(PrincipalFacts).object_id, self.arm.role_id(BLOB_CONTRIBUTOR)
        return any(self._covers(item, role) for item in self.arm.role_assignments(principal, at_or_above=False))

    def _covers(self, item: RoleAssignment, role: str | None) -> bool:
        scope = item.scope.rstrip("/").lower()
        return item.role_id == role and (self.arm.covers(scope) or f"{self.id}/".lower().startswith(f"{scope}/"))

    def objects(self) -> tuple[str, ...]:
        """What a destroy takes away, in words: only what carries this setup's id."""
        if not self.ours:
            return ()
        named = _("storage account {name} ({group}) with every state and every version of it", name=self.name,
                  group=self._fields["resource_group_name"])  # fmt: skip
        group = [_("resource group {name}", name=self._fields["resource_group_name"])] if self._group_ours() else []
        return (named, *group)

    def _group_ours(self) -> bool:
        return _mark(self.group) == self._ctx.setup_id

    def destroy(self) -> None:
        """Delete what `objects` names; the group takes the account along."""
        whole = self._group_ours()
        done = self.arm.delete(self.group_id, GROUPS) if whole else self.arm.delete(self.id, STORAGE)
        what = _("the end of {name}", name=self._fields["resource_group_name"] if whole else self.name)
        self._ctx.wait_for(what, done, seconds=600)

    def _taken(self) -> Problem:
        found = _mark(self.body)
        if found:
            return Problem(
                what=_("The storage account {name} belongs to another setup", name=self.name),
                why=_("it carries the id {found}, not {id}; when that setup is destroyed, it takes along every state "
                      "in it", found=found, id=self._ctx.setup_id),
                next_action=_("name an account of nobody's setup, or leave state.storage_account empty"),
                raw_code="StateAccountTaken",
            )  # fmt: skip
        return Problem(
            what=_("The storage account {name} is there, and is not this setup's", name=self.name),
            why=_("it carries no setup's id"),
            next_action=_("to keep the states in it all the same, name it: state.storage_account: {name}; or name "
                          "another one", name=self.name),
            raw_code="StateAccountTaken",
        )  # fmt: skip

    def _name_taken(self) -> Problem:
        return Problem(
            what=_("The name {name} of the states' storage account is taken", name=self.name),
            why=_("names of storage accounts are unique in all of Azure; it is not in {group} of this subscription",
                  group=self._fields["resource_group_name"]),
            next_action=_("give another name as state.storage_account in the answers, or, where the account is yours, "
                          "its group as state.resource_group"),
            raw_code="StateAccountTaken",
        )  # fmt: skip

    def _inside(self, group: str) -> Problem:
        return Problem(
            what=_("The states may not lie in the resource group {group}", group=group),
            why=_("it is what they describe: a destroy would take them along in its middle"),
            next_action=_("give another state.resource_group in the answers, or leave it empty"),
            raw_code="StateInside",
        )

    def _slow(self) -> Problem:
        return Problem(
            what=_("The storage account {name} is still being made", name=self.name),
            why=_("Azure took longer than {seconds} seconds", seconds=MAKING_SECONDS),
            next_action=_("run again in some minutes; what was made is found again"),
            raw_code="StateAccountSlow",
        )


# source: https://learn.microsoft.com/rest/api/storagerp/storage-accounts/create
ACCOUNT: dict[str, Any] = {
    "kind": "StorageV2",
    "sku": {"name": "Standard_LRS"},
    "properties": {
        "minimumTlsVersion": "TLS1_2",
        "supportsHttpsTrafficOnly": True,
        "allowBlobPublicAccess": False,
        "allowSharedKeyAccess": False,  # the block has use_azuread_auth
    },
}
# source: https://learn.microsoft.com/rest/api/storagerp/blob-services/set-service-properties
SERVICE: dict[str, Any] = {
    "properties": {
        "isVersioningEnabled": True,
        "deleteRetentionPolicy": {"enabled": True, "days": DAYS},
        "containerDeleteRetentionPolicy": {"enabled": True, "days": DAYS},
    }
}


def missing(ctx: Ctx) -> tuple[str, ...]:
    """What must be made before a root's state can be opened, in words; nothing for other backends."""
    account = _account(ctx)
    return account.missing() if account is not None else ()


def make(ctx: Ctx) -> None:
    """Make what `missing` names; once, however many roots begin at the same time."""
    with _lock:
        account = _account(ctx)
        if account is not None and account.missing():
            ctx.say(_("makes the storage account of the states"))
            account.make()


def gone(ctx: Ctx) -> bool:
    """Whether the states have no place (any more): then no root can hold anything that a state names."""
    account = _account(ctx)
    return account is not None and account.body is None


def removable(ctx: Ctx) -> tuple[str, ...]:
    account = _account(ctx)
    return account.objects() if account is not None else ()


def destroy(ctx: Ctx) -> None:
    account = _account(ctx)
    if account is not None and account.objects():
        account.destroy()


def mark(ctx: Ctx) -> str:
    """The setup's id that the account carries, where it was made for this domain and environment: an account that was
    named may be another lakehouse's. Empty without one. Needs the operator alone."""
    account = _account(ctx)
    if account is None:
        return ""
    held, wanted = (account.body or {}).get("tags") or {}, names(ctx.ask(ProjectQuestions), "").tags
    return _mark(account.body) if all(held.get(key) == wanted[key] for key in ("domain", "env")) else ""


def _account(ctx: Ctx) -> Account | None:
    backend = state_backend.of(ctx.answers, "foundation")
    return Account(ctx, backend) if backend.kind == AZURERM else None


def _mark(body: dict[str, Any] | None) -> str:
    return tagged((body or {}).get("tags")) or ""
