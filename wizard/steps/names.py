"""What everything is called: one pure function of the project's answers, legal for every service.

Limits (Microsoft Learn, "Naming rules and restrictions for Azure resources"): storage account 3-24
lower-case letters and digits; Event Hubs namespace 6-50, begins with a letter, ends with a letter or
digit; container 3-63 without double hyphens; workspace and access connector 3-64; resource group 90."""

from __future__ import annotations

import re
from typing import Protocol

from wizard.setup import mark
from wizard.steps.facts import ProjectFacts
from wizard.text import _

REFERENCE_DOMAIN = "risk"
DOMAIN_LENGTH = 16  # stae + prod + domain is 24, a storage account's limit
_DOMAIN = re.compile(r"[a-z][a-z0-9]*")
_NAMES = (  # what `names` gives workspace and storage account, read the other way
    re.compile(r"adbd(?P<domain>[a-z][a-z0-9]*)(?:-(?P<environment>dev|test|prod))?"),
    re.compile(r"stae(?P<environment>dev|test|prod)(?P<domain>[a-z][a-z0-9]*)"),
    re.compile(r"stad(?P<domain>[a-z][a-z0-9]*)(?P<environment>)"),
)
_TAG_NAME = re.compile(r"[^<>%&\\?/]{1,512}")


class Named(Protocol):
    """The answers that names are made of."""

    @property
    def domain(self) -> str: ...
    @property
    def environment(self) -> str: ...
    @property
    def project(self) -> str: ...
    @property
    def catalog(self) -> str: ...
    @property
    def location(self) -> str: ...
    @property
    def owner(self) -> str: ...
    @property
    def tags(self) -> dict[str, str]: ...


def names(answers: Named, setup_id: str) -> ProjectFacts:
    """The names and tags of one setup; the same answers always give the same names.

    An empty environment gives the reference's names; any other stands in every name. No two pairs of
    domain and environment share a name: a domain has no hyphen, and where a service allows none
    (storage) the environment stands before the domain, under a prefix of its own."""
    domain, environment = answers.domain, answers.environment
    base = f"{domain}-{environment}" if environment else domain
    group = [] if (domain, environment) == (REFERENCE_DOMAIN, "") else [domain, environment]
    return ProjectFacts(
        domain=domain,
        environment=environment,
        project=answers.project,
        location=answers.location,
        owner=answers.owner,
        resource_group=f"rsgd{base}",
        managed_resource_group=f"rsgd{base}-managed",
        storage_account=storage_account(domain, environment),
        event_hubs_namespace=event_hubs_namespace(domain, environment),
        workspace=f"adbd{base}",
        access_connector=f"adbd{base}-mi",
        container_prefix=f"ctrd{base}-" if environment else f"ctrd{base}",
        catalog="_".join(part for part in (f"c{answers.catalog or domain}", environment) if part),
        group="_".join(part for part in ("data_engineer", *group) if part),
        tags={
            **answers.tags,
            "domain": domain,
            "project": answers.project,
            "env": environment or "reference",
            mark.KEY: setup_id,
        },
    )


def storage_account(domain: str, environment: str) -> str:
    return f"stae{environment}{domain}" if environment else f"stad{domain}"


def event_hubs_namespace(domain: str, environment: str) -> str:
    return f"ethd{domain}-{environment}" if environment else f"ethd{domain}"


def short_name(answers: Named) -> str:
    """What a setup is called among others, and what a destroy asks for: risk, or risk-prod."""
    return "-".join(part for part in (answers.domain, answers.environment) if part)


def named_by(name: str) -> tuple[str, str] | None:
    """Domain and environment of the lakehouse whose workspace or storage account has this name; None if none has."""
    for pattern in _NAMES:
        if found := pattern.fullmatch(name):
            return found["domain"], found["environment"] or ""
    return None


def check_domain(domain: str) -> str:
    """The domain itself, or ValueError("why; remedy")."""
    if not _DOMAIN.fullmatch(domain) or not 2 <= len(domain) <= DOMAIN_LENGTH:
        raise ValueError(
            _(
                "it stands in the name of a storage account, which has at most 24 lower-case letters and digits; "
                "use 2 to {length} lower-case letters and digits, beginning with a letter",
                length=DOMAIN_LENGTH,
            )
        )
    return domain


def check_catalog(catalog: str) -> str:
    """The catalog's name without its leading c, or ValueError("why; remedy")."""
    if catalog and (not _DOMAIN.fullmatch(catalog) or len(catalog) > DOMAIN_LENGTH):
        raise ValueError(
            _(
                "it stands in SQL without quotes, with c before it; "
                "use at most {length} lower-case letters and digits, beginning with a letter",
                length=DOMAIN_LENGTH,
            )
        )
    return catalog


def check_owner(owner: str) -> str:
    """A user principal name; a guest's with #EXT# is one."""
    user, at, domain = owner.partition("@")
    if not at or not user or "." not in domain or re.search(r"[\s'\"/\\]|@", user + domain):
        raise ValueError(
            _(
                "it is not a user principal name; "
                "copy it from the user's page in Entra, as name@tenant.onmicrosoft.com (a guest's contains #EXT#)"
            )
        )
    return owner


def check_tags(tags: dict[str, str]) -> dict[str, str]:
    """Tags that Azure takes and that do not hide ours."""
    for name, value in tags.items():
        if name.lower() in ("domain", "project", "env", mark.KEY):
            raise ValueError(_("the tag {name} is set by the wizard; remove it", name=name))
        if not _TAG_NAME.fullmatch(name) or len(value) > 256:
            raise ValueError(
                _(
                    "Azure does not take the tag {name}; "
                    "its name may not contain < > % & \\ ? / and its value has at most 256 characters",
                    name=name,
                )
            )
    return tags
