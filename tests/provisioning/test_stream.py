"""Terraform's JSON lines become typed events; nothing it prints is lost or breaks the reader."""

from __future__ import annotations

import json

from wizard.provisioning import stream

RESOURCE = {"addr": "databricks_catalog.lakehouse", "resource_type": "databricks_catalog"}


def line(**data: object) -> str:
    return json.dumps({"@level": "info", "@message": "said", **data})


def test_a_resource_is_planned_started_and_done() -> None:
    hook = {"resource": RESOURCE, "action": "create", "elapsed_seconds": 3}
    assert stream.parse(line(type="planned_change", change={"resource": RESOURCE, "action": "replace"})) == (
        stream.ResourceEvent("databricks_catalog.lakehouse", "replace", "planned")
    )
    assert stream.parse(line(type="apply_start", hook={"resource": RESOURCE, "action": "create"})) == (
        stream.ResourceEvent("databricks_catalog.lakehouse", "create", "started")
    )
    assert stream.parse(line(type="apply_progress", hook=hook)) == (
        stream.ResourceEvent("databricks_catalog.lakehouse", "create", "progress", 3.0)
    )
    assert stream.parse(line(type="apply_complete", hook=hook)) == (
        stream.ResourceEvent("databricks_catalog.lakehouse", "create", "done", 3.0)
    )
    assert stream.parse(line(type="apply_errored", hook=hook)) == (
        stream.ResourceEvent("databricks_catalog.lakehouse", "create", "failed", 3.0)
    )


def test_drift_is_told_apart_from_a_plan() -> None:
    event = stream.parse(line(type="resource_drift", change={"resource": RESOURCE, "action": "delete"}))
    assert event == stream.DriftEvent("databricks_catalog.lakehouse", "delete")


def test_a_diagnostic_keeps_its_place_and_resource() -> None:
    event = stream.parse(
        line(
            type="diagnostic",
            diagnostic={
                "severity": "error",
                "summary": "Unsupported argument",
                "detail": 'An argument named "nmae" is not expected here.',
                "address": "azurerm_resource_group.lakehouse",
                "range": {"filename": "main.tf", "start": {"line": 4, "column": 3}},
            },
        )
    )
    assert isinstance(event, stream.Diagnostic)
    assert (event.severity, event.place, event.address) == ("error", "main.tf:4", "azurerm_resource_group.lakehouse")
    assert "nmae" in event.text


def test_outputs_have_values_after_an_apply_and_names_before() -> None:
    applied = line(type="outputs", outputs={"catalog": {"sensitive": False, "type": "string", "value": "crisk"}})
    planned = line(type="outputs", outputs={"catalog": {"sensitive": False, "action": "create"}})
    assert stream.parse(applied) == stream.Outputs({"catalog": "crisk"})
    assert stream.parse(planned) == stream.Outputs({})


def test_the_summary_counts() -> None:
    changes = {"add": 2, "change": 1, "import": 0, "remove": 3, "operation": "plan"}
    assert stream.parse(line(type="change_summary", changes=changes)) == stream.ChangeSummary("plan", 2, 1, 3)


def test_anything_else_is_a_message() -> None:
    assert stream.parse("panic: runtime error\n") == stream.Message("panic: runtime error")
    assert stream.parse("42") == stream.Message("42")
    assert stream.parse(line(type="version", terraform="1.11.4")) == stream.Message("said")
    assert stream.parse(line(type="of another version")) == stream.Message("said")
