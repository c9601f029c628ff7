"""Step 13, compute: cluster policy, exploration cluster, secret scope with the principal's values and the key that
hashes personal data."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from typing import Any, ClassVar

from lakehouse_jobs.keys import LENGTH, NAME
from pydantic import Field

from wizard.setup import mark
from wizard.setup.step import Facts, Permission, Questions
from wizard.setup.survey import Survey
from wizard.steps import pinned
from wizard.steps.base import Ctx
from wizard.steps.facts import CatalogFacts, ComputeFacts, FoundationFacts, ProjectFacts
from wizard.steps.terraform_phase import TerraformStep
from wizard.text import N_, _

RUNTIME = "runtime"


class ComputeQuestions(Questions):
    """What clusters are made of."""

    node_type: str = Field(
        default="Standard_DS3_v2",
        pattern=r"^Standard_[A-Za-z0-9_]+$",
        description=N_("the Azure VM size of every node"),
        json_schema_extra={"cost": N_("a node is billed by the second while it runs: machine and Databricks units")},
    )
    runtime: str = Field(
        default="",
        pattern=r"^([0-9]+\.[0-9x]+\S*)?$",
        description=N_("the Databricks runtime, as 17.3.x-scala2.13"),
        json_schema_extra={"why": N_("empty: the newest with long-term support, found once and then kept")},
    )
    autotermination_minutes: int = Field(
        default=20,
        ge=10,
        le=240,
        description=N_("minutes of idleness after which the exploration cluster stops"),
        json_schema_extra={
            "cost": N_("idle minutes are billed as any other; 20 uses of 40 minutes a month are assumed")
        },
    )


class Compute(TerraformStep):
    """Done when the plan of terraform/compute is empty and the scope holds the principal's values."""

    name: ClassVar[str] = "compute"
    title: ClassVar[str] = N_("Compute")
    after: ClassVar[tuple[str, ...]] = ("unity-catalog",)
    ahead: ClassVar[tuple[str, ...]] = ("service-principal",)  # which tells who signs in
    permissions: ClassVar[tuple[Permission, ...]] = (
        Permission("databricks-workspace", "admin", "workspace", N_("to make policies, clusters and secret scopes")),
    )
    questions: ClassVar[type[Questions] | None] = ComputeQuestions
    root: ClassVar[str] = "compute"
    told: ClassVar[type[Facts]] = ComputeFacts

    def __init__(self) -> None:
        super().__init__()
        self._runtime: str | None = None

    def variables(self, ctx: Ctx) -> dict[str, Any]:
        asked, project = ctx.ask(ComputeQuestions), ctx.facts(ProjectFacts)
        foundation, catalog = ctx.facts(FoundationFacts), ctx.facts(CatalogFacts)
        return {
            "workspace_host": f"https://{foundation.workspace_url}",
            "workspace_resource_id": foundation.workspace_resource_id,
            "setup_id": ctx.setup_id,
            "tags": project.tags,
            "catalog": catalog.catalog,
            "group_name": catalog.group_name,
            **object_names(project),
            "node_type": asked.node_type,
            "autotermination_minutes": asked.autotermination_minutes,
            "runtime": asked.runtime or self.pin(ctx)[RUNTIME],
        }

    def survey(self, ctx: Ctx) -> Survey:
        from wizard.steps import compute_survey

        asked, names = ctx.ask(ComputeQuestions), object_names(ctx.facts(ProjectFacts))
        runtime = asked.runtime or ctx.folder.config().get(RUNTIME)  # an open one is what is found
        wanted = {
            "node_type_id": asked.node_type,
            "spark_version": runtime,
            "autotermination_minutes": asked.autotermination_minutes,
        }
        return compute_survey.survey(ctx, names, wanted)

    def pin(self, ctx: Ctx) -> dict[str, str]:
        if ctx.ask(ComputeQuestions).runtime:
            return {}
        return {RUNTIME: pinned.read_or(ctx.folder, RUNTIME, lambda: self._known(ctx))}

    def existing(self, ctx: Ctx, type: str, planned: Mapping[str, Any]) -> str | None:
        """The policy or the cluster of that name that carries our mark."""
        workspace = ctx.world.workspace(ctx)
        if type == "databricks_cluster_policy":
            return next(
                (
                    str(policy.policy_id)
                    for policy in workspace.cluster_policies.list()
                    if policy.name == planned.get("name") and mark.told(policy.description) == ctx.setup_id
                ),
                None,
            )
        return next(
            (
                str(cluster.cluster_id)
                for cluster in workspace.clusters.list()
                if cluster.cluster_name == planned.get("cluster_name")
                and mark.tagged(cluster.custom_tags) == ctx.setup_id
            ),
            None,
        )

    def _known(self, ctx: Ctx) -> str:
        return self.recorded(ctx).get(RUNTIME) or self._newest(ctx)

    def _newest(self, ctx: Ctx) -> str:
        """The newest runtime with long-term support; the same for the rest of the run."""
        if self._runtime is None:
            clusters = ctx.world.workspace(ctx).clusters
            self._runtime = clusters.select_spark_version(long_term_support=True, scala="2.13")
        return self._runtime

    def beyond(self, ctx: Ctx, facts: Facts) -> tuple[str, ...]:
        held = _held(ctx, facts)
        key = () if NAME in held else (_("make the key {key} that hashes personal data", key=NAME),)
        return (*(_("write secret {key} into the scope", key=each) for each in self._stale(ctx, facts, held)), *key)

    def apply_beyond(self, ctx: Ctx, facts: Facts) -> None:
        """Written by SDK: Terraform would keep them in its state."""
        assert isinstance(facts, ComputeFacts)
        held, scope = _held(ctx, facts), ctx.world.workspace(ctx).secrets
        stale = self._stale(ctx, facts, held)
        for key, value in _values(ctx).items():
            if key in stale:
                scope.put_secret(facts.secret_scope, key, string_value=value)
        if NAME not in held:  # never written again: what one key hashed, no other key finds
            made = secrets.token_hex(LENGTH)
            ctx.secrets.remember(made)
            scope.put_secret(facts.secret_scope, NAME, string_value=made)

    def _stale(self, ctx: Ctx, facts: Facts, held: frozenset[str]) -> tuple[str, ...]:
        """Keys that are missing or hold another value than the principal's."""
        assert isinstance(facts, ComputeFacts)
        scope = ctx.world.workspace(ctx).secrets
        stale = []
        for key, value in _values(ctx).items():
            kept = scope.get_secret(facts.secret_scope, key).value if key in held else None
            if kept is None or base64.b64decode(kept).decode() != value:
                stale.append(key)
        return tuple(stale)


def _held(ctx: Ctx, facts: Facts) -> frozenset[str]:
    """The names of what the scope holds; a listing shows no value."""
    assert isinstance(facts, ComputeFacts)
    return frozenset(str(item.key) for item in ctx.world.workspace(ctx).secrets.list_secrets(facts.secret_scope))


def object_names(project: ProjectFacts) -> dict[str, str]:
    """The names of what the root makes, by variable."""
    return {
        "cluster_name": f"cluster-single-dtm-d{project.workspace.removeprefix('adbd')}",
        "policy_name": f"policy-{project.workspace}",
        "secret_scope": f"scope-{project.workspace}",
    }


def _values(ctx: Ctx) -> dict[str, str]:
    login = ctx.world.principal_login(ctx)
    return {"tenant-id": login.tenant_id, "client-id": login.client_id, "client-secret": login.client_secret}
