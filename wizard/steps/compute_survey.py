"""What of compute is there already: policy, exploration cluster and secret scope, asked of the workspace by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.setup import mark
from wizard.setup.survey import Seen, Standing, Survey, summed, whose
from wizard.steps.base import Ctx
from wizard.steps.facts import ComputeFacts
from wizard.text import _

if TYPE_CHECKING:
    from databricks.sdk.service.compute import ClusterDetails

ROOT = "compute"
COMPARED = ("node_type_id", "spark_version", "autotermination_minutes")


def survey(ctx: Ctx, names: dict[str, str], wanted: dict[str, Any]) -> Survey:
    """`names` as the root's variables have them; `wanted` the cluster's settings by their field.

    Raises FactsMissing, and what the workspace refuses."""
    workspace = ctx.world.workspace(ctx, "operator")
    policy = next((one for one in workspace.cluster_policies.list() if one.name == names["policy_name"]), None)
    cluster = next((one for one in workspace.clusters.list() if one.cluster_name == names["cluster_name"]), None)
    scope = next((one for one in workspace.secrets.list_scopes() if one.name == names["secret_scope"]), None)
    seen = (
        _seen(
            ctx,
            _("cluster policy {name}", name=names["policy_name"]),
            "databricks_cluster_policy.lakehouse",
            (str(policy.policy_id), mark.told(policy.description)) if policy else None,
        ),
        _seen(
            ctx,
            _("cluster {name}", name=names["cluster_name"]),
            "databricks_cluster.exploration",
            (str(cluster.cluster_id), mark.tagged(cluster.custom_tags)) if cluster else None,
            _differs(cluster, wanted) if cluster else (),
        ),
        Seen(
            _("secret scope {name}", name=names["secret_scope"]),
            Standing.PART if scope else Standing.ABSENT,
            names["secret_scope"] if scope else "",
            ROOT,
            "databricks_secret_scope.lakehouse",
        ),
    )
    facts = None
    if policy and cluster and scope:
        facts = ComputeFacts(
            policy_id=str(policy.policy_id), cluster_id=str(cluster.cluster_id), secret_scope=names["secret_scope"]
        )
    return Survey(summed(seen, facts), seen, {"compute": _answers(cluster)} if cluster else {})


def _seen(
    ctx: Ctx, what: str, address: str, held: tuple[str, str | None] | None, differs: tuple[str, ...] = ()
) -> Seen:
    """`held` is the id and the mark of what is there."""
    if held is None:
        return Seen(what, Standing.ABSENT, root=ROOT, address=address)
    standing, other = whose(held[1], ctx.setup_id)
    return Seen(what, standing, held[0], ROOT, address, other, differs)


def _differs(cluster: ClusterDetails, wanted: dict[str, Any]) -> tuple[str, ...]:
    return tuple(
        _("{name} is {found}, wanted {value}", name=name, found=getattr(cluster, name), value=wanted[name])
        for name in COMPARED
        if wanted.get(name) and getattr(cluster, name) != wanted[name]
    )


def _answers(cluster: ClusterDetails) -> dict[str, Any]:
    found = {
        "node_type": cluster.node_type_id,
        "runtime": cluster.spark_version,
        "autotermination_minutes": cluster.autotermination_minutes,
    }
    return {name: value for name, value in found.items() if value}
