"""The receipt of a run: what was answered, made and counted, what it costs, and how to do it again.

Two files in the folder's receipts, 0600: JSON for programs, Markdown for people. A receipt whose content equals
the newest one's is not written again, so a run that changes nothing leaves nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from wizard.report.bill import bill, blocks
from wizard.report.page import markdown
from wizard.setup.folder import Folder
from wizard.text import _

if TYPE_CHECKING:
    from wizard.report.closing import Closing

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt on disk; `content` is its JSON."""

    path: Path
    content: dict[str, Any]

    @property
    def markdown(self) -> str:
        return self.path.with_suffix(".md").read_text(encoding="utf-8")

    @property
    def answers_yaml(self) -> str:
        """The answers of the run, as an answers file."""
        return yaml.safe_dump(self.content["answers"], sort_keys=False, allow_unicode=True)


def write(folder: Folder, closing: Closing, redact: Callable[[str], str]) -> Receipt:
    """Write the receipt, unless the newest says the same. `redact` strikes out any secret that slipped into a text."""
    content = json.loads(redact(json.dumps(_content(closing), ensure_ascii=False)))
    lasting = {key: value for key, value in content.items() if key != "spent"}  # a bill grows by itself
    lasting["cost"] = {**(content["cost"] or {}), "asked": ""}  # and the price list is asked anew each day
    digest = hashlib.sha256(json.dumps(lasting, sort_keys=True).encode()).hexdigest()[:12]
    last = newest(folder)
    if last is not None and last.path.stem.endswith(digest):
        return last
    number = 1 if last is None else int(last.path.stem.split("-")[0]) + 1
    path = folder.receipts / f"{number:04d}-{digest}.json"
    made = {"made_at": datetime.now(UTC).isoformat(timespec="seconds"), **content}
    # The Markdown goes first: a receipt counts as written when its JSON stands.
    folder.write(path.with_suffix(".md"), redact(_markdown(closing, made)))
    folder.write(path, json.dumps(made, indent=2, ensure_ascii=False) + "\n")
    return Receipt(path, made)


def newest(folder: Folder) -> Receipt | None:
    """The latest receipt of a folder, or None."""
    paths = sorted(folder.receipts.glob("[0-9]*-*.json"), key=lambda path: int(path.stem.split("-")[0]))
    return Receipt(paths[-1], json.loads(paths[-1].read_text(encoding="utf-8"))) if paths else None


def _content(closing: Closing) -> dict[str, Any]:
    document = closing.content()
    # The reasons of the verdicts are worded anew in each run; only the verdicts are facts to keep.
    steps = [{"name": step["name"], "verdict": step["verdict"]} for step in document["steps"]]
    return {"format": FORMAT, **document, "steps": steps, "answers": dict(closing.answers)}


def _markdown(closing: Closing, content: dict[str, Any]) -> str:
    parts = [
        f"# {_('Receipt of setup {setup}', setup=closing.setup_id)}",
        _("Target {target}, written {when}.", target=closing.target, when=content["made_at"]),
        f"## {_('Steps')}",
        _table((_("step"), _("verdict")), [(step["name"], step["verdict"]) for step in content["steps"]]),
        f"## {_('Tables')}",
        _table(
            (_("table"), _("rows"), _("location")),
            [(t.name, _("unknown") if t.rows is None else t.rows, t.location or "") for t in closing.status.tables],
        ),
        *_models(closing),
        f"## {_('Cost a month')}",
        markdown([*blocks(bill(closing.content()))]).rstrip("\n"),
        f"## {_('Links')}",
        "\n".join(f"- [{link.title}]({link.url})" for link in closing.links) or _("none"),
        f"## {_('Versions')}",
        _table((_("part"), _("version")), list(closing.versions.items())),
        f"## {_('Answers')}",
        _("To do it again: keep these as answers.yaml. Secrets are references."),
        "```yaml\n" + yaml.safe_dump(content["answers"], sort_keys=False, allow_unicode=True) + "```",
    ]
    return "\n\n".join(parts) + "\n"


def _models(closing: Closing) -> list[str]:
    """Where the rows of each model's newest run went."""
    if not closing.models:
        return []
    head = (_("Model"), _("Rows in"), _("valid"), _("quarantined"), _("duplicates"), _("stale"), _("discarded"),
            _("deleted"), _("Check"))  # fmt: skip
    rows = [
        (each.name, each.taken, each.valid, each.quarantined, each.duplicates, each.stale, each.discarded, each.deleted,
         _("equal") if each.balanced else _("not equal"))
        for each in closing.models
    ]  # fmt: skip
    return [f"## {_('Rows')}", _table(head, rows)]


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    if not rows:
        return _("none")
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
