"""What a person does in the portal where the operator may not make or equip the principal."""

from __future__ import annotations

from wizard.setup.secrets import SecretMissing
from wizard.setup.step import Guide
from wizard.steps.principal_rights import Grant
from wizard.text import _

PORTAL = "https://portal.azure.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade"
ENTERPRISE = "https://portal.azure.com/#view/Microsoft_AAD_IAM/StartboardApplicationsMenuBlade/~/AppAppsPreview"
PIM = "https://portal.azure.com/#view/Microsoft_Azure_PIMCommon/CommonMenuBlade/~/quickStart"


def missing_guide(client_id: str) -> Guide:
    actions = (
        _("in Entra open App registrations and find the application {id}", id=client_id),
        _("copy its Application (client) id into service_principal.client_id"),
        _("if it is of another tenant, correct sign_in.tenant_id, or let that application into this tenant"),
        _("or set service_principal.mode to create"),
    )
    return Guide(_("Give a principal that exists and signs in"), actions, _("an owner of the application"), PORTAL)


def object_id_guide(client_id: str) -> Guide:
    actions = (_("set service_principal.client_id to {id}", id=client_id),)
    return Guide(_("Give the client id"), actions, _("whoever writes the answers"), PORTAL)


def no_principal_guide(client_id: str) -> Guide:
    actions = (_("az ad sp create --id {id}", id=client_id), _("or set service_principal.mode to create"))
    return Guide(
        _("Let the application into the tenant"), actions, _("an Application Administrator, or its owner"), PORTAL
    )


def secret_guide(client_id: str) -> Guide:
    actions = (
        _("in Entra open App registrations and find the application {id}", id=client_id),
        _("under Certificates & secrets make a secret and put its value where service_principal.client_secret points"),
        _("or set service_principal.mode to create"),
    )
    return Guide(_("Give a secret that signs in"), actions, _("an owner of the application"), PORTAL)


def disabled_guide(name: str, client_id: str) -> Guide:
    actions = (
        _("ask who disabled {name}, and why", name=name),
        _("in Entra, Enterprise applications, {name}, Properties: Enabled for users to sign-in, Yes", name=name),
        _("or: az ad sp update --id {id} --set accountEnabled=true", id=client_id),
    )
    return Guide(_("Let the principal sign in again"), actions, _("a Cloud Application Administrator"), ENTERPRISE)


def foreign_guide(home: str) -> Guide:
    actions = (
        _("in the tenant {home} make a secret of the application, and put it where service_principal.client_secret "
          "points", home=home),
        _("or set service_principal.client_id to an application of your own tenant"),
        _("or set service_principal.mode to create"),
    )  # fmt: skip
    return Guide(_("Give a principal of your own tenant"), actions, _("an owner of the application"), PORTAL)


def place_guide(missing: SecretMissing) -> Guide:
    actions = (missing.remedy, _("or set service_principal.secret_store to file"))
    return Guide(_("Make a place for the principal's secret"), actions, _("you, or who rules the Key Vault"), None)


def activation_guide(roles: list[str], grants: list[Grant]) -> Guide:
    """The operator could grant what is missing, with a role that it has only to activate."""
    actions = (
        *(_("in Privileged Identity Management, My roles, activate {role}", role=role) for role in roles),
        _("sign in again (az login), since a token keeps the roles it was issued with"),
        _("run again, and it gives: {grants}", grants="; ".join(map(str, grants))),
    )
    return Guide(_("Activate your role"), actions, _("you"), PIM)


def grant_guide(name: str, denied: list[Grant]) -> Guide:
    """How the rights are given in the portal."""
    azure = [grant for grant in denied if grant.system == "azure"]
    directory = [grant for grant in denied if grant.system != "azure"]
    actions = [
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
