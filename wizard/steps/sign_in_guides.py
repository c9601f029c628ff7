"""What a person does about a sign-in that was refused: by what was said, and by the method."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from wizard.setup.step import Guide, Problem
from wizard.text import _

if TYPE_CHECKING:
    from wizard.steps.sign_in import SignInQuestions

PORTAL = "https://portal.azure.com"
ENTRA = "https://entra.microsoft.com"
SIGN_IN_LOGS = f"{ENTRA}/#view/Microsoft_AAD_IAM/SignInEventsV3Blade"
APPLICATIONS = f"{PORTAL}/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade"
INSTALL_AZ = "https://learn.microsoft.com/cli/azure/install-azure-cli"
MANAGED_IDENTITIES = (
    "https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-configure-managed-identities"
)
FEDERATION = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-create-trust"
REFERENCE = "https://learn.microsoft.com/entra/identity-platform/reference-error-codes"


def guide(asked: SignInQuestions, problem: Problem) -> Guide:
    """By what Entra, or azure-identity, said; else by the method."""
    said = "\n".join(filter(None, (problem.raw_code, problem.raw_message)))
    for pattern, make in _BY_WORDS:
        if re.search(pattern, said):
            return make(asked)
    return _BY_METHOD[asked.method](asked)


def _again(asked: SignInQuestions) -> str:
    """How a new sign-in is begun."""
    if asked.method == "azure_cli":
        return _("run: az login --tenant {tenant}", tenant=asked.tenant_id)
    return _("run the wizard again, and sign in anew")


def _second_factor(asked: SignInQuestions) -> Guide:
    actions = (
        _again(asked),
        _("confirm with the second factor that you are asked for"),
        _("have you none yet, register one at https://aka.ms/mfasetup"),
    )
    return Guide(_("Confirm the sign-in with a second factor"), actions, _("the operator"), "https://aka.ms/mfasetup")


def _conditional_access(asked: SignInQuestions) -> Guide:
    actions = (
        _("in Entra open Sign-in logs, the refused sign-in, Conditional Access: it names the policy"),
        _("sign in from a device and a network that the policy accepts, with azure_cli or browser"),
        _("or let the policy leave out this person, or this application, for as long as the setup takes"),
    )
    who = _("the operator, with whoever manages conditional access in Entra")
    return Guide(_("Meet the policy, or have it changed"), actions, who, SIGN_IN_LOGS)


def wrong_tenant(asked: SignInQuestions) -> Guide:
    """Where the token, or the subscription, is of another tenant than the answers'."""
    actions = (
        _("in Entra open Overview: the tenant's id stands there"),
        _("correct sign_in.tenant_id in the answers (now {tenant})", tenant=asked.tenant_id),
        _("or, where the tenant is right: {again}", again=_again(asked)),
    )
    return Guide(_("Sign in to the right tenant"), actions, _("the operator"), ENTRA)


def _secret(asked: SignInQuestions) -> Guide:
    actions = (
        _("in Entra open App registrations, {client}, Certificates & secrets", client=asked.client_id),
        _("see that the secret in the answers is a value listed there and has not expired, or add a new one"),
        _("see that the tenant {tenant} is the application's own", tenant=asked.tenant_id),
    )
    return Guide(
        _("Give the application a secret that counts"), actions, _("an owner of the application"), APPLICATIONS
    )


def _certificate(asked: SignInQuestions) -> Guide:
    actions = (
        _("in Entra open App registrations, {client}, Certificates & secrets, Certificates", client=asked.client_id),
        _("compare the thumbprint: openssl x509 -noout -fingerprint -sha1 -in FILE"),
        _("upload the certificate (without its private key), or point sign_in.client_certificate at the listed one"),
    )
    return Guide(
        _("Give the application a certificate that counts"), actions, _("an owner of the application"), APPLICATIONS
    )


def _certificate_file(asked: SignInQuestions) -> Guide:
    actions = (
        _("see that {reference} holds certificate and private key, as PEM or PFX", reference=asked.client_certificate),
        _("where the private key is encrypted, say in sign_in.certificate_password where its password is"),
        _("the key must be an RSA key: openssl pkey -noout -text -in FILE"),
    )
    return Guide(_("Put a readable certificate in place"), actions, _("the operator"), APPLICATIONS)


def _application(asked: SignInQuestions) -> Guide:
    actions = (
        _("in Entra open Enterprise applications and look for {client}", client=asked.client_id),
        _("where it is not: register it, or correct sign_in.client_id and sign_in.tenant_id in the answers"),
        _("where it is: see under Properties that sign-in is enabled"),
    )
    who = _("an Application Administrator of the tenant")
    return Guide(
        _("Let the application sign in"),
        actions,
        who,
        f"{ENTRA}/#view/Microsoft_AAD_IAM/StartboardApplicationsMenuBlade",
    )


