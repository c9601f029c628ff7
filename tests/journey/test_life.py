"""A lakehouse from nothing to rows, again, through drift, to nothing, and back."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.journey.conftest import OTHER_ACCOUNTS, ROOT, Life
from wizard.commands.answers import event_schema

ACCOUNTS = ROOT / "templates" / "samples" / "account.csv"


def test_every_step_of_the_first_run_ends_done(life: Life) -> None:
    first = life.ran["first"]
    assert first.code == 0, first.explain()
    assert len(first.verdicts()) == 18
    assert set(first.verdicts().values()) == {"done"}


def test_the_tables_hold_the_input_row_by_row_and_ids_keep_their_zeros(life: Life) -> None:
    with ACCOUNTS.open(encoding="utf-8", newline="") as stream:
        wanted = sorted((row["user_id"], row["name"], row["email"], row["city"]) for row in csv.DictReader(stream))
    assert len(wanted) == 51
    assert any(row[0].startswith("0") for row in wanted)
    bronze, silver = (life.tables["first"][f"{layer}.account"] for layer in ("bronze", "silver"))
    assert sorted((row["user_id"], row["name"], row["email"], row["city"]) for row in bronze) == wanted
    assert sorted((row["user_id"], row["city"]) for row in silver) == [(row[0], row[3]) for row in wanted]


def test_silver_has_names_as_hashes_and_addresses_masked(life: Life) -> None:
    clear = {row["user_id"]: row for row in life.tables["first"]["bronze.account"]}
    silver = life.tables["first"]["silver.account"]
    assert all(re.fullmatch(r"v1:[0-9a-f]{64}", row["name"]) for row in silver)
    assert len({row["name"] for row in silver}) == len({row["name"] for row in clear.values()})
    for row in silver:
        first, _, domain = clear[row["user_id"]]["email"].partition("@")
        assert row["email"] == f"{first[0]}***@{domain}"


def test_both_models_account_for_every_row(life: Life) -> None:
    (summary,) = life.ran["first"].find("summary")
    counted = {table["name"]: table["rows"] for table in summary["tables"]}
    for name, rows in life.tables["first"].items():
        assert counted[f"crisk.{name}"] == len(rows)
    consents = life.tables["first"]["bronze.consents"]
    assert len(life.tables["first"]["silver.consents"]) == len({(row["user_id"], row["tipo_id"]) for row in consents})


def test_a_second_run_changes_nothing(life: Life) -> None:
    assert life.ran["second"].code == 0, life.ran["second"].explain()
    assert life.mutating["first"] > 50
    assert life.mutating["second"] == 0
    assert life.store_bytes["second"] == life.store_bytes["first"]
    assert life.ran["second"].find("apply_started") == []


def test_status_asks_the_world_and_changes_nothing(life: Life) -> None:
    (report,) = [json.loads(life.ran["status"].out)]
    assert {step["verdict"] for step in report["steps"]} == {"done"}
    assert life.mutating["status"] == 0
    (deep,) = [json.loads(life.ran["deep"].out)]
    assert {t["name"]: t["rows"] for t in deep["tables"]} == {t["name"]: t["rows"] for t in report["tables"]}


def test_what_was_deleted_from_outside_is_named_and_mended(life: Life) -> None:
    assert life.answers["drift"].ok, life.answers["drift"].text
    report = {step["name"]: step for step in json.loads(life.ran["drifted"].out)["steps"]}
    assert report["unity-catalog"]["verdict"] == "todo"
    assert "gold" in report["unity-catalog"]["why"]
    assert life.ran["mended"].code == 0, life.ran["mended"].explain()
    assert life.ran["mended"].verdicts()["unity-catalog"] == "done"


def test_a_plan_says_what_a_run_would_do_and_does_not_do_it(life: Life) -> None:
    planned = life.ran["planned"]
    assert planned.code == 0, planned.explain()
    (ended,) = planned.find("run_ended")
    assert (ended["result"], ended["exit_code"]) == ("planned", 0)
    (checked,) = planned.find("checked", step="unity-catalog")
    assert any("gold" in change for change in checked["changes"])
    assert life.mutating["planned"] == 0


def test_no_command_leaves_a_saved_plan_behind(life: Life) -> None:
    assert {name: plans for name, plans in life.saved_plans.items() if plans} == {}


def test_every_line_of_json_is_of_the_published_schema(life: Life) -> None:
    events = Draft202012Validator(event_schema())
    told = [ran for name, ran in life.ran.items() if name not in ("status", "deep", "drifted")]
    flaws = [flaw.message for ran in told for event in ran.events for flaw in events.iter_errors(event)]
    assert flaws == []
    assert {"summary", "destroy_plan"} <= {event["event"] for ran in told for event in ran.events}


def test_the_principal_user_reads_silver_and_somebody_outside_the_group_does_not(life: Life) -> None:
    catalogs = life.answers["owner's catalogs"].json()["catalogs"]
    assert "crisk" in {catalog["name"] for catalog in catalogs}
    read = life.answers["owner reads"].json()
    assert read["status"]["state"] == "SUCCEEDED", read
    assert len(read["result"]["data_array"]) == 51
    assert life.answers["outsider reads"].status_code == 403 or (
        life.answers["outsider reads"].json()["status"]["state"] == "FAILED"
    )


def test_destroy_shows_its_plan_and_does_nothing_unconfirmed(life: Life) -> None:
    unconfirmed = life.ran["unconfirmed"]
    assert unconfirmed.code == 2
    (plan,) = unconfirmed.find("destroy_plan")
    losses = " ".join(loss for step in plan["steps"] for loss in step["data_loss"])
    assert "crisk.silver.account" in losses
    assert life.mutating["unconfirmed"] == 0


BILLABLE = ("Microsoft.Databricks/", "Microsoft.Storage/", "Microsoft.Network/natGateways",
            "Microsoft.Network/publicIP", "Microsoft.EventHub/", "ws.cluster", "ws.job")  # fmt: skip


def test_destroy_leaves_nothing_billable_and_no_directory_object_of_ours(life: Life) -> None:
    assert life.ran["destroyed"].code == 0, life.ran["destroyed"].explain()
    left = life.stores["destroyed"]
    assert [kind for kind, objects in left.items() if objects and kind.startswith(BILLABLE)] == []
    assert "data_engineer" not in json.dumps(left.get("entra.group", {}))


def test_a_second_destroy_finds_nothing_to_do(life: Life) -> None:
    assert life.ran["nothing"].code == 0, life.ran["nothing"].explain()
    assert life.mutating["nothing"] == 0
    assert life.ran["nothing"].find("destroy_plan")[0]["steps"] == []


def test_after_a_destroy_the_next_run_converges_on_other_input(life: Life) -> None:
    assert life.ran["reborn"].code == 0, life.ran["reborn"].explain()
    rows = life.tables["reborn"]["silver.account"]
    assert sorted(row["user_id"] for row in rows) == [row["user_id"] for row in OTHER_ACCOUNTS]


def test_no_secret_is_in_any_argv_nor_in_any_file_but_the_sandbox_s_own_private_ones(life: Life) -> None:
    assert life.leaks == []
    outputs = "".join(ran.out + ran.err for ran in life.ran.values())
    assert not any(secret in outputs for secret in life.secrets)


def test_the_sandbox_knew_every_request(life: Life) -> None:
    assert life.unknown == []


@pytest.mark.parametrize("name", ["journal.jsonl", "logs/events.log"])
def test_the_journal_and_the_log_are_lines_of_events(life: Life, name: str) -> None:
    lines = (Path(life.folder) / ".wizard" / name).read_text(encoding="utf-8").splitlines()
    assert lines
    assert all("event" in json.loads(line) for line in lines)
