"""databricks' resources that say who may do what: grants, bindings, permissions."""

from __future__ import annotations

from typing import Any

from wizard.sandbox.domain.core import Body, CloudError
from wizard.sandbox.providers.peers import Session
from wizard.sandbox.providers.resource import Plain, gone
from wizard.sandbox.providers.values import Values, by_block, known

# Attribute → place in the permissions API, and whether the provider adds its caller with CAN_MANAGE.
PLACES = {
    "cluster_id": ("clusters", True),
    "cluster_policy_id": ("cluster-policies", False),
    "job_id": ("jobs", True),
}
PRINCIPALS = ("group_name", "user_name", "service_principal_name")


class Grants(Plain):
    """Authoritative for one securable: what others granted on it is taken away."""

    def create(self, session: Session, plan: Values, config: Values) -> Values:
        values = known(plan)
        type, name = self.place(values)
        id = f"{type}/{name}"
        assignments = [{key: one[key] for key in ("principal", "privileges")} for one in values["grant"]]
        self.kind().create(session.caller, {"id": id, "privilege_assignments": assignments})
        return {**values, "id": id}

    def update(self, session: Session, prior: Values, plan: Values, config: Values) -> Values:
        return self.create(session, plan, config)

    def read(self, session: Session, state: Values) -> Values | None:
        held = self.held(session, state)
        if not held:
            return None
        grants = [{"principal": who, "privileges": sorted(what)} for who, what in held.items()]
        return by_block({**state, "grant": grants}, self.spec.block)

    def delete(self, session: Session, state: Values) -> None:
        held = self.held(session, state)
        mine = {one["principal"]: one["privileges"] for one in state["grant"]}
        changes = [{"principal": who, "remove": sorted(mine[who])} for who in held if who in mine]
        if changes:
            self.kind().update(session.caller, self.securable(state), {"changes": changes})

    def imported(self, session: Session, id: str) -> Values:
        type, _, name = id.partition("/")
        if type not in self.spec.natural_key or not name:
            raise CloudError(400, "InvalidImportId", f"expected the form {self.spec.import_id}, got {id!r}")
        return by_block({"id": id, type: name}, self.spec.block)

    def place(self, values: Values) -> tuple[str, str]:
        """(type, full name) of the one securable that is named."""
        return next((key, str(values[key])) for key in self.spec.natural_key if values.get(key))

    def securable(self, values: Values) -> str:
        return "/".join(self.place(values))

    def held(self, session: Session, values: Values) -> dict[str, list[str]]:
        """Principal → privileges as they are now; nothing where the securable is gone."""
        try:
            found = self.kind().read(session.caller, self.securable(values))
        except CloudError as error:
            if gone(error):
                return {}
            raise
        return {one["principal"]: list(one["privileges"]) for one in found["privilege_assignments"]}


class Grant(Grants):
    """One principal's privileges on one securable; the others are left alone."""

    def create(self, session: Session, plan: Values, config: Values) -> Values:
        values = known(plan)
        who, wanted = str(values["principal"]), set(values["privileges"])
        surplus = set(self.held(session, values).get(who, [])) - wanted
        change = {"principal": who, "add": sorted(wanted), "remove": sorted(surplus)}
        self.kind().update(session.caller, self.securable(values), {"changes": [change]})
        return {**values, "id": f"{self.securable(values)}/{who}"}

    def read(self, session: Session, state: Values) -> Values | None:
        held = self.held(session, state).get(str(state["principal"]))
        return by_block({**state, "privileges": held}, self.spec.block) if held else None

    def delete(self, session: Session, state: Values) -> None:
        who = str(state["principal"])
        held = self.held(session, state).get(who)
        if held:
            self.kind().update(session.caller, self.securable(state), {"changes": [{"principal": who, "remove": held}]})

    def imported(self, session: Session, id: str) -> Values:
        place, _, who = id.rpartition("/")
        return {**Grants.imported(self, session, place), "id": id, "principal": who}


