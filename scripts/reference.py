"""Writes docs/reference from the code: commands, answers, events, exit codes, permissions, faults, the
sandbox's limits. A test holds it current."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from scripts import contract_reference
from tests.faults import table
from wizard import exits
from wizard.cli import build_parser
from wizard.commands.answers import event_schema
from wizard.journey import STEPS, questions
from wizard.sandbox.domain.portal import CLICKS
from wizard.sandbox.fidelity import not_modelled, read_posts
from wizard.setup.step import Actor, Permission
from wizard.setup.template import schema, template
from wizard.steps import principal_rights as rights
from wizard.steps.rights import INSTEAD

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
ACTORS = {
    Actor.PERSON: "the operator, who must be a person",
    Actor.PRINCIPAL: "the principal",
    Actor.EITHER: "the operator",
}
PERMISSIONS = """Who acts in each step, with which right, why, and for how long. The **operator** signs in (a person,
or an application in CI); the **principal** is made or named in the step service-principal. They may be the same.

- `lakehouse-wizard rights` tells which steps the operator can do now, and whom the others need.
- "setup": while the setup is made, changed or destroyed; take it away in between if you like. "for good": the jobs need
  it with each run.
- Each right named is the least that does. "as well by" names what holds it too; one of them is enough. Microsoft
  Graph's permissions are an application's; a person holds the same by a directory role.
"""
PRINCIPAL = """
What the step service-principal gives, by the answers of its section. The smaller set is the default; both do the whole
journey. With the smaller one the principal cannot assign a role that the setup does not need, nor give its rights on.
After the last run Azure and directory rights can go until the next change; the account admin too. The jobs need what
Unity Catalog and the workspace hold.
"""
MADE = "<!-- made by scripts/reference.py; do not edit -->\n"


def pages() -> dict[str, str]:
    """Every generated file's name and text."""
    return {
        "commands.md": MADE + "# Commands\n" + _commands(build_parser()),
        "answers.md": MADE + "# Answers\n\n```yaml\n" + template(questions()) + "```\n",
        "answers.schema.json": json.dumps(schema(questions()), indent=2, ensure_ascii=False) + "\n",
        "events.schema.json": json.dumps(event_schema(), indent=2, ensure_ascii=False) + "\n",
        "faults.md": MADE + table.page(),
        "contract.md": MADE + contract_reference.page(),
        "exit-codes.md": MADE + _exit_codes(),
        "permissions.md": MADE + _permissions(),
        "sandbox.md": MADE + _sandbox(),
    }


def _commands(parser: argparse.ArgumentParser) -> str:
    # A fixed width, so that the page does not depend on whose terminal made it.
    parser.formatter_class = lambda prog: argparse.HelpFormatter(prog, width=100)
    text = f"\n## `{parser.prog}`\n\n```\n{parser.format_help()}```\n"
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            text += "".join(_commands(child) for child in action.choices.values())
    return text


def _exit_codes() -> str:
    meaning = {
        "DONE": "done",
        "BREAKING": "`contract diff`: a breaking change; nothing failed",
        "INVALID": "invalid input; nothing was changed",
        "PERSON_NEEDED": "a person must act; the step says who and what",
        "FAILED": "a step failed; run again to go on from there",
        "IN_USE": "another wizard holds the folder",
        "CANCELLED": "cancelled; run again to go on",
    }
    rows = "".join(f"| {getattr(exits, name)} | {text} |\n" for name, text in meaning.items())
    return "# Exit codes\n\n| code | meaning |\n|---|---|\n" + rows


def _permissions() -> str:
    text = f"# Permissions\n\n{PERMISSIONS}\n## The principal's rights\n{PRINCIPAL}\n"
    assigned = ", ".join(rights.ASSIGNABLE)
    rows = (
        ("chosen by", "what it is given", "as well by"),
        ("---", "---", "---"),
        ("`role_set: least_privilege`", "Contributor, and Role Based Access Control Administrator with a condition: it "
         f"may assign {assigned}, and no other role", "Owner"),
        ("`role_set: owner`", "Owner of the subscription", "-"),
        ("`directory_permission: app_roles`", ", ".join(rights.APP_ROLES), "Global Administrator"),
        ("`directory_permission: global_administrator`", "Global Administrator", "-"),
    )  # fmt: skip
    text += "".join(f"| {' | '.join(row)} |\n" for row in rows)
    for step in STEPS:
        text += f"\n## {step.name}\n{step.title}. Who acts: {ACTORS[step.actor]}. Kind: {step.kind.value}.\n"
        if step.permissions:
            text += "\n| system | right | scope | why | for how long | as well by |\n|---|---|---|---|---|---|\n"
            text += "".join(_permission(one) for one in step.permissions)
    return text


def _permission(right: Permission) -> str:
    why = right.why + (f" (only with `{right.only.replace('=', ': ')}`)" if right.only else "")
    span = "for good" if right.lasting else "setup"
    wider = ", ".join(INSTEAD.get(right.name, ())) or "-"
    return f"| {right.system} | {right.name} | `{right.scope}` | {why} | {span} | {wider} |\n"


def _sandbox() -> str:
    posts = "".join(f"- `{one}`\n" for one in read_posts())
    gaps = "".join(f"\n### {area}\n" + "".join(f"- {gap}\n" for gap in found) for area, found in not_modelled().items())
    clicks = "".join(f"| `{name}` | {', '.join(one.wants)} | {one.meaning} |\n" for name, one in CLICKS.items())
    return (
        "# The sandbox\n\n## Clicks in a portal\n\nWhat only a person can do: `lakehouse-wizard sandbox portal CLICK "
        "VALUES --folder F`. Where the app guides a step it plays the click too, by P.\n\n"
        f"| click | values | what it does |\n|---|---|---|\n{clicks}\n"
        "## POSTs that only read\n\nIn `sandbox requests` every request counts as mutating but GET, "
        "HEAD, OPTIONS and these. Of the Terraform providers' operations only `ApplyResourceChange` does.\n\n"
        f"{posts}\n## What is not modelled\n\nAs `sandbox fidelity` lists it. What is asked for all the same gets 501, "
        f"with the operation's name.\n{gaps}"
    )


def main() -> int:
    """Write all pages."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
