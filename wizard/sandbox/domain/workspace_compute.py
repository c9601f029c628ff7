"""Clusters and their policies."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from wizard.sandbox.domain.arm_compute import free_cores
from wizard.sandbox.domain.core import Body, Caller, CloudError
from wizard.sandbox.domain.databricks import RULES, Bodies, denied, exists, invalid, missing, public, required
from wizard.sandbox.domain.principals import find_principal, require_workspace_admin, workspace_body, workspace_level
from wizard.sandbox.domain.workspace_kind import WorkspaceKind, can_see, require_level

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

ACTIVE = ("PENDING", "RUNNING", "RESTARTING", "RESIZING")
# What a cluster has of its own: no spec sets it.
OWN = (
    "cluster_id",
    "creator_user_name",
    "cluster_source",
    "spark_context_id",
    "default_tags",
    "start_time",
    "state",
    "state_message",
    "termination_reason",
    "_libraries",
    "_pinned",
    "_polls",
)


def node_type(id: str) -> Body:
    for entry in RULES["compute"]["node_types"]:
        if entry["node_type_id"] == id:
            return dict(entry)
    raise invalid(f"Node type {id} is not supported.")


def node_types() -> Bodies:
    """The answer of clusters/list-node-types; what is free of the quota is asked at Azure, not here."""
    return [
        {
            "node_type_id": entry["node_type_id"],
            "num_cores": float(entry["num_cores"]),
            "memory_mb": entry["memory_mb"],
            "category": entry["category"],
            "description": entry["node_type_id"],
            "instance_type_id": entry["node_type_id"],
            "is_deprecated": False,
            "is_hidden": False,
            "num_gpus": 0,
            "support_port_forwarding": True,
            "photon_driver_capable": entry.get("photon", False),
            "photon_worker_capable": entry.get("photon", False),
            "node_instance_type": {
                "instance_type_id": entry["node_type_id"],
                "local_disks": entry["disks"],
                "local_disk_size_gb": entry["disk_gb"],
            },
            "node_info": {"status": []},
        }
        for entry in RULES["compute"]["node_types"]
    ]


class Policies(WorkspaceKind):
    """ws.policy: body {policy_id, name, definition (JSON text, kept as it came), …}."""

    name = "ws.policy"

    def absent(self, id: str) -> CloudError:
        return missing(f"Can't find a policy with id: {id}.")

    def _check(self, caller: Caller, body: Body, id: str | None) -> None:
        required(body, "name")
        try:
            rules = json.loads(body.get("definition") or "{}")
        except ValueError as error:
            raise invalid(f"Cluster policy definition is not valid JSON: {error}") from None
        if not isinstance(rules, dict):
            raise invalid("Cluster policy definition is not a JSON object.")
        for other in self.all(caller):
            if other["name"] == body["name"] and other["policy_id"] != id:
                raise exists(f"Policy with name '{body['name']}' already exists.", "INVALID_PARAMETER_VALUE")

    def create(self, caller: Caller, body: Body) -> Body:
        require_workspace_admin(self.cloud, caller, "create cluster policies")
        self._check(caller, body, None)
        id = self.cloud.guid().replace("-", "")[:16].upper()
        made = {"creator_user_name": caller.name, "created_at_timestamp": self.cloud.millis()}
        return self.save(caller, id, {**body, **made, "policy_id": id})

    def read(self, caller: Caller, id: str) -> Body:
        workspace_level(self.cloud, caller)
        body = self.load(caller, id)
        if not can_see(self.cloud, caller, f"cluster-policies/{id}", str(body["creator_user_name"])):
            raise denied(f"{caller.name} does not have permission to view policy {id}.")
        return public(body)

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        require_workspace_admin(self.cloud, caller, "edit cluster policies")
        old = self.load(caller, id)
        new = {**old, **patch, "policy_id": id}
        self._check(caller, new, id)
        return self.save(caller, id, new)

    def delete(self, caller: Caller, id: str) -> None:
        require_workspace_admin(self.cloud, caller, "delete cluster policies")
        self.load(caller, id)
        self.cloud.store.delete("ws.permissions", self.key(caller, f"cluster-policies/{id}"))
        self.remove(caller, id)

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        workspace_level(self.cloud, caller)
        return [
            public(body)
            for body in self.all(caller)
            if can_see(self.cloud, caller, f"cluster-policies/{body['policy_id']}", str(body["creator_user_name"]))
            and all(str(body.get(key)) == str(value) for key, value in filters.items())
        ]


def _value_at(spec: Body, path: str) -> Any:
    """`spark_conf.spark.a.b` and `custom_tags.x` name one key after the first dot; others go down by dots."""
    head, dot, rest = path.partition(".")
    if not dot:
        return spec.get(head)
    inner = spec.get(head)
    if not isinstance(inner, dict):
        return None
    flat = rest in inner or head in ("spark_conf", "custom_tags", "spark_env_vars")
    return inner.get(rest) if flat else _value_at(inner, rest)


def policy_violation(spec: Body, definition: str) -> str | None:
    """The first rule of a policy that a cluster's spec breaks, in the service's words."""
    for path, rule in json.loads(definition or "{}").items():
        value, kind = _value_at(spec, path), rule.get("type")
        if value is None:
            if kind in ("allowlist", "range", "regex", "blocklist") and not rule.get(
                "isOptional", "defaultValue" in rule
            ):
                return f"{path} must be set"
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        wrong = (
            (kind == "fixed" and text != str(rule["value"]).lower() and text != str(rule["value"]))
            or kind == "forbidden"
            or (kind == "allowlist" and text not in [str(v) for v in rule["values"]])
            or (kind == "blocklist" and text in [str(v) for v in rule["values"]])
            or (kind == "regex" and not re.fullmatch(rule["pattern"], text))
            or (kind == "range" and not rule.get("minValue", value) <= value <= rule.get("maxValue", value))
        )
        if wrong:
            return f"{path} has the value {text}, which the policy's rule {json.dumps(rule, sort_keys=True)} forbids"
    return None


def complete_spec(spec: Body, definition: str) -> Body:
    """`spec` with the values that a policy fixes and the caller left out."""
    out = dict(spec)
    for path, rule in json.loads(definition or "{}").items():
        if rule.get("type") == "fixed" and "." not in path and path not in out:
            out[path] = rule["value"]
    return out


class Clusters(WorkspaceKind):
    """ws.cluster: PENDING after create or start, RUNNING from the second read on."""

    name = "ws.cluster"

    def absent(self, id: str) -> CloudError:
        # 400 with these very words is what clients take for "gone".
        return invalid(f"Cluster {id} does not exist")

    def check_spec(self, caller: Caller, spec: Body) -> Body:
        """The spec with its policy's fixed values; refused where the policy, node type or runtime forbids it."""
        if spec.get("policy_id"):
            policy = self.cloud.kind("ws.policy").read(caller, str(spec["policy_id"]))
            spec = complete_spec(spec, str(policy.get("definition", "")))
            broken = policy_violation(spec, str(policy.get("definition", "")))
            if broken:
                raise invalid(f"Cluster validation error: Validation failed for policy '{policy['name']}': {broken}.")
        elif workspace_level(self.cloud, caller) != "ADMIN":
            raise denied(
                f"{caller.name} is not authorized to create clusters without a policy. Contact your administrator."
            )
        required(spec, "spark_version", "node_type_id")
        node_type(str(spec["node_type_id"]))
        node_type(str(spec.get("driver_node_type_id") or spec["node_type_id"]))
        if spec["spark_version"] not in [runtime["key"] for runtime in RULES["compute"]["runtimes"]]:
            raise invalid(f"Invalid spark version {spec['spark_version']}.")
        owner = spec.get("single_user_name")
        if owner and find_principal(self.cloud, str(owner)) is None:
            raise invalid(f"Single user {owner} does not exist in the workspace.")
        return spec

    def cores(self, spec: Body) -> int:
        workers = spec.get("autoscale", {}).get("max_workers", spec.get("num_workers", 0))
        driver = node_type(str(spec.get("driver_node_type_id") or spec["node_type_id"]))
        return int(driver["num_cores"] + workers * node_type(str(spec["node_type_id"]))["num_cores"])

    def create(self, caller: Caller, body: Body) -> Body:
        """Answers the whole body; the REST door gives `{cluster_id}` only."""
        workspace_level(self.cloud, caller)
        spec = self.check_spec(caller, body)
        now = self.cloud.now()
        id = f"{now:%m%d-%H%M%S}-{self.cloud.guid()[:8]}"
        name = str(spec.get("cluster_name") or "")
        stored = {
            "driver_node_type_id": spec["node_type_id"],
            "enable_elastic_disk": True,
            "azure_attributes": {"first_on_demand": 1, "availability": "ON_DEMAND_AZURE", "spot_bid_max_price": -1.0},
            "autotermination_minutes": 120,
            **{key: value for key, value in spec.items() if value is not None},
            "cluster_id": id,
            "creator_user_name": caller.name,
            "cluster_source": "API",
            "spark_context_id": self.cloud.number(),
            "default_tags": {"Vendor": "Databricks", "Creator": caller.name, "ClusterName": name, "ClusterId": id},
            "start_time": self.cloud.millis(),
            "_pinned": False,
        }
        return self.save(caller, id, self._starting(caller, stored, "PENDING"))

    def _starting(self, caller: Caller, body: Body, state: str) -> Body:
        """On the way to RUNNING, or TERMINATED where the quota does not allow it."""
        out = {**body, "state": state, "state_message": "Finding instances for new nodes", "_polls": 0}
        stored = self.cloud.store.get(self.name, self.key(caller, str(body["cluster_id"])))
        held = self.cores(stored) if stored and stored["state"] in ACTIVE else 0
        failure = self.quota_failure(caller, body, held)
        if failure:
            out["_failure"] = failure
        return out

    def quota_failure(self, caller: Caller, spec: Body, held: int = 0) -> str | None:
        """What Azure says where `spec` needs more cores than are free, `held` of them being its own already."""
        workspace = workspace_body(self.cloud, caller.workspace)
        subscription, region = workspace["azure_workspace_info"]["subscription_id"], str(workspace["location"])
        free = free_cores(self.cloud, subscription, region, str(spec["node_type_id"])) + held
        needed = self.cores(spec)
        if needed <= free:
            return None
        # Only state_message reaches the provider's user, so the code stands in it.
        return (
            "AZURE_QUOTA_EXCEEDED_EXCEPTION: Operation could not be completed as it results in exceeding approved "
            f"quota of cores. Location: {region}, Node type: {spec['node_type_id']}, Free: {max(free, 0)}, "
            f"Required: {needed}."
        )

    def read(self, caller: Caller, id: str) -> Body:
        workspace_level(self.cloud, caller)
        body = self.load(caller, id)
        if not can_see(self.cloud, caller, f"clusters/{id}", str(body["creator_user_name"])):
            raise denied(f"{caller.name} does not have CAN_ATTACH_TO permissions on cluster {id}.")
        if body["state"] in ("PENDING", "RESTARTING"):
            body["_polls"] += 1
            if body["_polls"] >= 2:
                body = self._arrived(body)
            self.save(caller, id, body)
        return public(body)

    def _arrived(self, body: Body) -> Body:
        failure = body.pop("_failure", None)
        if failure:
            reason = {"code": "AZURE_QUOTA_EXCEEDED_EXCEPTION", "type": "CLIENT_ERROR"}
            return {**body, "state": "TERMINATED", "state_message": failure, "termination_reason": reason}
        return {**body, "state": "RUNNING", "state_message": ""}

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        """The whole spec, as clusters/edit takes it; a running cluster restarts."""
        old = self.load(caller, id)
        require_level(self.cloud, caller, f"clusters/{id}", str(old["creator_user_name"]), "CAN_MANAGE")
        sent = {k: v for k, v in patch.items() if v is not None and k not in OWN and not k.startswith("_")}
        spec = self.check_spec(caller, sent)
        kept = {key: old[key] for key in (*OWN, "azure_attributes", "enable_elastic_disk") if key in old}
        new = {**kept, **spec}
        new.setdefault("driver_node_type_id", new["node_type_id"])
        new.setdefault("autotermination_minutes", 120)
        if new != old and old["state"] in ACTIVE:
            new = self._starting(caller, new, "RESTARTING")
        return self.save(caller, id, new)

    def start(self, caller: Caller, id: str) -> None:
        body = self.load(caller, id)
        require_level(self.cloud, caller, f"clusters/{id}", str(body["creator_user_name"]), "CAN_RESTART")
        if body["state"] != "TERMINATED":
            raise invalid(f"Cluster {id} is in unexpected state {body['state'].title()}.", "INVALID_STATE")
        body.pop("termination_reason", None)
        self.save(caller, id, self._starting(caller, body, "PENDING"))

    def stop(self, caller: Caller, id: str) -> None:
        """clusters/delete: TERMINATED, and there still."""
        body = self.load(caller, id)
        require_level(self.cloud, caller, f"clusters/{id}", str(body["creator_user_name"]), "CAN_RESTART")
        reason = {"code": "USER_REQUEST", "type": "SUCCESS", "parameters": {"username": caller.name}}
        self.save(caller, id, {**body, "state": "TERMINATED", "state_message": "", "termination_reason": reason})

    def pin(self, caller: Caller, id: str, pinned: bool) -> None:
        require_workspace_admin(self.cloud, caller, "pin clusters")
        self.save(caller, id, {**self.load(caller, id), "_pinned": pinned})

    def install(self, caller: Caller, id: str, libraries: Bodies) -> None:
        """Libraries are noted as installed: no cluster of the sandbox runs code, job tasks bring their own."""
        body = self.load(caller, id)
        require_level(self.cloud, caller, f"clusters/{id}", str(body["creator_user_name"]), "CAN_MANAGE")
        held = body.get("_libraries", [])
        self.save(caller, id, {**body, "_libraries": held + [one for one in libraries if one not in held]})

    def uninstall(self, caller: Caller, id: str, libraries: Bodies) -> None:
        body = self.load(caller, id)
        require_level(self.cloud, caller, f"clusters/{id}", str(body["creator_user_name"]), "CAN_MANAGE")
        kept = [one for one in body.get("_libraries", []) if one not in libraries]
        self.save(caller, id, {**body, "_libraries": kept})

    def libraries(self, caller: Caller, id: str) -> Bodies:
        """[{library, status}] of a cluster."""
        self.read(caller, id)
        return [{"library": one, "status": "INSTALLED"} for one in self.load(caller, id).get("_libraries", [])]

    def delete(self, caller: Caller, id: str) -> None:
        """clusters/permanent-delete."""
        body = self.load(caller, id)
        require_level(self.cloud, caller, f"clusters/{id}", str(body["creator_user_name"]), "CAN_MANAGE")
        with self.cloud.store.transaction():
            self.cloud.store.delete("ws.permissions", self.key(caller, f"clusters/{id}"))
            self.remove(caller, id)

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        """`is_pinned` keeps the pinned ones; other filters compare keys."""
        workspace_level(self.cloud, caller)
        pinned = filters.pop("is_pinned", None)
        return [
            public(body)
            for body in self.all(caller)
            if can_see(self.cloud, caller, f"clusters/{body['cluster_id']}", str(body["creator_user_name"]))
            and (pinned is None or body["_pinned"] == pinned)
            and all(body.get(key) == value for key, value in filters.items())
        ]


def register(cloud: Cloud) -> None:
    cloud.add(Policies(cloud))
    cloud.add(Clusters(cloud))
