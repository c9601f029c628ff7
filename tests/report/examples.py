"""The end of a run as the tests of its reports see it."""

from __future__ import annotations

from wizard.report.closing import Closing
from wizard.report.cost import Cost, CostLine
from wizard.report.links import Link
from wizard.report.status import TableStatus, status
from wizard.setup.step import Finding, Verdict
from wizard.steps.facts import ModelFacts

FINDINGS = {
    "preflight": Verdict.DONE,
    "foundation": Verdict.TODO,
    "account-admin": Verdict.BLOCKED,
    "first-run": Verdict.UNKNOWN,
}


def closing(
    why: str = "the storage account stadrisk has been deleted behind Terraform's back and is planned anew",
) -> Closing:
    known = CostLine("storage", "Hot LRS Data Stored", 10.0, "gb/month", 1.25, 12.5, "USD", "assumed: 10 GB kept")
    unknown = CostLine("NAT gateway", "Standard Gateway", 730.0, "hour", None, None, "USD", "all month, even idle")
    return Closing(
        setup_id="0123456789ab",
        target="sandbox",
        status=status(
            {name: Finding(verdict, why) for name, verdict in FINDINGS.items()},
            [
                TableStatus("crisk.bronze.account", 51, "abfss://catalog@stadrisk/b"),
                TableStatus("crisk.silver.consents", None, None, "no run record counts it"),
            ],
        ),
        links=(Link("job of account", "https://127.0.0.1:8443/jobs/7"),),
        cost=Cost((known, unknown), "USD", "sandbox prices"),
        answers={"sign_in": {"method": "client_secret", "client_secret": "env:CLIENT_SECRET"}},
        versions={"lakehouse-wizard": "0.1.0"},
        models=(
            ModelFacts(
                name="account",
                taken=51,
                valid=48,
                quarantined=1,
                duplicates=1,
                stale=0,
                discarded=0,
                deleted=1,
                balanced=True,
            ),
        ),
    )
