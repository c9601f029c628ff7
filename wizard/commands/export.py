"""`export github`: workflows that go through the same journey without a person."""

from __future__ import annotations

import argparse
import difflib
import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from wizard import exits
from wizard.application import Options, Unusable, opened
from wizard.commands import nobody
from wizard.journey import questions
from wizard.plain.speaker import speaker
from wizard.report.workflows import Need, Place, Workflows, workflows
from wizard.setup import files
from wizard.setup.answers import Answers, load
from wizard.setup.folder import ANSWERS, Folder
from wizard.setup.step import Verdict
from wizard.steps import federation
from wizard.steps.federation import Trust
from wizard.steps.sign_in import SignIn, SignInQuestions
from wizard.text import _

WORKFLOWS = Path(".github") / "workflows"
# As in a token's subject: with the ids behind the names where the repository has immutable subjects.
REPOSITORY = re.compile(r"[\w.-]+(@\d+)?/[\w.-]+(@\d+)?")
REMOTE = re.compile(r"github\.com[:/](?P<repository>[\w.-]+/[\w.-]+?)(\.git)?/?$")
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")


def main(arguments: argparse.Namespace) -> int:
    folder = Folder(arguments.folder)
    answers = _answers(folder)
    root = _repository_root(folder.root)
    place = _place(arguments, folder, root)
    repository = _repository(arguments.repository, root)
    made = workflows(place, answers, questions())
    written = _write(root, made.files, overwrite=arguments.overwrite)
    trusts = federation.trusts(repository, place.name, place.environments) if repository else ()
    added = _add(arguments, answers, trusts) if arguments.create_credential else ()
    if isinstance(added, int):
        return added
    if arguments.json:
        print(json.dumps(_data(made, place, written, trusts, added), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_told(made, place, written, trusts, added)))
    return exits.DONE


def _answers(folder: Folder) -> Answers:
    if not folder.answers_file.is_file():
        raise Unusable(
            _("no {file} in {folder}; the workflows read it from the repository", file=ANSWERS, folder=folder.root)
        )
    return load(questions(), folder.answers_file)


def _repository_root(start: Path) -> Path:
    """The work tree around the folder; the folder itself where there is none."""
    return next((path for path in (start, *start.parents) if (path / ".git").exists()), start)


def _place(arguments: argparse.Namespace, folder: Folder, root: Path) -> Place:
    for option in ("environment", "name"):
        if not WORD.fullmatch(getattr(arguments, option)):
            raise Unusable(_("--{option}: use letters, digits, - and _", option=option))
    if not re.fullmatch(r"[\w./-]+", arguments.branch):
        raise Unusable(_("--{option}: use letters, digits, - and _", option="branch"))
    inside = folder.root.relative_to(root).as_posix()
    if not re.fullmatch(r"[\w./-]+", inside):
        raise Unusable(_("{path}: a workflow cannot name this folder; use letters, digits, -, _ and .", path=inside))
    return Place(inside, arguments.branch, arguments.environment, arguments.name)


