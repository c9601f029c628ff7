"""Known failures are told as what, why and what to do; unknown ones keep all the service said."""

import pytest
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from databricks.sdk.errors.platform import PermissionDenied

from wizard.steps.problems import from_exception, known, match


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("This account has reached the limit for metastores in region brazilsouth", None, "metastore-limit"),
        ("Metastore storage root URL does not exist.", None, "storage-root-missing"),
        ("invalid character '<' looking for beginning of value", None, "account-id-wrong"),
        ("HTTP method POST is not supported by this URL", None, "account-id-wrong"),
        ("owner is not an account admin: this operation needs it", "PERMISSION_DENIED", "not-account-admin"),
        ("failed to reach RUNNING: AZURE_QUOTA_EXCEEDED_EXCEPTION", None, "quota-exceeded"),
        ("failed to reach RUNNING: CLOUD_PROVIDER_RESOURCE_STOCKOUT", None, "stockout"),
        ("x", "MissingSubscriptionRegistration", "provider-not-registered"),
        ("x", "NoRegisteredProviderFound", "provider-not-registered"),
        ("x", "RequestDisallowedByPolicy", "policy"),
        ("x", "AuthorizationFailed", "authorization-failed"),
        ("This request is not authorized to perform this operation using this permission.", None, "role-not-counting"),
        ("cannot write: AuthorizationPermissionMismatch", "PERMISSION_DENIED", "role-not-counting"),
        ("x", "Authorization_RequestDenied", "graph-denied"),
        ("AADSTS7000222: The provided client secret keys are expired.", None, "secret-expired"),
        ("AADSTS7000215: Invalid client secret provided.", None, "secret-wrong"),
        ("AADSTS90002: Tenant 'x' not found.", None, "wrong-tenant"),
        ("Azure CLI not found on path", None, "az-missing"),
        ("x", "StorageAccountAlreadyTaken", "storage-name-taken"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", None, "tls"),
        ("Failed to establish a new connection: Connection refused", None, "unreachable"),
    ],
)
def test_a_known_failure_is_told_in_our_words(text: str, code: str | None, expected: str) -> None:
    entry = next(item for item in known() if item.id == expected)
    problem = match(text, raw_code=code)
    assert (problem.what, problem.next_action, problem.link) == (entry.what, entry.next_action, entry.link)
    assert problem.raw_message == text
    assert problem.raw_code == code


def test_a_missing_role_is_told_with_its_action_and_scope() -> None:
    text = (
        "The client 'c' with object id 'o' does not have authorization to perform action "
        "'Microsoft.Storage/storageAccounts/write' over scope '/subscriptions/s' or the scope is invalid."
    )
    problem = match(text, raw_code="AuthorizationFailed", request_id="r-1")
    assert "Microsoft.Storage/storageAccounts/write" in problem.why
    assert "/subscriptions/s" in problem.why
    assert problem.request_id == "r-1"


def test_an_unknown_failure_keeps_code_request_id_and_last_lines() -> None:
    text = "\n".join(f"line {number}" for number in range(20))
    problem = match(text, raw_code="StrangeThing", request_id="42", log="logs/x.log")
    assert "StrangeThing" in problem.what
    assert (problem.raw_code, problem.request_id, problem.log) == ("StrangeThing", "42", "logs/x.log")
    assert problem.raw_message == "\n".join(f"line {number}" for number in range(15, 20))


def test_an_error_of_entra_keeps_its_code_and_trace() -> None:
    trace = "8d1c3a52-2a0e-4b7c-9d15-6a0f3c9e8b21"
    error = ClientAuthenticationError(message=f"AADSTS7000215: Invalid client secret. Trace ID: {trace}")
    problem = from_exception(error)
    assert problem.what == "The client secret is not right"
    assert (problem.raw_code, problem.request_id) == ("AADSTS7000215", trace)


def test_an_error_of_databricks_keeps_its_code() -> None:
    problem = from_exception(PermissionDenied("x is not an account admin", error_code="PERMISSION_DENIED"))
    assert problem.what == "The caller is not an account admin"
    assert problem.raw_code == "PERMISSION_DENIED"


def test_an_unreachable_host_is_told_by_its_cause() -> None:
    problem = from_exception(ServiceRequestError("<urllib3 object>: [Errno 111] Connection refused"))
    assert problem.what == "A host cannot be reached"


def test_every_entry_says_what_why_and_what_to_do() -> None:
    assert len({item.id for item in known()}) == len(known())
    for item in known():
        assert item.what
        assert item.why
        assert item.next_action
        assert item.codes or item.pattern


def test_a_mistake_of_our_own_is_told_as_one_and_not_as_a_service_s() -> None:
    problem = from_exception(KeyError("account"))
    assert problem.raw_code == "Defect"
    assert problem.what == "The wizard itself failed in this step"
    assert "KeyError: 'account'" in problem.why
    assert "--debug" in problem.next_action
