"""Links: only to what this run knows to be there."""

from __future__ import annotations

from wizard.report.links import links
from wizard.setup.step import FactBook, Facts
from wizard.steps.facts import CatalogFacts, ExplorationFacts, FoundationFacts, IngestionFacts, SignInFacts

GROUP = "/subscriptions/s/resourceGroups/rsgdrisk"
FOUNDATION = FoundationFacts(
    resource_group="rsgdrisk",
    resource_group_id=GROUP,
    location="brazilsouth",
    workspace_id="1",
    workspace_url="adb-1.azuredatabricks.net",
    workspace_resource_id=f"{GROUP}/providers/Microsoft.Databricks/workspaces/adbdrisk",
    storage_account="stadrisk",
    storage_account_id="id",
    containers={},
    access_connector_id="id",
)
SIGNED_IN = SignInFacts(
    tenant_id="t", subscription_id="s", subscription_name="S", operator_kind="app", operator_object_id="o",
    operator_name="n",
)  # fmt: skip


def book(*facts: Facts) -> FactBook:
    found = FactBook()
    for each in facts:
        found.add(each)
    return found


def test_nothing_is_linked_before_there_is_a_workspace() -> None:
    assert links(book(SIGNED_IN)) == ()


def test_everything_made_is_linked() -> None:
    known = book(
        SIGNED_IN,
        FOUNDATION,
        CatalogFacts(catalog="crisk", schemas=(), volumes={}, group_name="g"),
        IngestionFacts(library="/x.whl", jobs={"consents": 8, "account": 7}),
        ExplorationFacts(path="/Shared/lakehouse-risk"),
    )
    assert [link.url for link in links(known)] == [
        f"https://portal.azure.com/#@t/resource{GROUP}",
        "https://adb-1.azuredatabricks.net",
        "https://adb-1.azuredatabricks.net/explore/data/crisk",
        "https://adb-1.azuredatabricks.net/jobs/7",
        "https://adb-1.azuredatabricks.net/jobs/8",
        "https://adb-1.azuredatabricks.net/#workspace/Shared/lakehouse-risk",
    ]


def test_a_cloud_at_other_hosts_has_no_portal() -> None:
    assert [link.url for link in links(book(SIGNED_IN, FOUNDATION), portal=False)] == [
        "https://adb-1.azuredatabricks.net"
    ]
