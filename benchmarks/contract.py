"""What a check of a contract costs beyond loading what reads contracts."""

from __future__ import annotations

import sys

from benchmarks.measure import Measure, ratio
from wizard import assets

RUNS = 15
CONTRACT = assets.path("templates") / "contracts" / "consents.yaml"


def contract_check() -> Measure:
    """`contract check` of a contract against an interpreter that imports its models, and nothing more."""
    check = [sys.executable, "-m", "wizard.cli", "contract", "check", str(CONTRACT)]
    base = [sys.executable, "-c", "import lakehouse_jobs.contract"]
    return Measure("contract check over importing its models", ratio(check, base, runs=RUNS), 2)
