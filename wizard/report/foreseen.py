"""What a step will do, as far as the answers tell before the steps in front of it are done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from lakehouse_jobs.keys import NAME

from wizard import assets
from wizard.provisioning.listing import resources
from wizard.steps.compute import object_names
from wizard.steps.contracts import meant
from wizard.steps.exploration import project_path
from wizard.steps.facts import ProjectFacts
from wizard.steps.first_run import FirstRunQuestions
from wizard.steps.identity import IdentityQuestions
from wizard.steps.ingestion import job_base
from wizard.steps.job_settings import job_labels, job_name
from wizard.steps.metastore import MetastoreQuestions
from wizard.steps.terraform_phase import TerraformStep
from wizard.text import _

if TYPE_CHECKING:
    from wizard.steps.base import Ctx, WizardStep


def foreseen(ctx: Ctx, step: WizardStep) -> tuple[str, ...]:
    """Changes in words; empty where the step changes nothing, or nothing of it is known."""
    project = ctx.maybe(ProjectFacts)
    if project is None:
        return ()
    if isinstance(step, TerraformStep):
        listed = resources(assets.path("terraform") / step.root, _known(ctx, project))
        beyond = _BEYOND.get(step.name, _nothing)
        return (*(each.words for each in listed), *beyond(ctx, project))
    return tuple(_BEYOND.get(step.name, _nothing)(ctx, project))


def _known(ctx: Ctx, project: ProjectFacts) -> dict[str, str]:
    """The roots' variables that the answers make up."""
    plain = {name: value for name, value in project.model_dump().items() if isinstance(value, str)}
    return {**plain, **object_names(project), "group_name": project.group, "setup_id": ctx.setup_id}


def _nothing(ctx: Ctx, project: ProjectFacts) -> Iterator[str]:
    return iter(())


def _account_admin(ctx: Ctx, project: ProjectFacts) -> Iterator[str]:
    yield _("add the principal to the Databricks account, and make it account admin, where it is not")
    yield _("add {name} to the Databricks account, and make it account admin, where it is not", name=project.owner)
    for name in ctx.ask(IdentityQuestions).members:
        if name.lower() != project.owner.lower():
            yield _("add {name} to the Databricks account, where it is not in it", name=name)


def _metastore(ctx: Ctx, project: ProjectFacts) -> Iterator[str]:
    asked = ctx.ask(MetastoreQuestions)
    if asked.replace:
        yield _("delete the metastore {name} with everything in it, and make one of our own", name=asked.replace)
    elif asked.mode == "reuse":
        yield _("make a metastore for {region}, where it has none", region=project.location)
    else:
        yield _("make a metastore for {region}", region=project.location)
    yield _("assign the region's metastore to the workspace")
    yield _("grant the principal what it needs on the metastore")


def _compute(ctx: Ctx, project: ProjectFacts) -> Iterator[str]:
    yield _("write the principal's ids and secret into the scope {name}", name=object_names(project)["secret_scope"])
    yield _("make the key {key} that hashes personal data", key=NAME)


def _ingestion(ctx: Ctx, project: ProjectFacts) -> Iterator[str]:
    yield _("upload the jobs' wheel into the volume libraries")
    found = meant(ctx)
    labels = job_labels({path: [model.name for model in contract.models] for path, contract in found.items()})
    for path in found:
        yield _("upload {path}", path=path)
        yield _("make job {name}, its schedule paused", name=job_name(job_base(project), labels[path]))


def _first_run(ctx: Ctx, project: ProjectFacts) -> Iterator[str]:
    samples = ctx.ask(FirstRunQuestions).samples
    for contract in meant(ctx).values():
        for model in contract.models:
            if model.name in samples:
                yield _("upload the sample of {model}, and run its job", model=model.name)
            else:
                yield _("run the job of {model}", model=model.name)


def _exploration(ctx: Ctx, project: ProjectFacts) -> Iterator[str]:
    yield _("write the notebook project {path}", path=project_path(ctx))


_BEYOND: dict[str, Callable[[Ctx, ProjectFacts], Iterator[str]]] = {
    "account-admin": _account_admin,
    "metastore": _metastore,
    "compute": _compute,
    "ingestion": _ingestion,
    "first-run": _first_run,
    "exploration": _exploration,
}