def _person(asked: SignInQuestions) -> Guide:
    actions = (
        _("in Entra open Users and look for the person: is the account there, enabled, and its password valid"),
        _again(asked),
    )
    return Guide(_("Let the person sign in"), actions, _("a User Administrator of the tenant"), ENTRA)


def _az_missing(asked: SignInQuestions) -> Guide:
    actions = (
        _(
            "install the Azure CLI (https://aka.ms/azure-cli), then run: az login --tenant {tenant}",
            tenant=asked.tenant_id,
        ),
        _("or set sign_in.method to browser or device_code, which need nothing installed"),
    )
    return Guide(_("Install the Azure CLI, or sign in without it"), actions, _("the operator"), INSTALL_AZ)


def _browser(asked: SignInQuestions) -> Guide:
    actions = (
        _("run the wizard again, and sign in within five minutes in the browser that opens"),
        _("where this machine has no browser: set sign_in.method to device_code, and use one elsewhere"),
    )
    return Guide(_("Sign in with a browser"), actions, _("the operator"), PORTAL)


def _device_code(asked: SignInQuestions) -> Guide:
    actions = (_("run the wizard again and enter the code it shows in a browser"),)
    return Guide(_("Sign in to Azure"), actions, _("the operator"), PORTAL)


def _managed_identity(asked: SignInQuestions) -> Guide:
    if asked.client_id:
        first = _("in the portal open this machine, Identity, User assigned, and add the identity {client}",
                  client=asked.client_id)  # fmt: skip
    else:
        first = _("in the portal open this machine, Identity, System assigned, and turn it on")
    actions = (
        first,
        _("outside Azure there is none: set sign_in.method to another way to sign in"),
        _("give the identity its role on the subscription {id}", id=asked.subscription_id),
    )
    who = _("a contributor to the machine, and an owner of the subscription")
    return Guide(_("Give this machine a managed identity"), actions, who, MANAGED_IDENTITIES)


def _no_token(asked: SignInQuestions) -> Guide:
    actions = (
        _("in a GitHub workflow give the job `permissions: id-token: write`"),
        _("elsewhere let AZURE_FEDERATED_TOKEN_FILE, or sign_in.token_file, name the file with the issuer's token"),
        _("outside such a place set sign_in.method to another way to sign in"),
    )
    return Guide(_("Give this job a token to exchange"), actions, _("who keeps the workflow"), FEDERATION)


def _trust(asked: SignInQuestions) -> Guide:
    actions = (
        _("in Entra open App registrations, {client}, Certificates & secrets, Federated credentials",
          client=asked.client_id),
        _("compare issuer, subject and audience with those in the message, letter by letter"),
        _("or let the wizard add it: lakehouse-wizard export github --create-credential"),
    )  # fmt: skip
    return Guide(_("Let the application trust this job"), actions, _("an owner of the application"), FEDERATION)


def _late_token(asked: SignInQuestions) -> Guide:
    actions = (
        _("let the issuer write a new token: one lasts for minutes; a file that a cluster projects is renewed by it"),
        _("see that this machine's clock is right: timedatectl"),
        _("run the wizard again"),
    )
    return Guide(_("Exchange a token that is valid"), actions, _("who keeps this machine"), FEDERATION)


def _azure_cli(asked: SignInQuestions) -> Guide:
    return Guide(_("Sign in to Azure"), (_again(asked),), _("the operator"), PORTAL)


Maker = Callable[["SignInQuestions"], Guide]
# Tried in order. The numbers: learn.microsoft.com, "Microsoft Entra authentication and authorization error codes".
_BY_WORDS: tuple[tuple[str, Maker], ...] = (
    (r"AADSTS(50076|50079|50072|50074|500121)\b", _second_factor),
    (r"AADSTS(5300[0-4]|53011|530034|530035|50158|50097|50105)\b", _conditional_access),
    (
        r"AADSTS(90002|50020|50128|50034|50059)\b|double check your tenant|InvalidAuthenticationTokenTenant",
        wrong_tenant,
    ),
    (r"AADSTS(7000215|7000216|7000222)\b", _secret),
    (r"AADSTS70021(?:[123]|38)?\b", _trust),
    (r"AADSTS(700024|500133)\b", _late_token),
    (r"AADSTS(700027|700023|700021)\b", _certificate),
    (r"CertificateUnreadable", _certificate_file),
    (r"AADSTS(7000112|7000229|700016|700025)\b", _application),
    (r"AADSTS(50057|50126|50055|50053)\b", _person),
    (r"Azure CLI not found", _az_missing),
    (r"FederatedTokenMissing", _no_token),
)
_BY_METHOD: dict[str, Maker] = {
    "azure_cli": _azure_cli,
    "browser": _browser,
    "device_code": _device_code,
    "client_secret": _secret,
    "client_certificate": _certificate,
    "managed_identity": _managed_identity,
    "workload_identity": _trust,
}
