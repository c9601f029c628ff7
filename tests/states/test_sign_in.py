"""Sign-in: each method, and what Entra, Azure or this machine may have against it."""

from __future__ import annotations

import os
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.states.operators import (
    Browser,
    Maker,
    az,
    by_secret,
    certificate,
    pem,
    pfx,
    private,
    reading,
    register_certificate,
    without_az,
)
from tests.states.state import Arrange, State, holds
from tests.steps.early import Setup, open_setup
from wizard.sandbox import process
from wizard.sandbox.process import Connection
from wizard.setup.step import Verdict
from wizard.steps.sign_in import SignIn

OPERATOR = "operator@lakehousesandbox.onmicrosoft.com"
NOWHERE = "00000000-0000-4000-8000-000000000000"
GITHUB = "https://token.actions.githubusercontent.com"
CLUSTER = "https://oidc.example.com/cluster"
EXCHANGE = "api://AzureADTokenExchange"
JOB = "repo:example/lakehouse:environment:production"
POD = "system:serviceaccount:lakehouse:wizard"
_makers: dict[str, Maker] = {}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    folder = tmp_path_factory.mktemp("sign-in")
    with process.connect(folder / "state", "reference") as connection:
        _makers[connection.info["state"]] = Maker(connection, folder)
        yield connection
    _makers.clear()
    process.stop(folder / "state")


@pytest.fixture(autouse=True)
def _as_before(cloud: Connection) -> Iterator[None]:
    """What a state does to the person, the subscription and this process is taken back."""
    environment, browsers = dict(os.environ), vars(webbrowser)["_tryorder"]
    yield
    os.environ.clear()
    os.environ.update(environment)
    vars(webbrowser)["_tryorder"] = browsers
    cloud.portal("conditional-access", "operator", "none")
    cloud.portal("subscription-state", "Enabled")
    cloud.portal("machine-identity", "none")


def maker(cloud: Connection) -> Maker:
    return _makers[cloud.info["state"]]


@dataclass(frozen=True, slots=True)
class With:
    """Answers to sign-in, and what is done before: clicks in the portal, or anything else."""

    answers: Callable[[Connection, Path], dict[str, Any]] | None = None
    before: Callable[[Connection, Path], object] | None = None

    def __call__(self, cloud: Connection, place: Path) -> Setup:
        changes = {"sign_in": self.answers(cloud, place)} if self.answers else {}
        if self.before:
            self.before(cloud, place)
        return open_setup(cloud, place, changes)


def clicked(*click: str) -> Callable[[Connection, Path], object]:
    return lambda cloud, place: cloud.portal(*click)


def signed_out(cloud: Connection, place: Path) -> None:
    az(cloud, "logout")


def signed_in(cloud: Connection, place: Path) -> None:
    az(cloud, "login")


def revoked(cloud: Connection, place: Path) -> None:
    signed_in(cloud, place)
    cloud.portal("revoke-sessions", "operator")


def begun_without_a_factor(cloud: Connection, place: Path) -> None:
    """As a session is that was there before the policy."""
    az(cloud, "logout")
    session = Path(cloud.info["state"]) / "az.json"
    session.write_text(session.read_text(encoding="utf-8").replace('"signed_out": true', '"signed_out": false'))
    cloud.portal("conditional-access", "operator", "mfa")


def blocked(cloud: Connection, place: Path) -> None:
    signed_in(cloud, place)
    cloud.portal("conditional-access", "operator", "block")


def confirmed(cloud: Connection, place: Path) -> None:
    cloud.portal("conditional-access", "operator", "mfa")
    signed_in(cloud, place)


# Applications by secret.


def secret(
    cloud: Connection, place: Path, *, value: str | None = None, end: str = "2040-01-01T00:00:00Z", owner: bool = True
) -> dict[str, Any]:
    made = maker(cloud).application(owner=owner)
    told = value or maker(cloud).secret(made, end)
    return by_secret(cloud, client_id=made["appId"], client_secret=private(place / "secret", told))


def disabled(cloud: Connection, place: Path) -> dict[str, Any]:
    answers = secret(cloud, place)
    principal = maker(cloud).graph.service_principal(answers["client_id"])
    assert principal is not None
    maker(cloud).rest.send("PATCH", f"/servicePrincipals/{principal['id']}", body={"accountEnabled": False})
    return answers


def unregistered(cloud: Connection, place: Path) -> dict[str, Any]:
    return by_secret(cloud, client_id=NOWHERE)


def under_a_policy(cloud: Connection, place: Path) -> dict[str, Any]:
    answers = secret(cloud, place)
    cloud.portal("conditional-access", answers["client_id"], "block")
    return answers


# Applications by certificate.


def with_certificate(
    cloud: Connection,
    place: Path,
    *,
    days: int = 30,
    registered: int = 1,
    password: str | None = None,
    said: str | None = None,
) -> dict[str, Any]:
    """`registered` is the serial number of the one that Entra knows; ours has 1."""
    made = maker(cloud).application()
    register_certificate(maker(cloud), made, certificate(days, registered))
    ours = certificate(days)
    if registered == 1:
        register_certificate(maker(cloud), made, ours)
    content = pfx(ours, password) if password else pem(ours)
    answers = {"method": "client_certificate", "client_id": made["appId"]}
    answers["client_certificate"] = private(place / "operator.pem", content)
    if password:
        answers["certificate_password"] = private(place / "password", said or password)
    return answers


