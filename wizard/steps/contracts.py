"""Contracts: the files that say what comes in, checked before anything is built on them."""

from __future__ import annotations

from pathlib import Path

from lakehouse_jobs.contract import Contract, Defect, check_file, load
from pydantic import Field

from wizard.setup.answers import Answers
from wizard.setup.folder import Folder
from wizard.setup.step import Actor, Finding, Found, Kind, Problem, Questions, Verdict
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.facts import ContractsFacts
from wizard.steps.sources import TEMPLATE, Source, locate, remember
from wizard.text import N_, _


class ContractsQuestions(Questions):
    files: tuple[str, ...] = Field(
        min_length=1,
        description=N_(
            "the contract files, relative to the answers file or the setup folder; template:account and "
            "template:consents are those shipped with the wizard"
        ),
    )


class Contracts(WizardStep):
    name = "contracts"
    title = N_("Contracts")
    kind = Kind.FORM
    actor = Actor.EITHER
    after = ("project",)
    questions = ContractsQuestions

    def faults(self, answers: Answers, folder: Folder) -> list[str]:
        sources = _sources(answers, folder)
        found = [_absent(source) for source in sources if source.missing]
        there = [source for source in sources if not source.missing]
        return found + [str(each) for source in there for each in _defects(source)] + [*map(str, _clashes(there))]

    def check(self, ctx: Ctx) -> Finding:
        sources = _sources(ctx.answers, ctx.folder)
        if absent := [source for source in sources if source.missing]:
            return _not_found(absent)
        defects = [defect for source in sources for defect in _defects(source)]
        defects += _clashes(sources)
        if defects:
            return _invalid(defects)
        todo = [source for source in sources if not source.settled]
        if todo:
            return _to_write(todo)
        loaded = {_kept(source): load(source.copy) for source in sources}
        models = {path: tuple(model.name for model in contract.models) for path, contract in loaded.items()}
        count = sum(len(names) for names in models.values())
        why = _("{n} contracts with {models} models are valid", n=len(models), models=count)
        found = tuple(
            Found(_("{path}: model {model}, {n} columns", path=path, model=model.name, n=len(model.fields)))
            for path, contract in loaded.items()
            for model in contract.models
        )
        return Finding(Verdict.DONE, why, ContractsFacts(contracts=models), found=found)

    def apply(self, ctx: Ctx) -> None:
        for source in _sources(ctx.answers, ctx.folder):
            if not source.settled and source.origin is not None:
                if source.copy.is_file():
                    backup = ctx.folder.back_up(source.copy).relative_to(ctx.folder.root)
                    ctx.say(_("keeps what {path} was in {backup}", path=_kept(source), backup=backup))
                ctx.say(_("writes {path}", path=_kept(source)))
                ctx.folder.write(source.copy, source.origin.read_bytes(), mode=0o644)
            remember(ctx, source)


def contracts(ctx: Ctx) -> dict[str, Contract]:
    """The folder's valid contracts, by their path in it; needs the step's facts."""
    return {path: load(ctx.folder.root / path) for path in ctx.facts(ContractsFacts).contracts}


def meant(ctx: Ctx) -> dict[str, Contract]:
    """The contracts that the answers name, by the path they have or get in the folder: as `contracts`, before they
    are there too. Those that are missing or invalid are left out."""
    return _fit(ctx.answers, ctx.folder)


def _fit(answers: Answers, folder: Folder) -> dict[str, Contract]:
    fit = [source for source in _sources(answers, folder) if not source.missing and not _defects(source)]
    return {_kept(source): load(source.current) for source in fit}


def named(answers: Answers, folder: Folder) -> list[Contract] | None:
    """The contracts that the answers name, wherever they lie now; None where one is missing or invalid."""
    sources = _sources(answers, folder)
    if any(source.missing or _defects(source) for source in sources):
        return None
    return [load(source.current) for source in sources]


def schedules(answers: Answers, folder: Folder) -> dict[str, str]:
    """Model -> Quartz cron, of the models that have one."""
    return {model.name: found.cron for found in _fit(answers, folder).values() if found.cron for model in found.models}


def _kept(source: Source) -> str:
    return f"contracts/{source.copy.name}"


def _to_write(todo: list[Source]) -> Finding:
    changed = [source for source in todo if source.copy.is_file()]
    absent = len(todo) - len(changed)
    why = [_("{n} contracts are not in the folder yet", n=absent)] if absent else []
    why += [_("{path} differs from {origin}", path=_kept(source), origin=source.origin) for source in changed]
    return Finding(Verdict.TODO, "; ".join(why), changes=tuple(map(_change, todo)))


def _change(source: Source) -> str:
    if not source.copy.is_file():
        return _("write {path}", path=_kept(source))
    return _("{path} differs from {origin}; it will be replaced, and kept in .wizard/backups",
             path=_kept(source), origin=source.origin)  # fmt: skip


def _sources(answers: Answers, folder: Folder) -> list[Source]:
    names = answers.section(ContractsQuestions).files
    return [locate(answers, folder, name, "contracts", ".yaml") for name in names]


def _defects(source: Source) -> list[Defect]:
    return check_file(source.current, str(source.current))


def _clashes(sources: list[Source]) -> list[Defect]:
    """Two contracts that would be one file, or that claim one table."""
    found: list[Defect] = []
    models: dict[str, Path] = {}
    names: dict[str, Path] = {}
    for source in sources:
        path = source.current
        if _defects(source):
            continue
        for kind, key, seen in [
            ("file", source.copy.name, names),
            *(("models", model.name, models) for model in load(path).models),
        ]:
            if key in seen:
                what = _("{key} stands in two contracts", key=key)
                why = _("{path} has it too", path=seen[key])
                found.append(Defect(str(path), 1, 1, kind, what, why, _("rename one, or name one contract only")))
            seen.setdefault(key, path)
    return found


def _absent(source: Source) -> str:
    known = ", ".join(source.templates)
    remedy = _("the templates are {known}", known=known) if source.spec.startswith(TEMPLATE) else _("correct its path")
    return _("{spec}: the contract is not there, no such file, {remedy}", spec=source.spec, remedy=remedy)


def _not_found(absent: list[Source]) -> Finding:
    problem = Problem(
        what=_("{n} contracts are not there", n=len(absent)),
        why="\n".join(_absent(source) for source in absent),
        next_action=_("correct contracts.files in the answers"),
        raw_code="ContractNotFound",
    )
    return Finding(Verdict.BLOCKED, problem.what, problem=problem)


def _invalid(found: list[Defect]) -> Finding:
    problem = Problem(
        what=_("the contracts have {n} defects", n=len(found)),
        why="\n".join(map(str, sorted(found))),
        next_action=_("correct them and run again"),
        raw_code="ContractInvalid",
    )
    return Finding(Verdict.BLOCKED, problem.what, problem=problem)
