"""What Cost Management tells of a resource: hours later, by column name, and as days pass."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.sandbox.arm_support import NAMESPACE, Azure, cost_by
from wizard.sandbox.domain import arm_cost, portal
from wizard.sandbox.domain.core import Body, CloudError

ADDRESS = "Microsoft.Network/publicIPAddresses"


def test_cost_appears_hours_later_by_column_name(azure: Azure) -> None:
    start = azure.cloud.now().replace(day=10, hour=0, minute=0, second=0, microsecond=0)
    azure.cloud.now = lambda: start
    azure.make(NAMESPACE, "ethdrisk", sku={"name": "Standard", "capacity": 2})
    azure.make(ADDRESS, "ip", sku={"name": "Standard"})
    wanted = cost_by("ServiceName")
    assert arm_cost.query(azure.cloud, azure.caller, azure.scope, wanted) is None
    azure.cloud.now = lambda: start + timedelta(hours=18)
    answer = arm_cost.query(azure.cloud, azure.caller, azure.group_id(), wanted)
    assert answer is not None
    names = [column["name"] for column in answer["properties"]["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in answer["properties"]["rows"]]
    assert {row["ServiceName"]: row["Cost"] for row in rows} == {
        "Event Hubs": pytest.approx(10 * 2 * 0.03 * 1.6),
        "Virtual Network": pytest.approx(10 * 0.005),
    }
    with pytest.raises(CloudError):
        arm_cost.query(azure.cloud, azure.caller, azure.scope, {**wanted, "timeframe": "Sometime"})


def test_days_pass_for_the_bill_alone(azure: Azure) -> None:
    azure.make(NAMESPACE, "ethdrisk", sku={"name": "Standard", "capacity": 1})
    wanted: Body = {"type": "ActualCost", "timeframe": "MonthToDate", "dataset": {"granularity": "None"}}
    now = azure.cloud.now()
    assert arm_cost.query(azure.cloud, azure.caller, azure.scope, wanted) is None
    assert "2 days" in portal.click(azure.cloud, "pass-days", ["2"])
    answer = arm_cost.query(azure.cloud, azure.caller, azure.scope, wanted)
    assert answer is not None
    assert answer["properties"]["rows"][0][0] > 0
    assert azure.cloud.now() - now < timedelta(days=1)
    for wrong in ("0", "-1", "soon", "100000"):
        with pytest.raises(CloudError, match="no number of days"):
            portal.click(azure.cloud, "pass-days", [wrong])