class WorkspaceBinding(Plain):
    def create(self, session: Session, plan: Values, config: Values) -> Values:
        values = known(plan)
        values["securable_name"] = values.get("securable_name") or values.get("catalog_name")
        binding = {"workspace_id": values["workspace_id"], "binding_type": values["binding_type"]}
        self.kind().update(session.caller, self._place(values), {"add": [binding]})
        return {**values, "id": "{workspace_id}|{securable_type}|{securable_name}".format(**values)}

    def update(self, session: Session, prior: Values, plan: Values, config: Values) -> Values:
        return self.create(session, plan, config)

    def read(self, session: Session, state: Values) -> Values | None:
        try:
            found = self.kind().read(session.caller, self._place(state))["bindings"]
        except CloudError as error:
            if gone(error):
                return None
            raise
        mine = next((one for one in found if str(one["workspace_id"]) == str(state["workspace_id"])), None)
        return None if mine is None else {**known(state), "binding_type": mine["binding_type"]}

    def delete(self, session: Session, state: Values) -> None:
        if self.read(session, state) is not None:
            gone_one = {"workspace_id": state["workspace_id"], "binding_type": state["binding_type"]}
            self.kind().update(session.caller, self._place(state), {"remove": [gone_one]})

    def imported(self, session: Session, id: str) -> Values:
        workspace, type, name = [*id.split("|"), "", ""][:3]
        if not workspace.isdigit() or not name:
            raise CloudError(400, "InvalidImportId", f"expected the form {self.spec.import_id}, got {id!r}")
        given = {"id": id, "workspace_id": workspace, "securable_type": type, "securable_name": name}
        return by_block(given, self.spec.block)

    def _place(self, values: Values) -> str:
        return f"{values['securable_type']}/{values['securable_name']}"


class Permissions(Plain):
    """The whole access list of one object, less the admins' and the caller's own entries."""

    def create(self, session: Session, plan: Values, config: Values) -> Values:
        values = known(plan)
        place, adds_caller = self._place(values)
        entries = [{key: value for key, value in one.items() if value} for one in values["access_control"]]
        if adds_caller:
            key = "user_name" if session.caller.kind == "user" else "service_principal_name"
            entries.append({key: session.caller.name, "permission_level": "CAN_MANAGE"})
        found = self.kind().create(session.caller, {"id": place, "access_control_list": entries})
        return {**values, "id": f"/{place}", "object_type": found["object_type"]}

    def update(self, session: Session, prior: Values, plan: Values, config: Values) -> Values:
        return self.create(session, plan, config)

    def read(self, session: Session, state: Values) -> Values | None:
        try:
            found = self.kind().read(session.caller, self._place(state)[0])
        except CloudError as error:
            if gone(error):
                return None
            raise
        entries = [entry for one in found["access_control_list"] for entry in self._entries(session, one)]
        if not entries:
            return None
        return by_block({**state, "access_control": entries, "object_type": found["object_type"]}, self.spec.block)

    def delete(self, session: Session, state: Values) -> None:
        try:
            self.kind().delete(session.caller, self._place(state)[0])
        except CloudError as error:
            if not gone(error):
                raise

    def imported(self, session: Session, id: str) -> Values:
        place, _, object = id.removeprefix("/").rpartition("/")
        name = next((name for name, (known_place, _) in PLACES.items() if known_place == place), None)
        if name is None or not object:
            raise CloudError(400, "InvalidImportId", f"expected the form {self.spec.import_id}, got {id!r}")
        return by_block({"id": id, name: object}, self.spec.block)

    def _place(self, values: Values) -> tuple[str, bool]:
        name = next((name for name in PLACES if values.get(name)), None)
        if name is None:
            raise CloudError(501, "NotImplemented", "the sandbox has permissions only of clusters, policies and jobs")
        place, adds_caller = PLACES[name]
        return f"{place}/{values[name]}", adds_caller

    def _entries(self, session: Session, entry: Body) -> list[dict[str, Any]]:
        who = {key: entry[key] for key in PRINCIPALS if entry.get(key)}
        if who.get("group_name") == "admins" or session.caller.name in who.values():
            return []
        levels = [one["permission_level"] for one in entry["all_permissions"] if not one.get("inherited")]
        return [{**who, "permission_level": level} for level in levels]


ACCESS_HANDLERS: dict[str, type[Plain]] = {
    "grants": Grants,
    "grant": Grant,
    "workspace_binding": WorkspaceBinding,
    "permissions": Permissions,
}
