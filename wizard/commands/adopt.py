"""`adopt`: what of the journey is there already, whose it is, and how it differs; the answers for it; and the user's
word on what to take over. Changes nothing in the cloud: `run` does that."""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from wizard import exits, journey
from wizard.application import SANDBOX, Options, SandboxSecrets, Setup, Unusable, answers_file, opened, target_of
from wizard.plain.speaker import speaker
from wizard.report.sketch import Sketch, sketch
from wizard.report.survey import ALL, SETUP, Look, as_data, chosen, lakehouses, lines, settled
from wizard.setup.folder import Folder
from wizard.setup.secrets import Secrets
from wizard.setup.step import Verdict
from wizard.setup.survey import Seen, Standing
from wizard.steps import agreed
from wizard.steps.project import ProjectQuestions
from wizard.steps.sign_in import SignIn
from wizard.steps.sources import remember_beside
from wizard.text import _, _n

FOUND = "answers.found.yaml"  # beside answers that are the user's own


def main(arguments: argparse.Namespace) -> int:
    folder = Folder(arguments.folder)
    sketched = _sketch(folder, arguments)
    options = replace(Options.of(arguments), answers=None)
    with (
        speaker(arguments.json, quiet=True) as voice,
        opened(options, voice, given=sketched.answers()) as setup,
    ):
        found, sketched = settled([*setup.engine.steps.values()], setup.context, _named(setup, sketched))
        if found.outcome.cancelled:
            return exits.CANCELLED  # half a look would be taken for a whole one
        taken = _taken(found, arguments.take or ())
        agreed.keep(setup.folder, _by_root(taken))
        agreed.keep_setups(setup.folder, {one.setup for one in taken if one.setup})
        setup.folder.update_config({key: value for one in taken for key, value in one.pins.items()})
        written = _write(setup.folder, sketched)
        told = _told(setup, found, sketched, taken)
    if arguments.json:
        print(json.dumps({**told, "answers_file": str(written) if written else None}, indent=2, ensure_ascii=False))
    else:
        print("\n".join([*lines(found), "", *_next(setup.folder, found, sketched, taken, written)]))
    return code_of(found)


def code_of(found: Look) -> int:
    """0 where every step could be asked: what is found there is an answer, as with `status`."""
    if found.outcome.findings[SignIn.name].verdict is Verdict.BLOCKED:
        return exits.PERSON_NEEDED
    return exits.FAILED if unasked(found) else exits.DONE


def unasked(found: Look) -> list[str]:
    """The steps whose objects nobody could tell; what stands there is not among what may be taken."""
    return [name for name, finding in found.outcome.findings.items() if finding.verdict is Verdict.UNKNOWN]


def _sketch(folder: Folder, arguments: argparse.Namespace) -> Sketch:
    path = answers_file(folder, arguments.answers)
    active = target_of(folder, arguments.target) == SANDBOX
    return sketch(path, Secrets(folder.root, {SANDBOX: SandboxSecrets(active=active)}), journey.questions())


def _named(setup: Setup, sketched: Sketch) -> Sketch:
    """With the domain of the one lakehouse that the subscription holds, where the answers name none."""
    if sketched.answers_it("project", "domain"):
        return sketched
    ctx = setup.context(SignIn.name)
    signed_in = SignIn().check(ctx)
    if signed_in.verdict is not Verdict.DONE:
        raise Unusable(_("the subscription cannot be looked at: {why}", why=signed_in.why))
    named = lakehouses(ctx)
    if not named:
        raise Unusable(_("nothing in the subscription has a lakehouse's name; name yours in project.domain"))
    if len(named) > 1:
        names = ", ".join(f"{domain} {environment}".rstrip() for domain, environment in named)
        raise Unusable(_("the subscription holds several lakehouses; choose by project.domain and "
                         "project.environment: {names}", names=names))  # fmt: skip
    ((domain, environment),) = named
    return sketched.with_found({"project": {"domain": domain, "environment": environment}})


def _taken(found: Look, words: Sequence[str]) -> list[Seen]:
    try:
        return chosen(found, words)
    except KeyError as error:
        names = ", ".join(one.address for one in found.objects) or "-"
        unknown = _("nothing that is there is called {name}; there are: {names}", name=error.args[0], names=names)
        raise Unusable(unknown) from error


def _by_root(taken: Sequence[Seen]) -> dict[str, dict[str, str]]:
    roots: dict[str, dict[str, str]] = {}
    for one in taken:
        roots.setdefault(one.root, {})[one.address] = one.id
    return roots


def _write(folder: Folder, sketched: Sketch) -> Path | None:
    """The answers that describe what is found; the user's own are never written over."""
    text = sketched.text()
    beside = sketched.path if sketched.path is not None and remember_beside(folder, sketched.path) else None
    if not folder.answers_file.is_file():
        path = folder.answers_file
        if beside is not None and not any(sketched.found.values()):
            text = beside.read_text(encoding="utf-8")  # nothing to add: with the user's own comments
    elif any(sketched.found.values()):
        path = folder.root / FOUND
    else:
        return None
    folder.write(path, text)
    return path


def _told(setup: Setup, found: Look, sketched: Sketch, taken: Sequence[Seen]) -> dict[str, Any]:
    project = sketched.answers().section(ProjectQuestions)
    return {
        "setup_id": setup.folder.setup_id,
        "domain": project.domain,
        "environment": project.environment,
        "steps": as_data(found),
        "answers": {"found": sketched.found, "open": list(sketched.open)},
        "takeable": [one.address for one in found.takeable()],
        "taken": [one.address for one in taken],
    }


def _next(folder: Folder, found: Look, sketched: Sketch, taken: Sequence[Seen], written: Path | None) -> list[str]:
    """What the user can do now."""
    command = f"lakehouse-wizard {{}} --folder {shlex.quote(str(folder.root))}"
    told = [_("nothing in the cloud was changed")]
    if written is not None:
        told.append(_("answers for what is there: {path}", path=written))
    if names := unasked(found):
        told.append(_("could not be looked at: {names}; once that is mended, adopt again before the run",
                      names=", ".join(names)))  # fmt: skip
    if sketched.open:
        told.append(_("still to be answered: {names}", names=", ".join(sketched.open)))
    left = [one for one in found.takeable() if one not in taken and not agreed.covers(folder, one.id)]
    if left:
        taking = command.format("adopt") + f" --take {ALL}"
        told.append(_n("take over the one that carries no mark: {command}",
                       "take over all {n} that carry no mark: {command}", len(left), command=taking))  # fmt: skip
        told.append(_("or single ones by --take ADDRESS; or rename or delete them, or choose another project.domain"))
    for setup in sorted({one.setup for one in found.objects if one.standing is Standing.OTHERS}):
        told.append(_("objects of setup {id}: where its folder is lost, take them by --take {word}", id=setup,
                      word=f"{SETUP}{setup}"))  # fmt: skip
    if taken:
        told.append(_n("agreed to take over {n} object; it is done by: {command}",
                       "agreed to take over {n} objects; it is done by: {command}", len(taken),
                       command=command.format("run")))  # fmt: skip
    return told
