"""A job is updated only when it differs in something that we set."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from databricks.sdk.service.jobs import Job, JobSettings
from lakehouse_jobs import PROTOCOL
from lakehouse_jobs.contract.model import Notifications

from wizard.steps.job_settings import ClusterChoice, Ingest, differences, job_labels

WANTED = Ingest(
    base="risk",
    label="account",
    models=("account",),
    catalog="crisk",
    contract="/Volumes/crisk/ops/libraries/contracts/account-0123456789ab.yaml",
    library="/Volumes/crisk/ops/libraries/lakehouse_jobs/0.1.0-0123456789ab/lakehouse_jobs-0.1.0-py3-none-any.whl",
    runs="/Volumes/crisk/ops/runs",
    cron="0 49 1 * * ?",
    notifications=Notifications(on_failure=("oncall@example.com",)),
    cluster=ClusterChoice("policy", "17.3.x-scala2.13", "Standard_DS3_v2"),
    tags={"domain": "risk", "lakehouse-setup": "0123456789ab"},
    run_as="8a52c7e9-0f14-4d3b-b6e8-2c9d5f7a1043",
    secret_scope="scope-adbdrisk",
)


def stored(**changes: Any) -> Job:
    """The job as a service gives it back: run_as beside the settings, defaults of its own among them."""
    settings = WANTED.settings().as_dict()
    settings.pop("run_as")
    settings |= {"format": "MULTI_TASK", "timeout_seconds": 0, "webhook_notifications": {}, "queue": {"enabled": True}}
    settings["tasks"][0] |= {"run_if": "ALL_SUCCESS", "email_notifications": {}, "timeout_seconds": 0}
    settings["job_clusters"][0]["new_cluster"] |= {"azure_attributes": {"availability": "ON_DEMAND_AZURE"}}
    return Job(job_id=1, run_as_user_name=WANTED.run_as, settings=JobSettings.from_dict(settings | changes))


def test_the_settings_are_those_of_the_facts() -> None:
    sent = WANTED.settings().as_dict()
    assert sent["name"] == "ingest-risk-account"
    assert sent["tasks"][0]["task_key"] == "task-ingest-risk-account"
    assert sent["schedule"] == {
        "quartz_cron_expression": "0 49 1 * * ?",
        "timezone_id": "America/Sao_Paulo",
        "pause_status": "PAUSED",
    }
    task = sent["tasks"][0]["python_wheel_task"]
    assert (task["package_name"], task["entry_point"]) == ("lakehouse_jobs", "ingest")
    given = dict(zip(task["parameters"][::2], task["parameters"][1::2], strict=True))
    assert given == {
        "--contract": WANTED.contract,  # all its models: none is named
        "--catalog": "crisk",
        "--run-record": "/Volumes/crisk/ops/runs/{model}/{{job.run_id}}.json",
        "--secret-scope": "scope-adbdrisk",
        "--pii-key": "pii-key-1",
        "--protocol": str(PROTOCOL),
    }


def test_a_job_is_called_by_its_model_or_its_contract_and_no_two_are_the_same() -> None:
    one, several = {"contracts/customers.yaml": ["account"]}, {"contracts/account.yaml": ["orders", "items"]}
    assert job_labels(one) == {"contracts/customers.yaml": "account"}
    assert job_labels(several) == {"contracts/account.yaml": "account"}
    # Here the model is called as the other contract's file.
    assert job_labels(one | several) == {"contracts/customers.yaml": "customers", "contracts/account.yaml": "account"}
    assert WANTED.replaced == ()
    assert replace(WANTED, label="sales", models=("orders", "sales")).replaced == ("ingest-risk-orders",)


def test_what_a_service_adds_is_no_difference() -> None:
    assert differences(WANTED.settings(), stored()) == []


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"library": "/Volumes/other.whl"}, "tasks[0].libraries[0].whl"),
        ({"contract": "/Volumes/other.yaml"}, "tasks[0].python_wheel_task.parameters[1]"),
        ({"cron": "0 0 2 * * ?"}, "schedule.quartz_cron_expression"),
        ({"cron": None}, "schedule"),
        ({"notifications": Notifications()}, "email_notifications"),
        ({"tags": {"domain": "risk", "lakehouse-setup": "ba9876543210"}}, "tags.lakehouse-setup"),
        ({"run_as": "another"}, "run_as"),
        ({"cluster": ClusterChoice("policy", "18.0.x-scala2.13", "Standard_DS3_v2")},
         "job_clusters[0].new_cluster.spark_version"),
    ],
)  # fmt: skip
def test_each_change_is_named(changed: dict[str, Any], where: str) -> None:
    assert where in differences(replace(WANTED, **changed).settings(), stored())


@pytest.mark.parametrize(
    ("drift", "where"),
    [
        ({"schedule": {"quartz_cron_expression": "0 49 1 * * ?", "timezone_id": "UTC", "pause_status": "UNPAUSED"}},
         ["schedule.pause_status", "schedule.timezone_id"]),
        ({"tasks": []}, ["tasks"]),
        ({"continuous": {"pause_status": "UNPAUSED"}}, ["continuous"]),
    ],
)  # fmt: skip
def test_what_somebody_changed_is_named(drift: dict[str, Any], where: list[str]) -> None:
    assert differences(WANTED.settings(), stored(**drift)) == where
