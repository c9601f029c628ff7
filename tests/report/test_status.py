"""The status document: one form, told by the world and by the runs' records."""

from __future__ import annotations

from tests.report.examples import closing
from wizard.report.status import recorded_tables, status
from wizard.setup.step import FactBook, Finding, Verdict
from wizard.steps.facts import FirstRunFacts, TableFacts


def test_the_document_names_steps_and_tables() -> None:
    assert closing(why="as wanted").status.as_data() == {
        "steps": [
            {"name": "preflight", "verdict": "done", "why": "as wanted"},
            {"name": "foundation", "verdict": "todo", "why": "as wanted"},
            {"name": "account-admin", "verdict": "blocked", "why": "as wanted"},
            {"name": "first-run", "verdict": "unknown", "why": "as wanted"},
        ],
        "tables": [
            {"name": "crisk.bronze.account", "rows": 51, "location": "abfss://catalog@stadrisk/b"},
            {"name": "crisk.silver.consents", "rows": None, "location": None, "why": "no run record counts it"},
        ],
    }


def test_tables_come_from_the_records_of_the_runs() -> None:
    book = FactBook()
    assert recorded_tables(book) == ()
    known = (TableFacts(name="c.bronze.a", rows=51, location="x"), TableFacts(name="c.silver.a", rows=None))
    book.add(FirstRunFacts(tables=known, runs={"a": 1}))
    report = status({"first-run": Finding(Verdict.DONE, "all there")}, recorded_tables(book))
    assert [(table.rows, table.why is None) for table in report.tables] == [(51, True), (None, False)]
