"""Runs that a restart cut off, and how a statement is understood before Spark sees it."""

from __future__ import annotations

import pytest

from tests.sandbox.databricks_support import lake
from wizard.sandbox.domain import jobs
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import CloudError
from wizard.sandbox.domain.runs import state_of
from wizard.sandbox.domain.statement_plan import Describe, Query, Show, StatementRefused, plan

HERE = {"catalog": "crisk", "schema": "silver"}


def test_a_run_cut_off_by_a_restart_ends_as_an_internal_error(cloud: Cloud) -> None:
    here = lake(cloud)
    running = {
        "job_id": 1,
        "run_id": 2,
        "start_time": 0,
        "creator_user_name": here.principal.name,
        **state_of("RUNNING"),
    }
    task = {"run_id": 3, "task_key": "t", **state_of("RUNNING")}
    cloud.store.put("ws.run", f"{here.workspace}/2", {**running, "tasks": [task]})
    jobs.register(cloud)
    run = cloud.kind("ws.run").read(here.principal, "2")
    assert run["state"]["life_cycle_state"] == "INTERNAL_ERROR"
    assert run["tasks"][0]["status"]["termination_details"]["type"] == "INTERNAL_ERROR"


def test_names_are_completed_and_common_table_expressions_are_no_tables() -> None:
    found = plan("WITH x AS (SELECT * FROM account) SELECT count(*) FROM x JOIN crisk.bronze.account", HERE, "me")
    assert isinstance(found, Query)
    assert sorted(found.tables) == ["crisk.bronze.account", "crisk.silver.account"]
    assert "crisk.silver.account" in found.text


def test_a_statement_with_whole_names_goes_to_spark_as_it_is() -> None:
    text = "SELECT  id FROM `crisk`.silver.account -- all"
    found = plan(text + ";", {}, "me")
    assert found == Query(text, ("crisk.silver.account",))


def test_parameters_and_the_callers_name_are_filled_in() -> None:
    request = {**HERE, "parameters": [{"name": "who", "value": "o'x", "type": "STRING"}]}
    found = plan("SELECT current_user() FROM account WHERE id = :who", request, "me@example.com")
    assert isinstance(found, Query)
    assert "'me@example.com'" in found.text
    assert ":who" not in found.text


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SHOW CATALOGS", Show("catalogs", ())),
        ("show schemas in crisk;", Show("schemas", ("crisk",))),
        ("SHOW TABLES IN crisk.silver", Show("tables", ("crisk", "silver"))),
        ("SHOW TABLES FROM bronze", Show("tables", ("crisk", "bronze"))),
        ("DESCRIBE TABLE account", Describe("crisk.silver.account")),
    ],
)
def test_what_the_catalog_itself_answers(statement: str, expected: object) -> None:
    assert plan(statement, HERE, "me") == expected


def test_bad_sql_fails_and_what_is_not_modelled_is_told_loudly() -> None:
    with pytest.raises(StatementRefused, match="PARSE_SYNTAX_ERROR"):
        plan("SELEKT 1 FROM", {}, "me")
    with pytest.raises(StatementRefused, match="TABLE_OR_VIEW_NOT_FOUND"):
        plan("SELECT * FROM account", {}, "me")
    with pytest.raises(CloudError, match="information_schema"):
        plan("SELECT * FROM crisk.information_schema.tables", {}, "me")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO crisk.silver.account VALUES ('1')",
        "WITH x AS (SELECT 1) INSERT INTO crisk.silver.account SELECT * FROM x",
        "UPDATE crisk.silver.account SET city = 'x'",
        "DELETE FROM crisk.silver.account",
        "MERGE INTO crisk.silver.account t USING x s ON t.id = s.id WHEN MATCHED THEN DELETE",
        "CREATE TABLE crisk.silver.t AS SELECT 1",
        "DROP TABLE crisk.silver.account",
        "GRANT SELECT ON TABLE crisk.silver.account TO x",
        "USE CATALOG crisk",
        "SET x = 1",
    ],
)
def test_a_statement_only_asks_so_its_post_does_not_count_as_mutating(statement: str) -> None:
    with pytest.raises((CloudError, StatementRefused)) as refusal:
        plan(statement, HERE, "me")
    assert getattr(refusal.value, "status", 400) in (400, 501)
