"""Exploration: a notebook and its asset bundle, put into the workspace once and again when the template changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.workspace import ImportFormat, Language

from wizard import assets
from wizard.setup.step import Actor, Finding, Found, Kind, Permission, Problem, Removal, Verdict
from wizard.steps import access
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.facts import CatalogFacts, ExplorationFacts, FoundationFacts, ProjectFacts
from wizard.text import N_, _

SUFFIX = ".template"
NOTEBOOK = ".py"  # a workspace drops it from a notebook's name
MANIFEST = "manifest.json"


class Exploration(WizardStep):
    """Done when the project is in place, and the people it is for can use what it shows."""

    name = "exploration"
    title = N_("Exploration")
    kind = Kind.DEPLOY
    actor = Actor.PRINCIPAL
    after = ("unity-catalog",)
    permissions = (
        Permission(
            "databricks-workspace", "workspace admin", "/Shared", N_("writes the project's folder and removes it")
        ),
    )

    def check(self, ctx: Ctx) -> Finding:
        path, files = project_path(ctx), render(ctx)
        workspace = ctx.world.workspace(ctx)
        present = _objects(workspace, path)
        if present is None:
            return _todo(path, tuple(files))
        manifest = _manifest(workspace, path) if MANIFEST in present else None
        if present and (manifest is None or manifest.get("setup") != ctx.setup_id):
            return _not_ours(path)
        missing = tuple(name for name in files if _object_name(name) not in present)
        if missing:
            return _todo(path, missing)
        if manifest is None or manifest.get("content") != _digest(files):
            return _todo(path, tuple(files))
        people, facts = access.seen(ctx), ExplorationFacts(path=path)
        if (shut := access.lacking(ctx, people, facts)) is not None:
            return shut
        found = (*(Found(f"{path}/{_object_name(name)}") for name in files), *people)
        host = ctx.facts(FoundationFacts).workspace_url
        why = _("{path} is in place", path=path)
        return Finding(Verdict.DONE, why, facts, found=found, link=f"https://{host}/#workspace{path}")

    def apply(self, ctx: Ctx) -> None:
        path, files = project_path(ctx), render(ctx)
        workspace = ctx.world.workspace(ctx)
        workspace.workspace.mkdirs(path)
        # The mark of ownership comes first, so that a run that was stopped half-way finds its own folder;
        # the digest comes last, so that a half-written project is not taken for a whole one.
        _write_manifest(workspace, path, {"setup": ctx.setup_id})
        for name, text in files.items():
            ctx.cancel.raise_if_requested()
            ctx.say(_("writes {path}", path=f"{path}/{_object_name(name)}"))
            _upload(workspace, f"{path}/{_object_name(name)}", text.encode(), notebook=name.endswith(NOTEBOOK))
        _write_manifest(workspace, path, {"setup": ctx.setup_id, "content": _digest(files)})

    def removal(self, ctx: Ctx) -> Removal | None:
        path = project_path(ctx)
        workspace = ctx.world.workspace(ctx)
        present = _objects(workspace, path)
        if present is None or MANIFEST not in present or _manifest(workspace, path).get("setup") != ctx.setup_id:
            return None
        own = {*(_object_name(name) for name in _templates()), MANIFEST}
        added = tuple(_("{path}, added by somebody", path=f"{path}/{name}") for name in sorted(present - own))
        return Removal((_("workspace folder {path}", path=path),), added)

    def destroy(self, ctx: Ctx) -> None:
        ctx.world.workspace(ctx).workspace.delete(project_path(ctx), recursive=True)


def project_path(ctx: Ctx) -> str:
    project = ctx.facts(ProjectFacts)
    return "/Shared/" + "-".join(filter(None, ("lakehouse", project.domain, project.environment)))


def render(ctx: Ctx) -> dict[str, str]:
    """The project's files: name -> text."""
    project, foundation = ctx.facts(ProjectFacts), ctx.facts(FoundationFacts)
    path = project_path(ctx)
    values = {
        "domain": project.domain,
        "catalog": ctx.facts(CatalogFacts).catalog,
        "path": path,
        "project_folder": path.rsplit("/", 1)[-1],
        "target": project.environment or "main",
        "workspace_host": foundation.workspace_url,
    }
    found = _templates()
    for key, value in values.items():
        found = {name: text.replace("{{" + key + "}}", value) for name, text in found.items()}
    return found


def _templates() -> dict[str, str]:
    folder = assets.path("templates") / "exploration"
    return {
        path.name.removesuffix(SUFFIX): path.read_text(encoding="utf-8") for path in sorted(folder.glob(f"*{SUFFIX}"))
    }


def _object_name(name: str) -> str:
    return name.removesuffix(NOTEBOOK)


def _digest(files: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()


def _objects(workspace: WorkspaceClient, path: str) -> set[str] | None:
    """Names in the folder; None where there is no folder."""
    try:
        return {str(entry.path).rsplit("/", 1)[-1] for entry in workspace.workspace.list(path)}
    except NotFound:
        return None


def _manifest(workspace: WorkspaceClient, path: str) -> dict[str, Any]:
    with workspace.workspace.download(f"{path}/{MANIFEST}") as stream:
        text = stream.read()
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _write_manifest(workspace: WorkspaceClient, path: str, content: Mapping[str, str]) -> None:
    _upload(workspace, f"{path}/{MANIFEST}", json.dumps(content, indent=2).encode(), notebook=False)


def _upload(workspace: WorkspaceClient, path: str, content: bytes, *, notebook: bool) -> None:
    if notebook:
        workspace.workspace.upload(path, content, format=ImportFormat.SOURCE, language=Language.PYTHON, overwrite=True)
    else:
        workspace.workspace.upload(path, content, format=ImportFormat.AUTO, overwrite=True)


def _todo(path: str, names: tuple[str, ...]) -> Finding:
    changes = tuple(_("write {path}", path=f"{path}/{_object_name(name)}") for name in names)
    return Finding(Verdict.TODO, _("{path} is missing or old", path=path), changes=changes)


def _not_ours(path: str) -> Finding:
    problem = Problem(
        what=_("the workspace folder {path} is there already and is not this setup's", path=path),
        why=_("its manifest does not carry this setup's id, so it is left alone"),
        next_action=_("move it away, or choose another domain or environment"),
        raw_code="NotOurs",
    )
    return Finding(Verdict.BLOCKED, problem.what, problem=problem)
