"""The support file: what somebody who helps needs to see of a setup, with every secret struck out.

It is made of texts alone, each read here and written anew. State, plans, variables, keys and the sandbox's files are
never opened for it, but for the addresses in the state, and the values in it that are to be struck out elsewhere."""

from __future__ import annotations

import io
import json
import os
import platform
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from wizard.provisioning import document, stream
from wizard.provisioning.document import BACKUP, STATE
from wizard.report.closing import versions
from wizard.setup.answers import ENV_PREFIX
from wizard.setup.folder import Folder, FolderUnusable
from wizard.setup.secrets import SecretMissing, SecretRef, Secrets
from wizard.setup.striking import STRUCK, Striker
from wizard.steps.preflight import CheckResult
from wizard.text import _

JOURNAL_TAIL, LOG_TAIL = 1 << 20, 1 << 18  # bytes
SECRET_KEY = re.compile(r"(?i)(secret|password|token|_key|connection_string|sas)$")
LONG = 16  # characters; what is shorter in a state, under a name such as job_cluster_key, is a name


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the bundle: its text, or why it was left out."""

    name: str
    what: str
    text: str | None
    why_not: str | None = None


def bundle(folder: Folder, target: str, checks: Sequence[CheckResult], secrets: Secrets) -> tuple[bytes, list[Part]]:
    """The bundle as a ZIP file, and what is in it. Changes nothing; needs neither cloud nor lock.

    What `secrets` can resolve of the references in the folder is resolved, so that it can be struck out."""
    strike = Striker([*_known(folder, secrets), *_state_values(folder)])
    parts = [_part(name, what, make, strike) for name, what, make in _contents(folder, target, checks)]
    parts.insert(0, Part("README.txt", _("this list"), strike(_readme(parts))))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for part in parts:
            if part.text is not None:
                file.writestr(part.name, part.text)
    return packed.getvalue(), parts


def _part(name: str, what: str, make: Callable[[], str], strike: Striker) -> Part:
    try:
        return Part(name, what, strike(make()))
    except FileNotFoundError:
        return Part(name, what, None, _("it is not there"))
    except yaml.MarkedYAMLError as error:  # its words quote the line, which may hold anything
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        return Part(name, what, None, _("it is no YAML (line {line})", line=line))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, FolderUnusable) as error:
        return Part(name, what, None, _("it cannot be read ({kind})", kind=type(error).__name__))


def _contents(
    folder: Folder, target: str, checks: Sequence[CheckResult]
) -> Iterator[tuple[str, str, Callable[[], str]]]:
    yield "versions.json", _("versions of wizard, Python, system, libraries"), lambda: _json(_versions(target))
    yield "doctor.json", _("what `doctor` found"), lambda: _json([asdict(check) for check in checks])
    yield "config.yaml", _("the folder's configuration"), lambda: _yaml(folder.config_file)
    yield "answers.yaml", _("the answers, secrets as references"), lambda: _yaml(folder.answers_file)
    yield "environment.json", _("names of the variables that answer questions"), lambda: _json(_variables())
    yield "journal.jsonl", _("the journal's last lines"), lambda: _tail(folder.journal, JOURNAL_TAIL)
    yield "verdicts.json", _("the last verdicts, from the journal: not asked now"), lambda: _json(_verdicts(folder))
    for path in sorted(folder.logs.glob("*.log")):
        yield f"logs/{path.name}", _("the log's last lines"), partial(_tail, path, LOG_TAIL)
    for root in sorted({path.parent for path in (folder.private / "terraform").glob("*/*.jsonl")}):
        yield (f"terraform/{root.name}/diagnostics.jsonl", _("errors and warnings of Terraform's last runs"),
               partial(_diagnostics, root))  # fmt: skip
        if (root / STATE).is_file():
            yield (f"terraform/{root.name}/addresses.json", _("addresses in the state, without any value"),
                   partial(_addresses, root / STATE))  # fmt: skip


def _readme(parts: Iterable[Part]) -> str:
    lines = [
        _("Support file of lakehouse-wizard. Secrets are struck out ({struck}); look through it before you send it.",
          struck=STRUCK),
        _("It holds names and ids: of people, subscription, workspace and tables. Never in it: state, plans, variables "
          "of Terraform, keys, data."),
        "",
    ]  # fmt: skip
    for part in parts:
        lines.append(f"{part.name}: {part.what}" + (f" - {part.why_not}" if part.why_not else ""))
    return "\n".join(lines) + "\n"


def _json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _versions(target: str) -> dict[str, str]:
    return {"target": target, "python": platform.python_version(), "system": platform.platform(), **versions()}


def _variables() -> list[str]:
    return sorted(name for name in os.environ if name.startswith(f"{ENV_PREFIX}_"))


def _yaml(path: Path) -> str:
    """The file's data without its comments; what stands where a reference belongs is struck out."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return yaml.safe_dump(_without_values(data), sort_keys=False, allow_unicode=True)


