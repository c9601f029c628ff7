"""Every operation of the API surface comes from the client that operations.yaml names, and is answered."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.operations.exercises import EXERCISES
from tests.operations.running import Exercised
from tests.operations.spec import AGENTS, Operation, load
from wizard.sandbox.lease import Lease
from wizard.sandbox.recorder import Latency
from wizard.sandbox.rest import states
from wizard.sandbox.rest.control import Controls
from wizard.sandbox.rest.dispatch import RouteTable
from wizard.sandbox.rest.route import Route
from wizard.sandbox.server import ROUTES

SPEC = load()


@pytest.mark.parametrize("operation", SPEC.operations, ids=lambda operation: operation.id.replace(" ", "-"))
def test_the_operation_was_recorded_from_its_client(operation: Operation, exercised: Exercised) -> None:
    failure = exercised.failures.get(operation.exercise)
    assert failure is None, f"{operation.exercise} failed:\n{failure}"
    found = exercised.records[operation.exercise]
    assert any(operation.recorded(record) for record in found), [
        (record["method"], record["path"], record["query"], record["operation"], record["agent"], record["status"])
        for record in found
        if operation.sent_by(record) or record["operation"] == operation.route
    ]


def test_no_exercise_failed(exercised: Exercised) -> None:
    assert exercised.failures == {}


def test_the_list_is_well_formed() -> None:
    doubled = [id for id, number in Counter(one.id for one in SPEC.operations).items() if number > 1]
    assert doubled == []
    assert {one.client for one in SPEC.operations} == set(AGENTS)
    assert {one.exercise for one in SPEC.operations} <= {exercise.__name__ for exercise in EXERCISES}


def test_every_operation_of_the_sandbox_is_named() -> None:
    """Nothing is left over: a route that no client is known to send has no place, and no entry lacks its route."""
    served = {f"{host} {route.operation} {route.method}" for host, routes in ROUTES.items() for route in routes}
    named = {f"{one.host} {one.route} {one.method}" for one in SPEC.operations if one.route != "not modelled"}
    assert sorted(served - named - set(SPEC.own)) == []
    assert sorted(named - served) == []
    assert {name.split()[0] for name in SPEC.own} == {"control", "states"}


def test_what_the_sandbox_keeps_for_itself_is_named(tmp_path: Path) -> None:
    controls = Controls(tmp_path, "token", Lease(1.0, lambda: None, lambda: False), Latency(), dict, lambda: None)
    kept = {f"control {route.operation} {route.method}" for route in controls.routes()}
    kept |= {f"states {route.operation} {route.method}" for route in states.ROUTES}
    assert kept == set(SPEC.own)


def test_every_request_belongs_to_an_operation(exercised: Exercised) -> None:
    """What the exercises made clients send, and nobody listed, would be an operation that was forgotten."""
    forgotten = {
        f"{record['host']} {record['method']} {record['path']}"
        for record in exercised.everything
        if not any(operation.addressed(record) for operation in SPEC.operations)
    }
    assert sorted(forgotten) == []


def test_every_route_was_reached(exercised: Exercised) -> None:
    """Each line of the sandbox's tables of clouds, the ones among them that share a name."""
    tables = {host: RouteTable(host, routes) for host, routes in ROUTES.items()}
    reached: set[tuple[str, Route]] = set()
    for record in exercised.everything:
        found = tables[record["host"]].find(record["method"], record["path"])
        if found is not None:
            reached.add((record["host"], found[0]))
    every = {
        (host, route)
        for host, routes in ROUTES.items()
        for route in routes
        if f"{host} {route.operation} {route.method}" not in SPEC.own  # these are no operation of a cloud's client
    }
    assert sorted(f"{host} {route.method} {route.path}" for host, route in every - reached) == []


def test_the_unknown_is_a_failure_in_the_record(exercised: Exercised) -> None:
    """Never a silent empty answer: each such request was provoked, is recorded with its name, and with 501."""
    unknown = [one for one in exercised.everything if str(one["operation"]).startswith("not modelled: ")]
    assert unknown
    assert {one["status"] for one in unknown} == {501}
    assert all(one["operation"] == f"not modelled: {one['method']} {one['path']}" for one in unknown)
    assert unknown == [one for one in exercised.records["unknown_operations"] if one in unknown]


def test_nothing_broke_inside_the_sandbox(exercised: Exercised) -> None:
    assert [one for one in exercised.everything if one["status"] == 500] == []


def test_metadata_is_asked_for_first_and_without_a_token(exercised: Exercised) -> None:
    """Rule 1 of the surface."""
    first = exercised.records["the_account_and_its_workspaces"][0]
    assert (first["operation"], first["caller"]) == ("account.metadata", "")
