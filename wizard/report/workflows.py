"""The GitHub workflows that go through the same journey without a person, and what they need to be given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from string import Template
from typing import get_args

from wizard import assets
from wizard.provisioning.backend import AZURERM, LOCAL
from wizard.setup.answers import Answers, section_name, variable
from wizard.setup.secrets import SecretRef
from wizard.setup.step import Questions
from wizard.steps.principal_questions import ServicePrincipalQuestions
from wizard.steps.sign_in import SignInQuestions
from wizard.steps.state_backend import StateQuestions
from wizard.text import _

KINDS = ("plan", "apply", "drift")
PYTHON = "3.13"
# By commit, since a tag can be moved.
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1  # v7.0.1"
SETUP_PYTHON = "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97  # v7.0.0"
FROM_ANYWHERE = ("keyvault",)  # places of secrets that a runner reaches as this machine does
PACKAGE, CLIENT_ID, BACKEND = "LAKEHOUSE_PACKAGE", "LAKEHOUSE_CLIENT_ID", "LAKEHOUSE_STATE_BACKEND"
METHODS_OWN = ("client_secret", "client_certificate", "certificate_password", "token_file")
PRINCIPAL_ID = "LAKEHOUSE_PRINCIPAL_CLIENT_ID"


class _Workflow(Template):
    """`%name`, since `$` is GitHub's own."""

    delimiter = "%"


@dataclass(frozen=True, slots=True)
class Need:
    """A variable or a secret that GitHub is to be given: its name, and where its value comes from."""

    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where the workflows run: `folder` of the setup in the repository (`.` for its root), the branch that is applied,
    the environment that guards it (that of plans has `-plan` behind it), and the name before each workflow's."""

    folder: str
    branch: str
    environment: str
    name: str

    @property
    def environments(self) -> tuple[str, str]:
        return self.environment, f"{self.environment}-plan"


@dataclass(frozen=True, slots=True)
class Workflows:
    """The files by their names, and what they need. `unreachable`: the answers keep the state where no runner is."""

    files: dict[str, str]
    variables: tuple[Need, ...]
    secrets: tuple[Need, ...]
    unreachable: bool


@dataclass(frozen=True, slots=True)
class _Given:
    """One line of a job's or a step's environment; `need` is what stands behind it in GitHub."""

    name: str
    value: str
    need: Need | None = None
    secret: bool = False


def workflows(place: Place, answers: Answers, questions: Iterable[type[Questions]]) -> Workflows:
    """The files for a setup with these answers, which go to the repository beside them. Holds no secret."""
    given = [*_identity(answers), *_principal(answers), *_references(answers, questions)]
    plain, hidden = [one for one in given if not one.secret], [one for one in given if one.secret]
    words = {
        "name": place.name,
        "folder": place.folder,
        "branch": place.branch,
        "environment": place.environment,
        "paths": ", ".join(f'"{path}"' for path in _paths(place)),
        "checkout": CHECKOUT,
        "setup_python": SETUP_PYTHON,
        "python": PYTHON,
    }
    root = assets.path("templates") / "workflows"
    files = {
        f"{place.name}-{kind}.yml": _filled((root / f"{kind}.yml").read_text(encoding="utf-8"), words, plain, hidden)
        for kind in KINDS
    }
    unreachable = answers.section(StateQuestions).backend == LOCAL
    return Workflows(files, tuple(_needs(plain)), tuple(_needs(hidden)), unreachable)


def _filled(text: str, words: dict[str, str], plain: Sequence[_Given], hidden: Sequence[_Given]) -> str:
    env = "\n".join(f"      {one.name}: {one.value}" for one in plain)
    lines = [f"          {one.name}: {one.value}" for one in hidden]
    secrets = "\n".join(["        env:", *lines]) if lines else ""
    if not lines:
        text = text.replace("%secrets\n", "")
    return _Workflow(text).substitute(words, env=env, secrets=secrets)


def _needs(given: Iterable[_Given]) -> Iterator[Need]:
    told = set()
    for one in given:
        if one.need is not None and one.need.name not in told:
            told.add(one.need.name)
            yield one.need


def _identity(answers: Answers) -> Iterator[_Given]:
    """The wizard itself, and as whom it acts."""
    source = _("what pip installs: a wheel in the repository, or lakehouse-wizard==VERSION of your index")
    yield _Given(PACKAGE, _variable(PACKAGE), Need(PACKAGE, source))
    section = section_name(SignInQuestions)
    yield _Given(variable(section, "method"), "workload_identity")
    client = Need(CLIENT_ID, _("Entra, App registrations: the Application (client) ID of the operator's application"))
    yield _Given(variable(section, "client_id"), _variable(CLIENT_ID), client)
    for field in METHODS_OWN:
        if getattr(answers.section(SignInQuestions), field) is not None:
            yield _Given(variable(section, field), '""  # the answers name one, for another way to sign in')
    kept = answers.section(StateQuestions).backend
    usual = AZURERM if kept == LOCAL else kept
    where = Need(BACKEND, _("where Terraform's state lies, azurerm or http, as `state` of the answers tells more of; "
                            "{backend} where it is not set", backend=usual))  # fmt: skip
    state = variable(section_name(StateQuestions), "backend")
    yield _Given(state, f"${{{{ vars.{BACKEND} || '{usual}' }}}}", where)


def _principal(answers: Answers) -> Iterator[_Given]:
    """A principal that a run makes is found again by a runner, but its secret only in a Key Vault: else it is given."""
    asked = answers.section(ServicePrincipalQuestions)
    if asked.mode == "given" or asked.secret_store == "key_vault":
        return
    section = section_name(ServicePrincipalQuestions)
    yield _Given(variable(section, "mode"), "given")
    need = Need(PRINCIPAL_ID, _("Entra, App registrations: the Application (client) ID of the principal"))
    yield _Given(variable(section, "client_id"), _variable(PRINCIPAL_ID), need)
    yield from _secret(ServicePrincipalQuestions, "client_secret", None)


def _references(answers: Answers, questions: Iterable[type[Questions]]) -> Iterator[_Given]:
    """Every secret that the answers refer to, but for the operator's own."""
    for kind in questions:
        if kind is SignInQuestions:
            continue
        section = answers.section(kind)
        for field, info in kind.model_fields.items():
            found = getattr(section, field)
            if SecretRef in (info.annotation, *get_args(info.annotation)) and isinstance(found, SecretRef):
                yield from _secret(kind, field, found)


def _secret(kind: type[Questions], field: str, found: SecretRef | None) -> Iterator[_Given]:
    """What brings one secret to the run: a reference to a variable of the run, and that variable."""
    if found is not None and found.scheme in FROM_ANYWHERE:
        return
    section = section_name(kind)
    if found is not None and found.scheme == "env":
        name = found.name
    else:
        name = f"{section}_{field}".upper()
        yield _Given(variable(section, field), f"env:{name}")
    source = _("the value behind {key} of the answers", key=f"{section}.{field}")
    if found is not None:
        source = _("the value behind {key} of the answers, here {reference}", key=f"{section}.{field}", reference=found)
    yield _Given(name, f"${{{{ secrets.{name} }}}}", Need(name, source), secret=True)


def _variable(name: str) -> str:
    return f"${{{{ vars.{name} }}}}"


def _paths(place: Place) -> tuple[str, ...]:
    """What of the repository is the setup's."""
    ours = f".github/workflows/{place.name}-*.yml"
    if place.folder == ".":
        return "answers.yaml", "config.yaml", "contracts/**", ours
    return f"{place.folder}/**", ours
