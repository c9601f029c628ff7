"""Deploy, load and look: the late steps over a lakehouse that Terraform built in the sandbox, rows by real Spark."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.jobs import JobSettings

from tests.steps.early import Setup, open_setup
from wizard import assets, journey
from wizard.report.closing import close
from wizard.report.status import counted_tables
from wizard.sandbox import process
from wizard.setup.answers import load
from wizard.setup.context import FactsMissing
from wizard.setup.events import ModelRows
from wizard.setup.step import Finding, StepFailed, Verdict
from wizard.steps.contracts import Contracts
from wizard.steps.exploration import Exploration
from wizard.steps.facts import CatalogFacts, FirstRunFacts, IngestionFacts
from wizard.steps.first_run import FirstRun
from wizard.steps.ingestion import Ingestion

NAME = "ingest-risk-account"
LATE = ("contracts", "ingestion", "first-run", "exploration", "summary")


@pytest.fixture(scope="module")
def setup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setup]:
    """A journey gone to its end; each test leaves it so. Its sample stands beside its answers."""
    root = tmp_path_factory.mktemp("late")
    sample = (assets.path("templates") / "samples" / "account.csv").read_bytes()
    (root / "account.csv").write_bytes(sample)
    with process.connect(root / "state") as connection:
        account = {"account_id": {"account_id": connection.info["account_id"]}}
        setup = open_setup(connection, root, {"first_run": {"samples": {"account": "account.csv"}}, **account})
        for step in journey.steps():
            finding = setup.settle(step)
            assert finding.verdict is Verdict.DONE, f"{step.name}: {finding}"
        yield setup
    process.stop(root / "state")


@pytest.fixture
def workspace(setup: Setup) -> WorkspaceClient:
    return setup.world.workspace(setup.context("test"))


def only_job(setup: Setup) -> int:
    facts = setup.book.find(IngestionFacts)
    assert facts is not None
    return facts.jobs["account"]


def volume(setup: Setup, name: str) -> str:
    facts = setup.book.find(CatalogFacts)
    assert facts is not None
    return facts.volumes[name].rstrip("/")


def rows(finding: Finding) -> dict[str, int | None]:
    assert isinstance(finding.facts, FirstRunFacts)
    return {table.name: table.rows for table in finding.facts.tables}


def test_a_second_check_is_done_with_few_reads_and_no_write(setup: Setup) -> None:
    before, written = len(setup.connection.requests()), setup.mutations()
    for step in journey.steps():
        if step.name in LATE:
            assert setup.check(step).verdict is Verdict.DONE
    assert setup.mutations() == written
    # Two of them: whether bronze and silver are there; five: whether people can use the catalog.
    assert len(setup.connection.requests()) - before <= 21


def test_every_input_row_is_in_bronze_and_silver_as_the_tables_themselves_count(setup: Setup) -> None:
    assert rows(setup.check(FirstRun())) == {"crisk.bronze.account": 51, "crisk.silver.account": 51}
    counted = counted_tables(setup.context("status"))
    assert [(table.name, table.rows, table.why) for table in counted] == [
        ("crisk.bronze.account", 51, None),
        ("crisk.silver.account", 51, None),
    ]


def test_the_end_is_told_and_its_receipt_written_once(setup: Setup) -> None:
    steps = journey.steps()
    findings = {step.name: setup.check(step) for step in steps if step.name in LATE}
    closing = close(setup.context("summary"), findings, steps)
    assert closing.cost is not None
    assert closing.cost.complete
    assert closing.cost.note == setup.connection.target.price_note
    assert closing.cost.lines[0].title == "NAT gateway"
    assert closing.receipt == close(setup.context("summary"), findings, steps).receipt
    assert len(list(setup.folder.receipts.glob("*.json"))) == 1


def test_a_changed_job_is_updated_in_place_and_keeps_its_runs(setup: Setup, workspace: WorkspaceClient) -> None:
    job_id, runs = only_job(setup), len(list(workspace.jobs.list_runs(job_id=only_job(setup))))
    workspace.jobs.update(job_id, new_settings=JobSettings(max_concurrent_runs=5))
    found = setup.check(Ingestion())
    assert (found.verdict, found.changes) == (
        Verdict.TODO,
        (f"update job {NAME} in place: max_concurrent_runs",),
    )
    assert setup.settle(Ingestion()).verdict is Verdict.DONE
    assert only_job(setup) == job_id
    assert len(list(workspace.jobs.list_runs(job_id=job_id))) == runs


def test_a_deleted_wheel_is_uploaded_again(setup: Setup, workspace: WorkspaceClient) -> None:
    facts = setup.book.find(IngestionFacts)
    assert facts is not None
    workspace.files.delete(facts.library)
    assert setup.check(Ingestion()).changes == (f"upload {facts.library}",)
    assert setup.settle(Ingestion()).verdict is Verdict.DONE


def test_a_job_of_somebody_else_is_named_and_left_alone(setup: Setup, workspace: WorkspaceClient) -> None:
    job_id = only_job(setup)
    tags = dict((workspace.jobs.get(job_id).settings or JobSettings()).tags or {})
    workspace.jobs.update(job_id, new_settings=JobSettings(tags={**tags, "lakehouse-setup": "another"}))
    written = setup.mutations()
    found = setup.check(Ingestion())
    assert found.verdict is Verdict.BLOCKED
    assert found.problem is not None
    assert NAME in found.problem.what
    with pytest.raises(StepFailed, match=NAME):
        Ingestion().apply(setup.context("ingestion"))
    assert setup.mutations() == written
    workspace.jobs.update(job_id, new_settings=JobSettings(tags=tags))
    assert setup.check(Ingestion()).verdict is Verdict.DONE


def test_input_of_another_length_is_loaded_by_another_run(setup: Setup, workspace: WorkspaceClient) -> None:
    sample = setup.folder.root.parent / "account.csv"
    before = sample.read_bytes()
    sample.write_bytes(before + b"0091,New,new@example.com,Recife\n0092,Newer,newer@example.com,Natal\n")
    found = setup.check(FirstRun())
    assert (found.verdict, found.changes) == (Verdict.TODO, ("upload the sample of account, and run its job",))
    done = setup.settle(FirstRun())
    assert done.verdict is Verdict.DONE
    # Bronze keeps each file's rows, silver one row for each key.
    assert rows(done) == {"crisk.bronze.account": 104, "crisk.silver.account": 53}
    assert [table.rows for table in counted_tables(setup.context("status"))] == [104, 53]


def test_a_run_that_fails_is_told_with_the_jobs_own_error(setup: Setup, workspace: WorkspaceClient) -> None:
    contract = next(iter(workspace.files.list_directory_contents(f"{volume(setup, 'libraries')}/contracts"))).path
    assert contract is not None
    workspace.files.delete(contract)
    late = f"{volume(setup, 'landing')}/account/late.csv"
    workspace.files.upload(late, io.BytesIO(b"user_id,name,email,city\n0093,Late,late@example.com,Belem\n"))
    with pytest.raises(StepFailed) as raised:
        FirstRun().apply(setup.context("first-run"))
    problem = raised.value.problem
    assert "account" in problem.what
    assert Path(contract).name in problem.why + str(problem.raw_message)
    assert problem.raw_code == "FAILED"
    again = setup.check(FirstRun())
    assert again.verdict is Verdict.TODO
    assert setup.settle(Ingestion()).verdict is Verdict.DONE
    assert rows(setup.settle(FirstRun()))["crisk.silver.account"] == 54


BRONZE, SILVER = "crisk.bronze.account", "crisk.silver.account"
QUARANTINE = f"{SILVER}_quarantine"
COLUMNS = {BRONZE: "user_id, name, _file_path", SILVER: "user_id, name, email", QUARANTINE: "name, _rules"}


def held(workspace: WorkspaceClient) -> dict[str, list[str]]:
    """What each table holds, as SQL reads it."""
    found = {}
    warehouse = str(next(iter(workspace.warehouses.list())).id)
    for table, columns in COLUMNS.items():
        statement = f"SELECT {columns} FROM {table}"
        answer = workspace.statement_execution.execute_statement(statement, warehouse, wait_timeout="50s")
        assert answer.result is not None, answer.status
        found[table] = sorted(str(row) for row in answer.result.data_array or [])
    return found


@pytest.mark.parametrize("lost", [(SILVER,), (BRONZE,), (BRONZE, SILVER)], ids=", ".join)
def test_tables_that_are_gone_are_loaded_again_row_for_row(
    setup: Setup, workspace: WorkspaceClient, lost: tuple[str, ...]
) -> None:
    bad = f"{volume(setup, 'landing')}/account/bad.csv"
    if BRONZE not in lost:
        workspace.files.upload(bad, io.BytesIO(b"user_id,name,email,city\n,Nobody,nobody@example.com,Natal\n"))
    whole = rows(setup.settle(FirstRun()))
    assert whole[QUARANTINE] == 1
    before = held(workspace)
    for table in lost:
        workspace.tables.delete(table)
    found = setup.check(FirstRun())
    assert (found.verdict, found.changes) == (Verdict.TODO, (f"table {', '.join(lost)} is gone: load again",))
    assert rows(found) == {name: count for name, count in whole.items() if name not in lost}
    if lost == (SILVER,):  # as at night: the schedule's run makes silver anew, and empty
        workspace.jobs.run_now(only_job(setup)).result()
        assert setup.check(FirstRun()).verdict is Verdict.TODO
    done = setup.settle(FirstRun())
    assert (done.verdict, rows(done)) == (Verdict.DONE, whole)
    assert held(workspace) == before


def test_before_its_jobs_are_there_a_look_at_it_waits(setup: Setup) -> None:
    there = setup.book.find(IngestionFacts)
    assert there is not None
    setup.book.add(there.model_copy(update={"jobs": {}}))
    try:
        with pytest.raises(FactsMissing):
            setup.check(FirstRun())
    finally:
        setup.book.add(there)


def test_where_the_rows_went_is_told(setup: Setup) -> None:
    # 51, 53, 1 and 1 rows of four files: the second holds the keys of the first again, the last row has none.
    assert (
        "account: 106 rows read, 51 duplicates left out, 1 invalid and quarantined, 54 inserted"
        in setup.check(FirstRun()).why
    )


def test_a_notebook_that_was_deleted_comes_back(setup: Setup, workspace: WorkspaceClient) -> None:
    workspace.workspace.delete("/Shared/lakehouse-risk/explore")
    found = setup.check(Exploration())
    assert (found.verdict, found.changes) == (Verdict.TODO, ("write /Shared/lakehouse-risk/explore",))
    assert setup.settle(Exploration()).verdict is Verdict.DONE
    with workspace.workspace.download("/Shared/lakehouse-risk/explore") as notebook:
        text = notebook.read().decode()
    assert 'dbutils.widgets.text("catalog", "crisk", "Catalog")' in text
    assert "{{" not in text


def test_a_folder_of_somebody_else_is_left_alone(setup: Setup, workspace: WorkspaceClient) -> None:
    workspace.workspace.delete("/Shared/lakehouse-risk/manifest.json")
    found = setup.check(Exploration())
    assert found.verdict is Verdict.BLOCKED
    assert Exploration().removal(setup.context("exploration")) is None
    workspace.workspace.delete("/Shared/lakehouse-risk", recursive=True)
    assert setup.settle(Exploration()).verdict is Verdict.DONE


PAIR = """\
apiVersion: v3.1.0
kind: DataContract
id: urn:datacontract:risk:sales
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - {name: order_id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}
      - {name: total, logicalType: number, physicalType: "DECIMAL(9,2)"}
  - name: items
    properties:
      - {name: item_id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}
