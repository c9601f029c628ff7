"""A resource type over its kind: plan's values → REST body → state. The special ones inherit from Plain."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import Body, CloudError
from wizard.sandbox.providers.peers import Session
from wizard.sandbox.providers.spec import Spec
from wizard.sandbox.providers.values import Values, by_block, empty, known

UNSTORED = "terraform.unstored"
"""The kind that keeps the attributes that REST has no place for, by type and Terraform id."""


def gone(error: CloudError) -> bool:
    """Whether an object is not there: a 404, or the words of clusters, jobs and runs that are a 400."""
    return error.status == 404 or (error.code == "INVALID_PARAMETER_VALUE" and error.message.endswith("does not exist"))


@dataclass(frozen=True, slots=True)
class Plain:
    """One Terraform resource is one object of the spec's kind."""

    spec: Spec
    cloud: Cloud

    def admit(self, session: Session) -> None:
        """Raises CloudError where the provider's host has no such resource."""
        area = self.spec.kind.partition(".")[0]
        if area == "account" and session.caller.workspace:
            raise CloudError(501, "NotImplemented", f"the sandbox models {self.spec.type} at the account's host only")
        if area in ("uc", "ws") and not session.caller.workspace:
            raise CloudError(400, "INVALID_PARAMETER_VALUE", f"{self.spec.type} needs a workspace's host")

    # -- what Terraform asks ------------------------------------------------------------------

    def create(self, session: Session, plan: Values, config: Values) -> Values:
        """The new state. Raises CloudError."""
        values = self.values(plan, config)
        body = self.body(session, values)
        if self.spec.provider == "azurerm":
            self.refuse_existing(session, body["id"])
        with self.cloud.store.transaction():
            state = self.state(session, self.kind().create(session.caller, body), known(plan))
            self.keep_unstored(state)
        return state

    def read(self, session: Session, state: Values) -> Values | None:
        """The state as it is now; None if the object is gone."""
        try:
            body = self.kind().read(session.caller, self.cloud_id(session, state))
        except CloudError as error:
            if gone(error):
                return None
            raise
        kept = self.cloud.store.get(UNSTORED, self._key(state)) or {}
        return self.state(session, body, {**known(state), **kept})

    def update(self, session: Session, prior: Values, plan: Values, config: Values) -> Values:
        id, values = self.cloud_id(session, prior), self.values(plan, config)
        if self.spec.update == "put":
            body = self.kind().read(session.caller, id)
            self.write(values, body, prior)
            body = self.kind().create(session.caller, body)
        elif patch := self.patch(prior, values):
            body = self.kind().update(session.caller, id, patch)
        else:
            body = self.kind().read(session.caller, id)
        state = self.state(session, body, known(plan))
        self.keep_unstored(state)
        return state

    def delete(self, session: Session, state: Values) -> None:
        """Gone already is fine."""
        try:
            self.kind().delete(session.caller, self.cloud_id(session, state))
        except CloudError as error:
            if not gone(error):
                raise
        self.forget_unstored(state)

    def imported(self, session: Session, id: str) -> Values:
        """The beginning of a state, from an import id; Terraform reads the rest. Raises CloudError 400."""
        if not self.spec.id:
            return by_block({**(self.spec.parse_id(id) or {}), "id": id}, self.spec.block)
        found = self.spec.parse_id(id)
        if found is None:
            raise CloudError(400, "InvalidImportId", f"expected the form {self.spec.import_id}, got {id!r}")
        return by_block({**found, "id": id}, self.spec.block)

    # -- its parts ----------------------------------------------------------------------------

    def kind(self) -> Any:
        return self.cloud.kind(self.spec.kind)

    def values(self, plan: Values, config: Values) -> Values:
        """What is known of the plan, with the write-only attributes that only the configuration has."""
        secret = {n: config.get(n) for n, a in self.spec.block.attributes.items() if a.write_only}
        return {**known(plan), **secret}

    def render(self, session: Session, template: str, values: Values) -> str:
        given = {name: value for name, value in values.items() if value is not None}
        return template.format_map({"subscription": session.subscription, **given})

    def cloud_id(self, session: Session, state: Values) -> str:
        if self.spec.cloud_id == self.spec.id:
            return str(state["id"])
        return self.render(session, self.spec.cloud_id, state)

    def body(self, session: Session, values: Values) -> Body:
        """The body of a create."""
        body = copy.deepcopy(self.spec.body)
        if self.spec.provider == "azurerm":
            body["id"] = self.render(session, self.spec.cloud_id, values)
        self.write(values, body, None)
        return body

    def write(self, values: Values, body: Body, prior: Values | None) -> None:
        self.spec.mapping.to_body(values, body, prior)

    def keep_unstored(self, state: Values) -> None:
        kept = {name: state[name] for name in self.spec.unstored() if not empty(state.get(name))}
        if kept:
            self.cloud.store.put(UNSTORED, self._key(state), kept)
        else:
            self.cloud.store.delete(UNSTORED, self._key(state))

    def forget_unstored(self, state: Values) -> None:
        self.cloud.store.delete(UNSTORED, self._key(state))

    def _key(self, state: Values) -> str:
        return f"{self.spec.type} {str(state['id']).lower()}"

    def patch(self, prior: Values, values: Values) -> Body:
        """The top-level keys that differ; what is taken away becomes empty."""
        before: Body = {}
        after: Body = {}
        self.write(known(prior), before, None)
        self.write(values, after, None)
        gone = {key: type(value)() for key, value in before.items() if key not in after and value is not None}
        return gone | {key: value for key, value in after.items() if before.get(key) != value}

    def state(self, session: Session, body: Body, base: Values) -> Values:
        """The state of a body; `base` stands where the body says the same or nothing."""
        spec = self.spec
        state = spec.mapping.to_state(body, base, spec.compare)
        for path, default in spec.defaults.items():
            if "." not in path and state.get(path) is None:
                state[path] = default
        if spec.id:
            state["id"] = base.get("id") or self.render(session, spec.id, state)
        for name, attribute in spec.block.attributes.items():
            if attribute.write_only:
                state[name] = None
        return by_block(state, spec.block)

    def refuse_existing(self, session: Session, id: str) -> None:
        try:
            self.kind().read(session.caller, id)
        except CloudError as error:
            if gone(error):
                return
            raise
        raise CloudError(
            409,
            "AlreadyExists",
            f'A resource with the ID "{id}" already exists - to be managed via Terraform this resource needs to be '
            f'imported into the State. Please see the documentation of "{self.spec.type}" for more information.',
        )
