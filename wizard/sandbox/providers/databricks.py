"""databricks' resources that are more than one call: Unity Catalog's securables, groups, clusters, secrets."""

from __future__ import annotations

from wizard.sandbox.domain.core import Body, CloudError
from wizard.sandbox.providers.databricks_access import ACCESS_HANDLERS
from wizard.sandbox.providers.peers import Session
from wizard.sandbox.providers.resource import Plain, gone
from wizard.sandbox.providers.values import Values, known

# Never part of the provider's POST: a PATCH follows, as an owner or an isolation is a change of what exists.
LATER = ("owner", "isolation_mode", "enable_predictive_optimization")
ENTITLEMENTS = {
    "allow_cluster_create": "allow-cluster-create",
    "allow_instance_pool_create": "allow-instance-pool-create",
    "databricks_sql_access": "databricks-sql-access",
    "workspace_access": "workspace-access",
    "workspace_consume": "workspace-consume",
}


class Securable(Plain):
    def create(self, session: Session, plan: Values, config: Values) -> Values:
        values = self.values(plan, config)
        body = self.body(session, values)
        later = {key: body.pop(key) for key in LATER if key in body}
        made = self.made(session, self.kind().create(session.caller, body))
        if later:
            made = self.kind().update(session.caller, self.full_name(made), later)
        state = self.state(session, made, known(plan))
        self.keep_unstored(state)
        return state

    def body(self, session: Session, values: Values) -> Body:
        body = Plain.body(self, session, values)
        if values.get("skip_validation"):
            body["skip_validation"] = True
        return body

    def made(self, session: Session, body: Body) -> Body:
        """The body after what follows a create."""
        return body

    def full_name(self, body: Body) -> str:
        return str(body.get("full_name") or body["name"])

    def patch(self, prior: Values, values: Values) -> Body:
        patch = Plain.patch(self, prior, values)
        if "name" in patch:
            patch["new_name"] = patch.pop("name")
        return patch

    def delete(self, session: Session, state: Values) -> None:
        """`force_destroy` also takes what is in it."""
        try:
            self.kind().delete(session.caller, self.cloud_id(session, state), force=bool(state.get("force_destroy")))
        except CloudError as error:
            if not gone(error):
                raise
        self.forget_unstored(state)


class Catalog(Securable):
    def made(self, session: Session, body: Body) -> Body:
        self.cloud.kind("uc.schema").delete(session.caller, f"{body['name']}.default")
        return body


class Volume(Securable):
    """A managed volume has a location too, but Terraform knows only that of an external one."""

    def state(self, session: Session, body: Body, base: Values) -> Values:
        state = Plain.state(self, session, body, base)
        if body.get("volume_type") == "EXTERNAL" and str(state.get("storage_location")).rstrip("/") != str(
            body["storage_location"]
        ).rstrip("/"):
            state["storage_location"] = body["storage_location"]
        return state


class Group(Plain):
    def create(self, session: Session, plan: Values, config: Values) -> Values:
        """With `force`, a group of that name is taken over."""
        try:
            return Plain.create(self, session, plan, config)
        except CloudError as error:
            if error.status != 409 or not plan.get("force"):
                raise
        values = self.values(plan, config)
        found = self.kind().list(session.caller, displayName=values["display_name"])[0]
        body = self.kind().update(session.caller, found["id"], self.body(session, values))
        return self.state(session, body, known(plan))

    def write(self, values: Values, body: Body, prior: Values | None) -> None:
        Plain.write(self, values, body, prior)
        given = [{"value": value} for name, value in ENTITLEMENTS.items() if values.get(name)]
        if given or prior is not None:
            body["entitlements"] = given

    def patch(self, prior: Values, values: Values) -> Body:
        return {"entitlements": [], **Plain.patch(self, prior, values)}

    def state(self, session: Session, body: Body, base: Values) -> Values:
        held = {entry.get("value") for entry in body.get("entitlements") or []}
        state = Plain.state(self, session, body, base)
        state |= {name: value in held for name, value in ENTITLEMENTS.items()}
        return {**state, "url": f"{session.host}/#setting/accounts/groups/{body['id']}"}


class Cluster(Plain):
    """Create and edit wait until the cluster runs, as the provider does."""

    def create(self, session: Session, plan: Values, config: Values) -> Values:
        body = self.kind().create(session.caller, self.body(session, self.values(plan, config)))
        return self._running(session, body, plan)

    def update(self, session: Session, prior: Values, plan: Values, config: Values) -> Values:
        id, spec = self.cloud_id(session, prior), self.body(session, self.values(plan, config))
        self._pin(session, id, plan, prior)
        changed = self.patch(prior, self.values(plan, config))
        if not changed:
            return self._running(session, self.kind().read(session.caller, id), plan)
        return self._running(session, self.kind().update(session.caller, id, spec), plan)

    def _running(self, session: Session, body: Body, plan: Values) -> Values:
        id = str(body["cluster_id"])
        while body["state"] in ("PENDING", "RESTARTING", "RESIZING") and not plan.get("no_wait"):
            body = self.kind().read(session.caller, id)
        if body["state"] == "TERMINATED" and body.get("state_message"):
            what = f"{id} failed to reach RUNNING, got TERMINATED: {body['state_message']}"
            raise CloudError(400, "INVALID_STATE", what)
        self._pin(session, id, plan, {})
        state = self.state(session, body, known(plan))
        self.keep_unstored(state)
        return state

    def _pin(self, session: Session, id: str, plan: Values, prior: Values) -> None:
        if bool(plan.get("is_pinned")) != bool(prior.get("is_pinned")):
            self.kind().pin(session.caller, id, bool(plan.get("is_pinned")))

    def state(self, session: Session, body: Body, base: Values) -> Values:
        state = Plain.state(self, session, body, base)
        pinned = {str(one["cluster_id"]) for one in self.kind().list(session.caller, is_pinned=True)}
        url = f"{session.host}/#setting/clusters/{body['cluster_id']}/configuration"
        return {**state, "is_pinned": str(body["cluster_id"]) in pinned, "url": url}


HANDLERS: dict[str, type[Plain]] = {
    "securable": Securable,
    "catalog": Catalog,
    "volume": Volume,
    "group": Group,
    "cluster": Cluster,
    **ACCESS_HANDLERS,
}
