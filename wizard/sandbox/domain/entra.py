"""Entra: the directory's kinds, and who a secret, a password or a token stands for."""

from __future__ import annotations

from collections.abc import Collection

from wizard.sandbox.domain import tokens
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import Body, Caller, CloudError
from wizard.sandbox.domain.entra_apps import Applications, AppRoleAssignments, ServicePrincipals
from wizard.sandbox.domain.entra_assertions import require_assertion
from wizard.sandbox.domain.entra_objects import matching
from wizard.sandbox.domain.entra_rights import APPLICATION, PRINCIPAL, USER
from wizard.sandbox.domain.entra_roles import DeviceCodes, DirectoryRoles, Domains, RoleEligibilities
from wizard.sandbox.domain.entra_secrets import PASSWORD, matches, secret_is_valid
from wizard.sandbox.domain.entra_users import GroupMembers, Groups, Users
from wizard.sandbox.domain.world import world

POLICY = "_policy"  # in a stored user or principal: a policy of conditional access that meets it (see POLICIES)
POLICIES = {
    "mfa": (
        50076,
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must "
        "use multi-factor authentication to access '797f4846-ba00-4fd7-ba43-dac1f8f63013'.",
    ),
    "device": (
        53000,
        "Device is not in required device state: unmanaged. Conditional Access policy requires a compliant device, and "
        "the device is not compliant.",
    ),
    "block": (
        53003,
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    ),
}
REVOKED = "_revoked"  # in a stored user or principal: tokens from before this time (ms) are refused


def register(cloud: Cloud) -> None:
    """Add the kinds `entra.*`."""
    for kind in (
        Users,
        Groups,
        GroupMembers,
        Applications,
        ServicePrincipals,
        AppRoleAssignments,
        DirectoryRoles,
        RoleEligibilities,
        Domains,
        DeviceCodes,
    ):
        cloud.add(kind(cloud))


def caller_by_secret(cloud: Cloud, tenant: str, client_id: str, secret: str) -> Caller:
    """The principal behind a client id and secret.

    Raises CloudError 400 or 401 with OAuth's codes and Entra's AADSTS messages."""
    application, principal = _enabled(cloud, tenant, client_id)
    results = [secret_is_valid(cloud, body, secret) for body in (application, principal) if body is not None]
    if True in results:
        return caller_of_principal(cloud, principal)
    if None in results:
        raise CloudError(
            401,
            "invalid_client",
            f"AADSTS7000222: The provided client secret keys for app '{client_id}' are expired. "
            "Create new keys for your app in the portal.",
            error_codes=[7000222],
        )
    raise CloudError(
        401,
        "invalid_client",
        "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client "
        f"secret value, not the client secret ID, for a secret added to app '{client_id}'.",
        error_codes=[7000215],
    )


def caller_by_assertion(
    cloud: Cloud, tenant: str, client_id: str, assertion: str, endpoints: Collection[str]
) -> Caller:
    """The principal that an assertion proves, by certificate or federated credential; raises CloudError as above."""
    application, principal = _enabled(cloud, tenant, client_id)
    require_assertion(cloud, application or {"appId": client_id}, assertion, endpoints)
    return caller_of_principal(cloud, principal)


def _enabled(cloud: Cloud, tenant: str, client_id: str) -> tuple[Body | None, Body]:
    """The application, where it is registered here, and its principal; raises CloudError 400 or 401."""
    require_tenant(cloud, tenant)
    principal = _by_app_id(cloud, PRINCIPAL, client_id)
    application = _by_app_id(cloud, APPLICATION, client_id)
    if principal is None:
        raise _unknown_application(cloud, client_id, registered=application is not None)
    if not principal["accountEnabled"]:
        raise CloudError(
            401,
            "unauthorized_client",
            f"AADSTS7000112: Application '{client_id}'({principal['displayName']}) is disabled.",
            error_codes=[7000112],
        )
    require_policy(principal, confirmed=False)
    return application, principal


def require_policy(account: Body, *, confirmed: bool) -> None:
    """Raises CloudError 400 where conditional access refuses the account; `confirmed`: it gave a second factor."""
    policy = account.get(POLICY)
    if policy is None or (policy == "mfa" and confirmed):
        return
    code, words = POLICIES[policy]
    raise CloudError(
        400,
        "interaction_required" if policy == "mfa" else "invalid_grant",
        f"AADSTS{code}: {words}",
        error_codes=[code],
    )


