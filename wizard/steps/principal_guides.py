"""What a person does in the portal where the operator may not make or equip the principal."""

from __future__ import annotations

from wizard.setup.step import Guide
from wizard.steps.principal_rights import Grant
from wizard.text import _

PORTAL = "https://portal.azure.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade"


def missing_guide(client_id: str | None) -> Guide:
    actions = (
        _("in Entra open App registrations and find the application {id}", id=client_id),
        _("copy its Application (client) id into service_principal.client_id"),
        _("under Certificates & secrets make a secret and put its value where service_principal.client_secret points"),
        _("or set service_principal.mode to create"),
    )
    return Guide(_("Give a principal that exists and signs in"), actions, _("an owner of the application"), PORTAL)


def grant_guide(name: str, denied: list[Grant], eligible: bool) -> Guide:
    """How the rights are given in the portal. `eligible`: the operator has a role it has only to activate."""
    azure = [grant for grant in denied if grant.system == "azure"]
    directory = [grant for grant in denied if grant.system != "azure"]
    actions = [_("activate your directory role in Privileged Identity Management, and run again")] if eligible else []
    actions += [
        _("in Subscriptions, Access control (IAM), Add role assignment: {grant} to {name}", grant=grant, name=name)
        for grant in azure
    ]
    actions += [
        _("condition of the assignment: {condition}", condition=grant.condition) for grant in azure if grant.condition
    ]
    actions += [
        _("in Entra, App registrations, {name}, API permissions: {grant}, then Grant admin consent",
          name=name, grant=grant)
        if grant.system == "app-role"
        else _("in Entra, Roles and administrators: {grant} to {name}", name=name, grant=grant)
        for grant in directory
    ]  # fmt: skip
    who = []
    if azure:
        who.append(_("an Owner of the subscription"))
    if directory:
        who.append(_("a Global Administrator"))
    return Guide(_("Give the principal its rights"), tuple(actions), " + ".join(who), PORTAL)


def creation_guide(name: str) -> Guide:
    actions = (
        _("in Entra open App registrations, New registration, and name it {name}", name=name),
        _("under Certificates & secrets make a secret and copy its value"),
        _("set service_principal.mode to given, with the application's client_id and client_secret"),
    )
    who = _("an Application Administrator")
    return Guide(_("Make the application in the portal, or let the operator"), actions, who, PORTAL)
