"""The three providers on TCP, in the loop of the sandbox; Terraform finds them by TF_REATTACH_PROVIDERS."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.faults import Faults
from wizard.sandbox.providers.schema import PROVIDERS, Provider
from wizard.sandbox.providers.service import Latency, Recorder, Service

Closer = Callable[[], Coroutine[Any, Any, None]]
NAMESPACES: dict[Provider, str] = {"azurerm": "hashicorp", "azuread": "hashicorp", "databricks": "databricks"}
REGISTRIES = ("registry.terraform.io", "registry.opentofu.org")


class Lease(Protocol):
    """What keeps the sandbox while somebody needs it."""

    def take(self) -> bool: ...
    def give_back(self) -> None: ...


async def serve(
    cloud: Cloud, recorder: Recorder, latency: Latency, lease: Lease, faults: Faults | None = None
) -> tuple[dict[str, Any], Closer]:
    """Start all providers. Returns the value of TF_REATTACH_PROVIDERS and what closes them.

    A connected Terraform holds the lease: one whose wizard was killed must be able to finish."""
    import grpc.aio

    reattach: dict[str, Any] = {}
    servers = []
    for provider in PROVIDERS:
        server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        service = Service(cloud, provider, recorder, latency, faults or Faults())
        server.add_generic_rpc_handlers((_provider_handler(service), *_plugin_handlers(service, lease)))
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        servers.append(server)
        address = {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": os.getpid(),
            "Test": True,
            "Addr": {"Network": "tcp", "String": f"127.0.0.1:{port}"},
        }
        reattach |= {f"{registry}/{NAMESPACES[provider]}/{provider}": address for registry in REGISTRIES}

    async def close() -> None:
        await asyncio.gather(*(server.stop(None) for server in servers))

    return reattach, close


def _provider_handler(service: Service) -> Any:
    import grpc
    from tf.gen import tfplugin_pb2 as pb

    rpcs: dict[str, tuple[Any, Callable[[Any, str], Awaitable[Any]]]] = {
        "GetMetadata": (pb.GetMetadata, service.get_metadata),
        "GetProviderSchema": (pb.GetProviderSchema, service.get_schema),
        "ValidateProviderConfig": (pb.ValidateProviderConfig, service.validate_provider),
        "ValidateResourceConfig": (pb.ValidateResourceConfig, service.validate_resource),
        "ValidateDataResourceConfig": (pb.ValidateDataResourceConfig, service.validate_data),
        "UpgradeResourceState": (pb.UpgradeResourceState, service.upgrade),
        "ConfigureProvider": (pb.ConfigureProvider, service.configure),
        "ReadResource": (pb.ReadResource, service.read),
        "PlanResourceChange": (pb.PlanResourceChange, service.plan),
        "ApplyResourceChange": (pb.ApplyResourceChange, service.apply),
        "ImportResourceState": (pb.ImportResourceState, service.import_state),
        "MoveResourceState": (pb.MoveResourceState, service.move),
        "ReadDataSource": (pb.ReadDataSource, service.read_data),
        "GetFunctions": (pb.GetFunctions, service.functions),
        "CallFunction": (pb.CallFunction, service.call_function),
        "StopProvider": (pb.StopProvider, service.stop),
    }
    handlers = {name: _unary(message.Request.FromString, answer) for name, (message, answer) in rpcs.items()}
    # Asked by Terraform 1.12 and later; the message is younger than the generated classes, and empty is "none".
    handlers["GetResourceIdentitySchemas"] = _unary(bytes, _nothing)
    return grpc.method_handlers_generic_handler("tfplugin6.Provider", handlers)


async def _nothing(request: Any, peer: str) -> bytes:
    return b""


def _unary(parse: Callable[[bytes], Any], answer: Callable[[Any, str], Awaitable[Any]]) -> Any:
    import grpc

    async def handle(request: Any, context: Any) -> Any:
        return await answer(request, context.peer())

    return grpc.unary_unary_rpc_method_handler(
        handle,
        request_deserializer=parse,
        response_serializer=lambda message: message if isinstance(message, bytes) else message.SerializeToString(),
    )


def _plugin_handlers(service: Service, lease: Lease) -> tuple[Any, ...]:
    """What every go-plugin client opens beside the provider. The stream for the plugin's output stays open
    as long as the connection, so its end tells that the peer is gone."""
    import grpc

    async def stream(request: Any, context: Any) -> Any:
        held = lease.take()
        try:
            await asyncio.Event().wait()
        finally:
            service.peers.forget(context.peer())
            if held:
                lease.give_back()
        yield b""

    async def broker(requests: Any, context: Any) -> Any:
        async for _ in requests:
            yield b""

    stdio = grpc.unary_stream_rpc_method_handler(stream, request_deserializer=bytes, response_serializer=bytes)
    brokering = grpc.stream_stream_rpc_method_handler(broker, request_deserializer=bytes, response_serializer=bytes)
    return (
        grpc.method_handlers_generic_handler("plugin.GRPCStdio", {"StreamStdio": stdio}),
        grpc.method_handlers_generic_handler("plugin.GRPCBroker", {"StartStream": brokering}),
        grpc.method_handlers_generic_handler("plugin.GRPCController", {"Shutdown": _unary(bytes, _nothing)}),
    )