# Machines and jobs.


def machine(cloud: Connection, place: Path, *, names: tuple[str, ...] = ("vm",), pick: bool = False) -> dict[str, Any]:
    os.environ["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = cloud.info["endpoints"]["login"]
    answers: dict[str, Any] = {"method": "managed_identity"}
    for name in names:
        told = cloud.portal("machine-identity", name)
        client, object_id = told.split("client id ")[1].split(",")[0], told.rpartition(" ")[2]
        maker(cloud).setup.arm.assign_role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", object_id, "ServicePrincipal")
        if pick:
            answers["client_id"] = client
    return answers


def app_service(cloud: Connection, place: Path) -> dict[str, Any]:
    answers = machine(cloud, place)
    os.environ["IDENTITY_ENDPOINT"] = f"{cloud.info['endpoints']['login']}/msi/token"
    os.environ["IDENTITY_HEADER"] = "of-the-platform"
    return answers


def trusted(cloud: Connection, issuer: str, subject: str, *, trusts: str | None = None) -> dict[str, Any]:
    made = maker(cloud).application()
    maker(cloud).graph.add_federated_credential(
        made["id"], name="test", issuer=issuer, subject=trusts or subject, description="", audience=EXCHANGE
    )
    return {"method": "workload_identity", "client_id": made["appId"]}


def pod(cloud: Connection, place: Path, *, issuer: str = CLUSTER, lifetime: int = 600) -> dict[str, Any]:
    """`issuer` is the one that the application trusts."""
    answers = trusted(cloud, issuer, POD)
    token = cloud.outside_token(CLUSTER, POD, EXCHANGE, lifetime)
    return {**answers, "token_file": private(place / "token", token).removeprefix("file:")}


def job(cloud: Connection, place: Path, *, trusts: str | None = None) -> dict[str, Any]:
    os.environ.update(cloud.workflow(JOB))
    return trusted(cloud, GITHUB, JOB, trusts=trusts)


def no_job(cloud: Connection, place: Path) -> dict[str, Any]:
    for name in ("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "AZURE_FEDERATED_TOKEN_FILE"):
        os.environ.pop(name, None)
    return {"method": "workload_identity", "client_id": NOWHERE}


# People.


def person(cloud: Connection) -> str:
    return str(cloud.info["identities"]["operator"]["upn"])


def with_device_code(cloud: Connection, place: Path) -> Setup:
    setup = open_setup(cloud, place, {"sign_in": {"method": "device_code"}})
    return reading(setup, r"code (\S+)", lambda code: cloud.portal("complete-device-code", code, person(cloud)))


def with_device_code_blocked(cloud: Connection, place: Path) -> Setup:
    cloud.portal("conditional-access", "operator", "device")
    return with_device_code(cloud, place)


def with_browser(cloud: Connection, place: Path) -> Setup:
    webbrowser.register("a test's", None, Browser(cloud, person(cloud)), preferred=True)
    return open_setup(cloud, place, {"sign_in": {"method": "browser"}})


def with_browser_blocked(cloud: Connection, place: Path) -> Setup:
    cloud.portal("conditional-access", "operator", "block")
    return with_browser(cloud, place)


def with_no_browser(cloud: Connection, place: Path) -> Setup:
    webbrowser.get  # noqa: B018 - registers what this machine has, before it is taken away
    os.environ.pop("DISPLAY", None)
    vars(webbrowser)["_tryorder"] = []
    return open_setup(cloud, place, {"sign_in": {"method": "browser"}})


def without_azure_cli(cloud: Connection, place: Path) -> Setup:
    setup = open_setup(cloud, place)
    setup.world.target = cloud.target.model_copy(update={"path_prefix": None})
    without_az(place / "bin")
    return setup


def elsewhere(**changes: str) -> Arrange:
    return With(lambda cloud, place: changes, signed_in)


DONE, BLOCKED = Verdict.DONE, Verdict.BLOCKED


def row(name: str, arrange: Arrange, verdict: Verdict, says: str, guide: str | None = None) -> State:
    return State(name, SignIn, arrange, verdict, says, guide)


STATES = [
    row("a person has signed in to az",
        With(before=signed_in), DONE, f"{OPERATOR}, a person, signed in by azure_cli"),
    row("a person has confirmed with a second factor", With(before=confirmed), DONE, "signed in by azure_cli"),
    row("there is no az", without_azure_cli, BLOCKED, "CLI is not installed", "install the Azure CLI"),
    row("az is signed out",
        With(before=signed_out), BLOCKED, "Nobody is signed in to the Azure CLI", "az login --tenant"),
    row("the session was revoked", With(before=revoked), BLOCKED, "not valid any more", "az login --tenant"),
    row("a second factor is asked for",
        With(before=begun_without_a_factor), BLOCKED, "asks for a second factor", "mfasetup"),
    row("conditional access blocks the person",
        With(before=blocked), BLOCKED, "conditional access policy", "names the policy"),
    row("the tenant is another one, of az",
        elsewhere(tenant_id=NOWHERE), BLOCKED, "wrong tenant", "sign_in.tenant_id"),
    row("an application by its secret", With(secret), DONE, "an application, signed in by client_secret"),
    row("the tenant is another one, of an application",
        With(lambda cloud, place: by_secret(cloud, tenant_id=NOWHERE)), BLOCKED, "wrong tenant", "sign_in.tenant_id"),
    row("the secret is wrong",
        With(partial(secret, value="not~the-secret")), BLOCKED, "secret is not right", "a value listed"),
    row("the secret has expired",
        With(partial(secret, end="2020-01-01T00:00:00Z")), BLOCKED, "secret has expired", "add a new one"),
    row("the application is not known",
        With(unregistered), BLOCKED, "does not know the application", "Enterprise applications"),
    row("the application's sign-in is off", With(disabled), BLOCKED, "turned off", "sign-in is enabled"),
    row("conditional access blocks the application",
        With(under_a_policy), BLOCKED, "conditional access", "names the policy"),
    row("an application by a certificate", With(with_certificate), DONE, "signed in by client_certificate"),
    row("by a PFX with a password", With(partial(with_certificate, password="open-it")), DONE, "client_certificate"),
    row("the certificate is another one",
        With(partial(with_certificate, registered=2)), BLOCKED, "not one of the application's", "thumbprint"),
    row("the certificate has expired",
        With(partial(with_certificate, days=-1)), BLOCKED, "certificate has expired", "upload"),
    row("the certificate's password is wrong",
        With(partial(with_certificate, password="open-it", said="other")), BLOCKED, "cannot be read",
        "certificate_password"),
    row("a machine's only identity", With(machine), DONE, "signed in by managed_identity"),
    row("one of two identities", With(partial(machine, names=("vm", "other"), pick=True)), DONE, "managed_identity"),
    row("which of two identities",
        With(partial(machine, names=("vm", "other"))), BLOCKED, "no such managed identity", "Identity"),
    row("an identity of App Service", With(app_service), DONE, "managed_identity"),
    row("the machine has no identity",
        With(partial(machine, names=())), BLOCKED, "no such managed identity", "turn it on"),
    row("a pod by its token file", With(pod), DONE, "signed in by workload_identity"),
    row("a GitHub job by its own token", With(job), DONE, "signed in by workload_identity"),
    row("the job is not the trusted one",
        With(partial(job, trusts="repo:example/lakehouse:ref:refs/heads/main")), BLOCKED, "does not trust",
        "letter by letter"),
    row("the trusted issuer has a slash more",
        With(partial(pod, issuer=f"{CLUSTER}/")), BLOCKED, "does not trust", "letter by letter"),
    row("the token to exchange has expired",
        With(partial(pod, lifetime=-60)), BLOCKED, "machine's clock is wrong", "a new token"),
    row("there is no token to exchange", With(no_job), BLOCKED, "no token to exchange", "id-token: write"),
    row("a person by device code", with_device_code, DONE, f"{OPERATOR}, a person, signed in by device_code"),
    row("the policy asks for a known device",
        with_device_code_blocked, BLOCKED, "conditional access", "names the policy"),
    row("a person by browser", with_browser, DONE, f"{OPERATOR}, a person, signed in by browser"),
    row("conditional access blocks in the browser",
        with_browser_blocked, BLOCKED, "conditional access", "names the policy"),
    row("there is no browser here", with_no_browser, BLOCKED, "No browser", "device_code"),
    row("no subscription is visible",
        With(partial(secret, owner=False)), BLOCKED, "sees no subscription", "only eligible for one (PIM)"),
    row("another subscription is visible",
        elsewhere(subscription_id=NOWHERE), BLOCKED, "1 others are", "the operator sees: "),
    row("the subscription is disabled",
        With(secret, clicked("subscription-state", "Disabled")), BLOCKED, "is Disabled", "payment"),
    row("the subscription is past due",
        With(secret, clicked("subscription-state", "PastDue")), DONE, "will disable it"),
]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=str)
def test_the_state_is_told(state: State, cloud: Connection, tmp_path: Path) -> None:
    holds(state, cloud, tmp_path)


@pytest.mark.parametrize("answers", [secret, with_certificate, pod], ids=lambda answers: answers.__name__)
def test_no_token_is_kept_on_disk(
    answers: Callable[[Connection, Path], dict[str, Any]], cloud: Connection, tmp_path: Path
) -> None:
    given = answers(cloud, tmp_path / "given")
    setup = open_setup(cloud, tmp_path / "setup", {"sign_in": given})
    assert setup.check(SignIn()).verdict is Verdict.DONE
    token = setup.world.credential(setup.context("test"), "operator").get_token(cloud.target.endpoints.arm_scope).token
    written = [path for path in (tmp_path / "setup").rglob("*") if path.is_file()]
    assert written
    assert [path for path in written if token.encode() in path.read_bytes() or b"eyJ" in path.read_bytes()] == []