def _repository(given: str | None, root: Path) -> str | None:
    """The one that was named, or the one that git pulls from; None where neither is known."""
    if given is not None:
        if not REPOSITORY.fullmatch(given):
            raise Unusable(_("--repository {given}: give it as OWNER/NAME, or OWNER@ID/NAME@ID", given=given))
        return given
    try:
        told = subprocess.run(
            ("git", "-C", str(root), "remote", "get-url", "origin"), capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    found = REMOTE.search(told.stdout.strip())
    return found["repository"] if found else None


def _write(root: Path, texts: Mapping[str, str], *, overwrite: bool) -> dict[Path, bool]:
    """Write what is not there yet; whether each was written. Raises Unusable, with the difference, for a file that
    differs: then nothing is."""
    paths = {root / WORKFLOWS / name: text for name, text in texts.items()}
    kept = {path: path.read_text(encoding="utf-8") for path in paths if path.is_file()}
    if not overwrite and (differ := [path for path, text in kept.items() if text != paths[path]]):
        shown = "".join(_difference(path.relative_to(root), kept[path], paths[path]) for path in differ)
        names = ", ".join(str(path.relative_to(root)) for path in differ)
        told = _("{files} differ from what would be written; keep them, or give --overwrite", files=names)
        raise Unusable(f"{shown}{told}")
    for path, text in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if kept.get(path) != text:
            files.write(path, text, 0o644, sync=True)
    return {path.relative_to(root): kept.get(path) != text for path, text in paths.items()}


def _difference(name: Path, before: str, after: str) -> str:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    lines = difflib.unified_diff(old, new, str(name), _("{name}, as exported", name=name))
    return "".join(lines)


def _add(arguments: argparse.Namespace, answers: Answers, trusts: Sequence[Trust]) -> tuple[Trust, ...] | int:
    """Make the federated credentials, as the operator who signs in here; an exit code where nobody does."""
    if not trusts:
        raise Unusable(_("git does not know the repository at GitHub; name it by --repository OWNER/NAME"))
    # Never the principal's: who may push would act as it.
    client_id = arguments.client_id or answers.section(SignInQuestions).client_id
    if client_id is None:
        raise Unusable(_("the answers name no application; name the workflows' own by --client-id"))
    with speaker(arguments.json, quiet=True) as voice, opened(Options(arguments.folder), voice) as setup:
        ctx = setup.context(SignIn.name)
        signed_in = SignIn().check(ctx)
        if signed_in.verdict is not Verdict.DONE:
            return nobody.tell(voice, signed_in)
        return federation.create(ctx, str(client_id), tuple(trusts))


def _data(
    made: Workflows, place: Place, written: Mapping[Path, bool], trusts: Sequence[Trust], added: Sequence[Trust]
) -> dict[str, object]:
    return {
        "files": [{"path": str(path), "written": new} for path, new in written.items()],
        "state_on_this_machine": made.unreachable,
        "environments": list(place.environments),
        "variables": [asdict(need) for need in made.variables],
        "secrets": [asdict(need) for need in made.secrets],
        "credentials": [{**federation.form(trust), "added": trust in added} for trust in trusts],
    }


def _told(
    made: Workflows, place: Place, written: Mapping[Path, bool], trusts: Sequence[Trust], added: Sequence[Trust]
) -> list[str]:
    told = [_("wrote {path}", path=path) if new else _("{path} is as it would be written", path=path)
            for path, new in written.items()]  # fmt: skip
    if made.unreachable:
        told += ["", _("The answers keep Terraform's state on this machine, where no runner finds it: set "
                       "state.backend to azurerm or http and run once, before a workflow does.")]  # fmt: skip
    guard, plain = place.environments
    told += ["", _("In the repository at GitHub make the environments {guard} (with reviewers, who agree to each "
                   "apply, and only for the branch {branch}) and {plain}.", guard=guard, branch=place.branch,
                   plain=plain)]  # fmt: skip
    told += [_("Who plans a pull request signs in as the operator too, and a branch may change its own workflow: let "
               "only people push whom you would let apply, or give {plain} reviewers as well.",
               plain=plain)]  # fmt: skip
    told += ["", _("Variables, by `gh variable set NAME`:"), *_needed(made.variables)]
    if made.secrets:
        told += ["", _("Secrets, by `gh secret set NAME --env ENVIRONMENT`, for both environments; "
                       "it asks for the value:"),
                 *_needed(made.secrets)]  # fmt: skip
    told += ["", _("Federated credentials of the operator's application, issuer {issuer}:", issuer=federation.ISSUER)]
    if not trusts:
        told.append("  " + _("name the repository by --repository OWNER/NAME to see their subjects"))
    told += [f"  {trust.name}: {trust.subject}" + (f" ({_('added')})" if trust in added else "") for trust in trusts]
    told.append("  " + _("A repository made since June 2026 tells OWNER@ID/NAME@ID in place of OWNER/NAME: compare in "
                         "its settings under Actions, OIDC."))  # fmt: skip
    return told


def _needed(needs: Sequence[Need]) -> list[str]:
    return [f"  {need.name}: {need.source}" for need in needs]