def _without_values(data: Any) -> Any:
    if isinstance(data, dict):
        return {
            key: STRUCK if _is_value(str(key), value) else _without_values(value) for key, value in data.items()
        }  # fmt: skip
    return [_without_values(item) for item in data] if isinstance(data, list) else data


def _is_value(key: str, value: Any) -> bool:
    return isinstance(value, str | int) and bool(SECRET_KEY.search(key)) and _reference(value) is None


def _reference(value: Any) -> SecretRef | None:
    """The reference that a value is, of the kinds there are; None for anything else."""
    match = re.fullmatch(r"(env|file|keyring|sandbox):\S+", value) if isinstance(value, str) else None
    return SecretRef.parse(value) if match else None


def _tail(path: Path, most: int) -> str:
    """The last whole lines, at most `most` bytes of them."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - most))
        data = file.read()
    if size > most:
        data = data.partition(b"\n")[2]
    return data.decode("utf-8", errors="replace")


def _verdicts(folder: Folder) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line in _tail(folder.journal, JOURNAL_TAIL).splitlines():
        try:
            event = json.loads(line)
        except ValueError:  # the torn last line of a killed wizard
            continue
        if event.get("event") == "checked":
            found[event["step"]] = {name: event.get(name) for name in ("at", "verdict", "why", "problem")}
    return {"note": _("from the journal: what was true when it was written; not asked now"), "steps": found}


def _diagnostics(root: Path) -> str:
    lines = []
    for path in sorted(root.glob("*.jsonl")):
        for line in _tail(path, LOG_TAIL).splitlines():
            event = stream.parse(line)
            if isinstance(event, stream.Diagnostic):
                lines.append(json.dumps({"run": path.stem, **asdict(event)}, ensure_ascii=False))
    for path in sorted(root.glob("*.err")):
        lines += [json.dumps({"run": path.stem, "stderr": line}) for line in _tail(path, LOG_TAIL).splitlines()]
    return "\n".join(lines) + "\n"


def _addresses(state: Path) -> str:
    found = []
    for item in document.parse(state.read_bytes()).resources:
        parts = [item.get("module"), "data" if item.get("mode") == "data" else None, item["type"], item["name"]]
        address = ".".join(part for part in parts if part)
        for instance in item.get("instances", ()):
            key = instance.get("index_key")
            found.append(address if key is None else f"{address}[{json.dumps(key)}]")
    return _json(found)


def _known(folder: Folder, secrets: Secrets) -> Iterator[str]:
    """Every secret value that the folder or the environment points at, or holds where a reference belongs."""
    for value in _secret_fields(folder):
        reference = _reference(value)
        if reference is None:
            yield str(value)
            continue
        try:
            yield secrets.resolve(reference)
        except SecretMissing:
            yield from _refused(folder, reference)


def _refused(folder: Folder, reference: SecretRef) -> Iterator[str]:
    """The value in a file that is no good as a secret's place, since others may read it; it must not leave here."""
    if reference.scheme == "file":
        try:
            yield (folder.root / Path(reference.name).expanduser()).read_text(encoding="utf-8").strip()
        except (OSError, ValueError):  # what cannot be read here cannot have been written from here
            return


def _secret_fields(folder: Folder) -> Iterator[str | int]:
    for path in (folder.config_file, folder.answers_file):
        try:
            yield from _fields("", yaml.safe_load(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, yaml.YAMLError):  # such a file is left out of the bundle, and said to be
            continue
    ours = f"{ENV_PREFIX}_"
    yield from (
        value
        for name, value in os.environ.items()
        if SECRET_KEY.search(name) or (name.startswith(ours) and _reference(value))
    )


def _fields(key: str, data: Any) -> Iterator[str | int]:
    if isinstance(data, Mapping):
        for name, value in data.items():
            yield from _fields(str(name), value)
    elif isinstance(data, list):
        for value in data:
            yield from _fields(key, value)
    elif _reference(data) is not None or _is_value(key, data):
        yield data


def _state_values(folder: Folder) -> Iterator[str]:
    """Values that a state keeps under a secret's name: a provider's message may quote them."""
    for root in (folder.private / "terraform").glob("*"):
        for name in (STATE, BACKUP):
            try:
                state = document.at(root / name)
            except OSError:
                continue
            for item in state.resources:
                for instance in item.get("instances", ()):
                    found = map(str, _fields("", instance.get("attributes") or {}))
                    yield from (value for value in found if len(value) >= LONG)