"""


@pytest.fixture
def pair(setup: Setup, workspace: WorkspaceClient) -> Iterator[None]:
    """A second contract, of two models, for which an older version made a job each."""
    root, before = setup.folder.root.parent, setup.answers
    (root / "sales.yaml").write_text(PAIR)
    (root / "orders.csv").write_text("order_id,total\n1,2.50\n2,x\n3,1\n")
    answers = yaml.safe_load((root / "answers.yaml").read_text())
    answers["contracts"]["files"].append("sales.yaml")
    answers["first_run"]["samples"]["orders"] = "orders.csv"
    (root / "two.yaml").write_text(yaml.safe_dump(answers))
    setup.answers = load(journey.questions(), root / "two.yaml", {})
    tags = dict((workspace.jobs.get(only_job(setup)).settings or JobSettings()).tags or {})
    for model in ("orders", "items"):
        workspace.jobs.create(name=f"ingest-risk-{model}", tags=tags)
    yield
    setup.answers = before
    for step in (Contracts(), Ingestion(), FirstRun()):
        assert setup.settle(step).verdict is Verdict.DONE


@pytest.mark.usefixtures("pair")
def test_the_models_of_a_contract_have_one_job_and_one_that_fails_stops_no_other(
    setup: Setup, workspace: WorkspaceClient
) -> None:
    setup.settle(Contracts())
    changes = setup.check(Ingestion()).changes
    assert [change for change in changes if "run history" in change] == [
        f"remove job ingest-risk-{model} with its run history: its contract has one job for all its models"
        for model in ("items", "orders")
    ]
    done = setup.settle(Ingestion())
    assert isinstance(done.facts, IngestionFacts)
    jobs = done.facts.jobs
    assert jobs["orders"] == jobs["items"] != jobs["account"]
    assert {job.settings.name for job in workspace.jobs.list() if job.settings} == {NAME, "ingest-risk-sales"}

    obstacle = f"{volume(setup, 'checkpoints')}/items"
    workspace.files.upload(obstacle, io.BytesIO(b"a file where a folder belongs"))
    with pytest.raises(StepFailed) as raised:
        setup.settle(FirstRun())
    problem = raised.value.problem
    assert problem.what == "the run of items did not succeed"
    assert problem.why.startswith("items: ")
    told = {event.model: event for event in setup.events if isinstance(event, ModelRows)}
    assert (told["orders"].state, told["items"].state) == ("done", "failed")
    assert (told["orders"].taken, told["orders"].valid, told["orders"].quarantined) == (3, 2, 1)
    lacking = setup.check(FirstRun()).changes
    assert len(lacking) == 1
    assert lacking[0].startswith("run the job of items again")

    workspace.files.delete(obstacle)
    runs = len(list(workspace.jobs.list_runs(job_id=jobs["items"])))
    done = setup.settle(FirstRun())
    assert done.verdict is Verdict.DONE
    assert isinstance(done.facts, FirstRunFacts)
    assert done.facts.runs["orders"] == done.facts.runs["items"]
    assert len(list(workspace.jobs.list_runs(job_id=jobs["items"]))) == runs + 1
    assert (rows(done)["crisk.silver.orders"], rows(done)["crisk.silver.orders_quarantine"]) == (2, 1)


def test_a_destroy_names_the_rows_that_are_lost_and_takes_everything(setup: Setup, workspace: WorkspaceClient) -> None:
    context = setup.context("destroy")
    loaded = FirstRun().removal(context)
    assert loaded is not None
    assert "all rows of crisk.silver.account" in loaded.data_loss
    assert f"the files in {volume(setup, 'landing')}/account" in loaded.data_loss
    for step in (Exploration(), FirstRun(), Ingestion()):
        assert step.removal(context) is not None
        step.destroy(context)
        assert step.removal(context) is None
    assert list(workspace.jobs.list()) == []
    assert list(workspace.tables.list("crisk", "silver")) == []
    # And again from nothing: the journey converges.
    for step in (Ingestion(), FirstRun(), Exploration()):
        assert setup.settle(step).verdict is Verdict.DONE
    assert rows(setup.check(FirstRun())) == {"crisk.bronze.account": 53, "crisk.silver.account": 53}
