"""The provider protocol, version 6, over the domain: one Service for each provider."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import CloudError
from wizard.sandbox.faults import LOST, Asked, Faults, Rule, refuse_or_wait, sameness
from wizard.sandbox.providers import diagnostics, plan, validate, values
from wizard.sandbox.providers.diagnostics import Problem
from wizard.sandbox.providers.peers import Peers
from wizard.sandbox.providers.registry import data_source, resource
from wizard.sandbox.providers.schema import Provider, load, schema_response
from wizard.sandbox.providers.spec import spec
from wizard.sandbox.recorder import MUTATING_RPC


class Recorder(Protocol):
    """Where every operation is written down."""

    def record_provider(
        self, provider: str, rpc: str, type_name: str, caller_name: str, ok: bool, *, fault: str = ""
    ) -> None: ...


class Latency(Protocol):
    """How long the cloud takes to answer."""

    async def pause(self) -> None: ...


@dataclass(slots=True)
class Service:
    cloud: Cloud
    provider: Provider
    recorder: Recorder
    latency: Latency
    faults: Faults = field(default_factory=Faults)
    peers: Peers = field(init=False)

    def __post_init__(self) -> None:
        self.peers = Peers(self.cloud, self.provider, {})

    # -- the schema and the configuration -----------------------------------------------------

    async def get_schema(self, request: Any, peer: str) -> bytes:
        self.peers.forget(peer)
        return schema_response(self.provider)

    async def get_metadata(self, request: Any, peer: str) -> Any:
        pb = _pb()
        schema = load(self.provider)
        return pb.GetMetadata.Response(
            resources=[pb.GetMetadata.ResourceMetadata(type_name=name) for name in schema.resources],
            data_sources=[pb.GetMetadata.DataSourceMetadata(type_name=name) for name in schema.data_sources],
        )

    async def validate_provider(self, request: Any, peer: str) -> Any:
        config = values.decode(request.config, load(self.provider).provider) or {}
        problems = validate.provider_config(self.provider, config)
        return _pb().ValidateProviderConfig.Response(diagnostics=diagnostics.messages(problems))

    async def validate_resource(self, request: Any, peer: str) -> Any:
        block = load(self.provider).resources[request.type_name]
        problems = validate.resource_config(
            self.provider, request.type_name, values.decode(request.config, block) or {}
        )
        return _pb().ValidateResourceConfig.Response(diagnostics=diagnostics.messages(problems))

    async def validate_data(self, request: Any, peer: str) -> Any:
        return _pb().ValidateDataResourceConfig.Response()

    async def configure(self, request: Any, peer: str) -> Any:
        config = values.decode(request.config, load(self.provider).provider) or {}
        await self.latency.pause()
        problems: list[Problem] = []
        try:
            self.peers.configure(peer, config)
        except CloudError as error:
            problems = [diagnostics.authentication(self.cloud, self.provider, error)]
        self.record("ConfigureProvider", "", peer, problems)
        return _pb().ConfigureProvider.Response(diagnostics=diagnostics.messages(problems))

    async def stop(self, request: Any, peer: str) -> Any:
        return _pb().StopProvider.Response()

    # -- resources ----------------------------------------------------------------------------

    async def upgrade(self, request: Any, peer: str) -> Any:
        block = load(self.provider).resources[request.type_name]
        state = values.from_json(request.raw_state.json, block)
        return _pb().UpgradeResourceState.Response(upgraded_state=_dynamic(state, block))

    async def read(self, request: Any, peer: str) -> Any:
        type = request.type_name
        block = load(self.provider).resources[type]
        state = values.decode(request.current_state, block) or {}
        id = str(state.get("id") or "")
        new, problems = await self.ask("ReadResource", type, peer, lambda s, r: r.read(s, state), verb="read", id=id)
        return _pb().ReadResource.Response(
            new_state=_dynamic(state if problems else new, block),
            private=request.private,
            diagnostics=diagnostics.messages(problems),
        )

    async def plan(self, request: Any, peer: str) -> Any:
        pb, type = _pb(), request.type_name
        block, found = load(self.provider).resources[type], spec(self.provider, type)
        prior = values.decode(request.prior_state, block)
        config = values.decode(request.config, block)
        response = pb.PlanResourceChange.Response(legacy_type_system=True)
        if found is None:
            error = CloudError(501, "NotImplemented", f"the sandbox does not model the resource type {type}")
            problem = diagnostics.told(self.cloud, self.provider, error, verb="read", title=_title(type))
            response.diagnostics.extend(diagnostics.messages([problem]))
        elif config is None:
            response.planned_state.CopyFrom(_dynamic(None, block))
        else:
            planned = plan.planned(found, prior, config)
            response.planned_state.CopyFrom(_dynamic(planned, block))
            if prior is not None:
                response.requires_replace.extend(_path(path) for path in plan.replaces(found, prior, planned))
        return response

    async def apply(self, request: Any, peer: str) -> Any:
        type = request.type_name
        block = load(self.provider).resources[type]
        prior, planned = values.decode(request.prior_state, block), values.decode(request.planned_state, block)
        config = values.decode(request.config, block) or {}
        id = str((prior or {}).get("id") or "")
        if planned is None:
            verb, act = "delete", lambda s, r: r.delete(s, prior)
        elif prior is None:
            verb, act = "create", lambda s, r: r.create(s, planned, config)
        else:
            verb, act = "update", lambda s, r: r.update(s, prior, planned, config)
        new, problems = await self.ask(
            "ApplyResourceChange", type, peer, act, verb=verb, id=id, same=sameness((verb, planned or prior))
        )
        return _pb().ApplyResourceChange.Response(
            new_state=_dynamic(prior if problems else new, block),
            diagnostics=diagnostics.messages(problems),
            legacy_type_system=True,
        )

    async def import_state(self, request: Any, peer: str) -> Any:
        pb, type = _pb(), request.type_name
        block = load(self.provider).resources[type]
        new, problems = await self.ask(
            "ImportResourceState", type, peer, lambda s, r: r.imported(s, request.id), verb="import", id=request.id
        )
        response = pb.ImportResourceState.Response(diagnostics=diagnostics.messages(problems))
        if not problems:
            response.imported_resources.add(type_name=type, state=_dynamic(new, block))
        return response

    async def move(self, request: Any, peer: str) -> Any:
        problem = Problem(
            "Move Resource State Not Supported", f"{request.target_type_name} takes no other type's state."
        )
        return _pb().MoveResourceState.Response(diagnostics=diagnostics.messages([problem]))

    async def read_data(self, request: Any, peer: str) -> Any:
        type = request.type_name
        block = load(self.provider).data_sources[type]
        config = values.decode(request.config, block) or {}
        await self.latency.pause()
        problems: list[Problem] = []
        state = config
        try:
            session = self.peers.session(peer)
            state = {**config, **data_source(self.provider, type)(self.cloud, session, config)}
        except CloudError as error:
            problems = [diagnostics.told(self.cloud, self.provider, error, verb="read", title=_title(type))]
        self.record("ReadDataSource", type, peer, problems)
        return _pb().ReadDataSource.Response(state=_dynamic(state, block), diagnostics=diagnostics.messages(problems))

    async def functions(self, request: Any, peer: str) -> Any:
        return _pb().GetFunctions.Response()

    async def call_function(self, request: Any, peer: str) -> Any:
        return _pb().CallFunction.Response(error=_pb().FunctionError(text=f"there is no function {request.name}"))

    # -- what they share ----------------------------------------------------------------------

    async def ask(
        self, rpc: str, type: str, peer: str, act: Callable[[Any, Any], Any], *, verb: str, id: str, same: str = ""
    ) -> tuple[values.Values | None, list[Problem]]:
        """One operation of the cloud, as a whole or not at all; its refusal as problems. Where its answer is
        lost (see faults.py), the change is made and told as a failure. A provider that is throttled waits as it is
        told and asks again by itself, as the real ones do; a server's error is told once it has given up."""
        rule = self._fault(rpc, type, same)
        await self.latency.pause()
        problems: list[Problem] = []
        state = None
        found = spec(self.provider, type)
        try:
            if rule is not None and rule.kind == "throttled":
                await asyncio.sleep(rule.seconds)
            else:
                await refuse_or_wait(rule)
            session, handler = self.peers.session(peer), resource(self.cloud, self.provider, type)
            handler.admit(session)
            with self.cloud.store.transaction():
                state = act(session, handler)
        except CloudError as error:
            title = found.title if found else _title(type)
            problems = [diagnostics.told(self.cloud, self.provider, error, verb=verb, title=title, id=id)]
        self.record(rpc, type, peer, problems, rule)
        if rule is not None and rule.kind in LOST and not problems:
            if rule.kind == "timeout":
                await asyncio.sleep(rule.seconds)
            tell = diagnostics.timed_out if rule.kind == "timeout" else diagnostics.lost
            problems = [tell(found.title if found else _title(type), verb)]
        return state, problems

    def _fault(self, rpc: str, type: str, same: str = "") -> Rule | None:
        operation = f"{rpc} {type}".strip()
        return self.faults.take(Asked(f"provider.{self.provider}", rpc, operation, type, rpc == MUTATING_RPC, same))

    def record(self, rpc: str, type: str, peer: str, problems: list[Problem], rule: Rule | None = None) -> None:
        fault = rule.kind if rule else ""
        self.recorder.record_provider(self.provider, rpc, type, self.peers.caller_name(peer), not problems, fault=fault)


def _pb() -> Any:
    from tf.gen import tfplugin_pb2

    return tfplugin_pb2


def _title(type: str) -> str:
    return type.partition("_")[2].replace("_", " ")


def _dynamic(state: values.Values | None, block: Any) -> Any:
    return _pb().DynamicValue(msgpack=values.encode(state, block))


def _path(path: plan.Path) -> Any:
    pb = _pb()
    return pb.AttributePath(
        steps=[
            pb.AttributePath.Step(attribute_name=step)
            if isinstance(step, str)
            else pb.AttributePath.Step(element_key_int=step)
            for step in path
        ]
    )
