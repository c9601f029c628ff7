"""Budgets on a subscription or a resource group."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wizard.sandbox.domain.arm_body import etag
from wizard.sandbox.domain.arm_id import ResourceId
from wizard.sandbox.domain.arm_kind import ArmKind
from wizard.sandbox.domain.core import Body, CloudError

BUDGET = "Microsoft.Consumption/budgets"
GRAINS = {"Monthly", "Quarterly", "Annually", "BillingMonth", "BillingQuarter", "BillingAnnual"}
OPERATORS = {"EqualTo", "GreaterThan", "GreaterThanOrEqualTo"}
CONTACTS = ("contactEmails", "contactRoles", "contactGroups")


def refused(message: str) -> CloudError:
    return CloudError(400, "400", message)  # the service's own code is the number


class Budgets(ArmKind):
    """source: https://learn.microsoft.com/rest/api/consumption/budgets/create-or-update"""

    def check(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        properties = body["properties"]
        if existing and body.get("eTag") not in (None, existing["eTag"]):
            raise CloudError(409, "409", "The budget was changed by another request: its eTag differs.")
        if not isinstance(properties["amount"], int | float) or properties["amount"] <= 0:
            raise refused("The budget's amount must be greater than 0.")
        if properties["timeGrain"] not in GRAINS:
            raise refused(f"The time grain '{properties['timeGrain']}' is not one of {', '.join(sorted(GRAINS))}.")
        self._check_period(properties["timePeriod"], existing)
        notifications = properties.get("notifications") or {}
        if len(notifications) > 5:
            raise refused("A budget can have at most 5 notifications.")
        for name, notification in notifications.items():
            _check_notification(name, notification)

    def _check_period(self, period: Body, existing: Body | None) -> None:
        start = _moment(period["startDate"])
        if start.day != 1:
            raise refused("Start date must be the first day of a month.")
        if existing is None and (start.year, start.month) < (2017, 6):
            raise refused("Start date must be on or after June 1, 2017.")
        period.setdefault("endDate", start.replace(year=start.year + 10).strftime("%Y-%m-%dT00:00:00Z"))
        if _moment(period["endDate"]) <= start:
            raise refused("End date must be after start date.")

    def fill(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        properties = body["properties"]
        properties.pop("provisioningState")
        properties["currentSpend"] = {"amount": 0.0, "unit": "USD"}
        for notification in (properties.get("notifications") or {}).values():
            notification.setdefault("thresholdType", "Actual")
            notification.setdefault("contactEmails", [])
        body["eTag"] = f'"{etag(properties)[:16].replace("-", "")}"'


def _moment(text: Any) -> datetime:
    try:
        return datetime.fromisoformat(str(text).replace("Z", "+00:00")).replace(tzinfo=None)
    except ValueError:
        raise refused(f"'{text}' is not a date.") from None


def _check_notification(name: str, notification: Body) -> None:
    if notification.get("operator") not in OPERATORS:
        raise refused(f"Notification '{name}': the operator must be one of {', '.join(sorted(OPERATORS))}.")
    threshold = notification.get("threshold")
    if not isinstance(threshold, int | float) or not 0 <= threshold <= 1000:
        raise refused(f"Notification '{name}': the threshold must be between 0 and 1000 percent.")
    if not any(notification.get(kind) for kind in CONTACTS):
        raise refused(f"Notification '{name}' needs a contact: an e-mail address, a role or an action group.")
