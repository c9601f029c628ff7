"""Where the documents are that a review board asks for: the rights' own pages, and each provider's."""

from __future__ import annotations

import re

from wizard import assets
from wizard.report.links import Link
from wizard.setup.step import Guide
from wizard.steps.base import WizardStep
from wizard.steps.terraform_phase import TerraformStep
from wizard.text import N_, _

LEARN = "https://learn.microsoft.com"
RIGHTS = {
    "azure": (N_("Azure roles"), f"{LEARN}/azure/role-based-access-control/built-in-roles"),
    "graph": (N_("permissions of Microsoft Graph"), f"{LEARN}/graph/permissions-reference"),
    "databricks-account": (
        N_("the Databricks account"),
        f"{LEARN}/azure/databricks/admin/account-settings/account",
    ),
    "databricks-workspace": (
        N_("rights in a workspace"),
        f"{LEARN}/azure/databricks/security/auth/access-control/",
    ),
    "unity-catalog": (
        N_("privileges of Unity Catalog"),
        f"{LEARN}/azure/databricks/data-governance/unity-catalog/manage-privileges/privileges",
    ),
}
REGISTRY = "https://registry.terraform.io/providers"
_SOURCE = re.compile(r'source += "([\w-]+/[\w-]+)"')


def step_links(step: WizardStep, guide: Guide | None) -> tuple[Link, ...]:
    """Each once: the guide's page, those of the rights it needs, and of the providers it uses."""
    found = [Link(guide.headline, guide.link)] if guide and guide.link else []
    for system in dict.fromkeys(right.system for right in step.permissions):
        if system in RIGHTS:
            title, url = RIGHTS[system]
            found.append(Link(_(title), url))
    if isinstance(step, TerraformStep):
        pins = (assets.path("terraform") / step.root / "versions.tf").read_text(encoding="utf-8")
        for source in _SOURCE.findall(pins):
            title = _("Terraform provider {source}", source=source)
            found.append(Link(title, f"{REGISTRY}/{source}/latest/docs"))
    return tuple(found)