def caller_by_password(cloud: Cloud, tenant: str, name: str, password: str) -> Caller:
    """The person behind a user principal name and password; raises CloudError 400 invalid_grant."""
    require_tenant(cloud, tenant)
    user = _user_by_name(cloud, name)
    if user is None:
        raise CloudError(
            400,
            "invalid_grant",
            f"AADSTS50034: The user account {name} does not exist in the {world(cloud).domain} directory. "
            "To sign into this application, the account must be added to the directory.",
            error_codes=[50034],
        )
    if not matches(password, user.get(PASSWORD, ":")):
        raise CloudError(
            400,
            "invalid_grant",
            "AADSTS50126: Error validating credentials due to invalid username or password.",
            error_codes=[50126],
        )
    require_policy(user, confirmed=False)
    return caller_of_user(cloud, user)


def caller_by_oid(cloud: Cloud, oid: str) -> Caller | None:
    """The enabled person or principal with an object id, or None."""
    for kind, make in ((USER, caller_of_user), (PRINCIPAL, caller_of_principal)):
        body = cloud.store.get(kind, oid)
        if body is not None and body["accountEnabled"]:
            return make(cloud, body)
    return None


def caller_by_token(cloud: Cloud, token: str, audiences: Collection[str]) -> Caller:
    """Who a bearer token of ours stands for; raises CloudError 401 (see `tokens.read`).

    A token from before a revocation is answered with code InsufficientClaims and detail `claims`."""
    claims = tokens.read(cloud, token, audiences)
    caller = caller_by_oid(cloud, claims["oid"])
    if caller is None:
        raise CloudError(401, "InvalidAuthenticationToken", "The account of the access token does not exist any more.")
    stored = cloud.store.get(USER if caller.kind == "user" else PRINCIPAL, caller.oid) or {}
    if claims["xms_at"] < stored.get(REVOKED, 0):
        raise CloudError(
            401,
            "InsufficientClaims",
            "Continuous access evaluation resulted in challenge with result: InteractionRequired "
            "and code: TokenIssuedBeforeRevocationTimestamp",
            not_before=stored[REVOKED] // 1000,
        )
    return Caller(caller.oid, caller.kind, caller.name, caller.tenant, claims=claims)


def caller_of_user(cloud: Cloud, user: Body) -> Caller:
    if not user["accountEnabled"]:
        raise CloudError(400, "invalid_grant", "AADSTS50057: The user account is disabled.", error_codes=[50057])
    return Caller(user["id"], "user", user["userPrincipalName"], world(cloud).tenant_id)


def caller_of_principal(cloud: Cloud, principal: Body) -> Caller:
    return Caller(principal["id"], "app", principal["appId"], world(cloud).tenant_id)


def require_tenant(cloud: Cloud, tenant: str) -> None:
    """Raises CloudError 400 AADSTS90002 for a tenant that is not this sandbox's."""
    here = world(cloud)
    if tenant.casefold() not in {here.tenant_id, here.domain.casefold(), "organizations", "common"}:
        raise CloudError(
            400,
            "invalid_request",
            f"AADSTS90002: Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are "
            "signing into the correct cloud.",
            error_codes=[90002],
        )


def _by_app_id(cloud: Cloud, kind: str, app_id: str) -> Body | None:
    return next((body for _id, body in cloud.store.items(kind) if matching(body, {"appId": app_id})), None)


def _user_by_name(cloud: Cloud, name: str) -> Body | None:
    return next((body for _id, body in cloud.store.items(USER) if matching(body, {"userPrincipalName": name})), None)


def _unknown_application(cloud: Cloud, client_id: str, *, registered: bool) -> CloudError:
    tenant = world(cloud).tenant_id
    if registered:
        return CloudError(
            400,
            "unauthorized_client",
            f"AADSTS7000229: The client application {client_id} is missing service principal in the tenant {tenant}.",
            error_codes=[7000229],
        )
    return CloudError(
        400,
        "unauthorized_client",
        f"AADSTS700016: Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can "
        "happen if the application has not been installed by the administrator of the tenant.",
        error_codes=[700016],
    )
