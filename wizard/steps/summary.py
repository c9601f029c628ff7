"""The end of the journey: done when everything before it is."""

from __future__ import annotations

from wizard.setup.step import Actor, Finding, Found, Kind, Verdict
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.facts import ExplorationFacts, FirstRunFacts
from wizard.text import N_, _


class Summary(WizardStep):
    """Nothing to apply; `wizard.report.closing` gathers what it shows. The engine asks it when all steps are done."""

    name = "summary"
    title = N_("Summary")
    kind = Kind.SUMMARY
    actor = Actor.EITHER
    after = (
        "preflight",
        "sign-in",
        "project",
        "resource-providers",
        "service-principal",
        "foundation",
        "identity",
        "network-watcher",
        "account-id",
        "account-admin",
        "metastore",
        "unity-catalog",
        "compute",
        "contracts",
        "ingestion",
        "first-run",
        "exploration",
    )

    def check(self, ctx: Ctx) -> Finding:
        loaded = ctx.facts(FirstRunFacts)
        ctx.facts(ExplorationFacts)
        rows = sum(table.rows or 0 for table in loaded.tables)
        why = _("the lakehouse stands: {tables} tables with {rows} rows", tables=len(loaded.tables), rows=rows)
        found = tuple(
            Found(_("{table}: {rows} rows", table=table.name, rows="?" if table.rows is None else table.rows))
            for table in loaded.tables
        )
        return Finding(Verdict.DONE, why, found=found)
