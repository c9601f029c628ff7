"""Step 3, project: what the lakehouse is called, kept in config.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, field_validator

from wizard.provisioning import state
from wizard.setup.step import Actor, Finding, Found, Kind, Permission, Questions, Verdict
from wizard.steps import names
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.facts import ProjectFacts
from wizard.steps.sign_in import SignInQuestions
from wizard.text import N_, _

if TYPE_CHECKING:
    from wizard.setup.answers import Answers
    from wizard.setup.folder import Folder

# What tells a setup from every other, by its key in config.yaml: another value would be another lakehouse.
IDENTITY = {
    "domain": "project.domain",
    "environment": "project.environment",
    "location": "project.location",
    "catalog": "project.catalog",
    "tenant_id": "sign_in.tenant_id",
    "subscription_id": "sign_in.subscription_id",
}


class ProjectQuestions(Questions):
    """What the lakehouse is for, whose it is, and where it stands."""

    domain: str = Field(description=N_("the business domain, as risk; it stands in every name"))
    environment: Literal["", "dev", "test", "prod"] = Field(
        default="", description=N_("dev, test or prod, to stand side by side; empty for the plain names")
    )
    project: str = Field(min_length=1, max_length=64, description=N_("the project's name, a tag of everything"))
    catalog: str = Field(default="", description=N_("the catalog's name without its leading c; empty: the domain"))
    location: str = Field(
        default="brazilsouth", pattern=r"^[a-z][a-z0-9]+$", description=N_("the Azure region, as brazilsouth")
    )
    owner: str = Field(description=N_("the principal user's user principal name; may be a guest with #EXT#"))
    tags: dict[str, str] = Field(default={}, description=N_("further tags for everything that has tags"))

    @field_validator("domain")
    @classmethod
    def _domain(cls, value: str) -> str:
        return names.check_domain(value)

    @field_validator("catalog")
    @classmethod
    def _catalog(cls, value: str) -> str:
        return names.check_catalog(value)

    @field_validator("owner")
    @classmethod
    def _owner(cls, value: str) -> str:
        return names.check_owner(value)

    @field_validator("tags")
    @classmethod
    def _tags(cls, value: dict[str, str]) -> dict[str, str]:
        return names.check_tags(value)


class Project(WizardStep):
    """Done when config.yaml says what the answers say."""

    name: ClassVar[str] = "project"
    title: ClassVar[str] = N_("Project")
    kind: ClassVar[Kind] = Kind.FORM
    actor: ClassVar[Actor] = Actor.EITHER
    after: ClassVar[tuple[str, ...]] = ("preflight",)
    permissions: ClassVar[tuple[Permission, ...]] = (
        Permission("local", "write", "{folder}", N_("to keep config.yaml in the setup folder")),
    )
    questions: ClassVar[type[Questions] | None] = ProjectQuestions
    reads: ClassVar[tuple[str, ...]] = ("sign_in.tenant_id", "sign_in.subscription_id")

    def check(self, ctx: Ctx) -> Finding:
        asked = ctx.ask(ProjectQuestions)
        facts = names.names(asked, ctx.setup_id)
        kept = ctx.folder.config()
        changes = tuple(
            _("config.yaml: {key} becomes {value}", key=key, value='""' if value == "" else value)
            for key, value in wanted(asked, ctx.ask(SignInQuestions)).items()
            if kept.get(key) != value
        )
        if changes:
            return Finding(Verdict.TODO, _("config.yaml does not say what the answers say"), facts, changes)
        why = _("{group} in {location}, catalog {catalog}", group=facts.resource_group, location=facts.location,
                catalog=facts.catalog)  # fmt: skip
        return Finding(Verdict.DONE, why, facts, found=_named(facts))

    def apply(self, ctx: Ctx) -> None:
        ctx.folder.update_config(wanted(ctx.ask(ProjectQuestions), ctx.ask(SignInQuestions)))


def _named(facts: ProjectFacts) -> tuple[Found, ...]:
    """The names that everything gets."""
    return (
        Found(_("the resource group is called {name}", name=facts.resource_group)),
        Found(_("the workspace is called {name}", name=facts.workspace)),
        Found(_("the storage account is called {name}", name=facts.storage_account)),
        Found(_("the catalog is called {name}", name=facts.catalog)),
        Found(_("the group is called {name}", name=facts.group)),
        Found(_("the principal user is {name}", name=facts.owner)),
    )


def wanted(asked: ProjectQuestions, signed_in: SignInQuestions) -> dict[str, Any]:
    """The keys of config.yaml that are ours; the first five are the reference's flat keys."""
    return {
        "domain": asked.domain,
        "catalog": asked.catalog or asked.domain,
        "project": asked.project,
        "user_principal_name": asked.owner,
        "domain_azure": asked.owner.partition("@")[2],
        "environment": asked.environment,
        "location": asked.location,
        "tags": asked.tags,
        "tenant_id": signed_in.tenant_id,
        "subscription_id": signed_in.subscription_id,
    }


def moved(answers: Answers, folder: Folder) -> list[str]:
    """What may not change while anything of the setup stands, each as `file field: what, why, remedy`: Terraform
    would delete it all, and make it anew elsewhere. Nor in a folder that got its config.yaml from another."""
    foreign = folder.exists and not folder.journal.exists()  # no run ever began here
    if not folder.exists or not (foreign or state.names_objects(folder.private / "terraform")):
        return []
    told = _of_another if foreign else _moved
    kept, now = folder.config(), wanted(answers.section(ProjectQuestions), answers.section(SignInQuestions))
    return [
        told(folder, name, str(kept[key]), str(now[key]))
        for key, name in IDENTITY.items()
        if (foreign or key != "catalog" or state.root_names_objects(folder.private / "terraform" / "unity_catalog"))
        and key in kept
        and str(kept[key]).lower() != str(now[key]).lower()
    ]


def _of_another(folder: Folder, name: str, old: str, new: str) -> str:
    return _(
        '{file} {name}: "{old}" may not become "{new}", the file came from the folder of the setup {id}, and two '
        "lakehouses with one id would take each other away, remove it for another lakehouse (a new one gets an id of "
        'its own), or give "{old}" to go on with that setup here',
        file=folder.config_file,
        name=name,
        old=old,
        new=new,
        id=folder.setup_id,
    )


def _moved(folder: Folder, name: str, old: str, new: str) -> str:
    return _(
        '{file} {name}: "{old}" may not become "{new}", what this setup made stands under the old one and would be '
        'deleted with all its data, give "{old}" again; for another lakehouse use another --folder, or destroy this '
        "one first",
        file=folder.config_file,
        name=name,
        old=old,
        new=new,
    )
