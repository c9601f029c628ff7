"""Files that the answers name: found beside the answers, in the setup folder, or among the templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wizard import assets
from wizard.setup.answers import Answers
from wizard.setup.folder import Folder
from wizard.steps.base import Ctx

TEMPLATE = "template:"
REMEMBERED = "sources"  # key of config.yaml: where a relative file was found first
BESIDE = "answers_from"  # key of config.yaml: where the answers file stood that the folder has a copy of


@dataclass(frozen=True, slots=True)
class Source:
    """One file the answers name. `origin` is where it lies now (None: nowhere), `copy` where the folder keeps it."""

    spec: str
    origin: Path | None
    copy: Path
    templates: tuple[str, ...]  # the shipped files of this kind, as one names them

    @classmethod
    def of(cls, spec: str, kind: str, suffix: str, bases: Sequence[Path], root: Path) -> Source:
        """`kind` is the folder of templates, and of copies under `root`."""
        shipped = assets.path("templates") / kind
        if spec.startswith(TEMPLATE):
            path = shipped / f"{Path(spec.removeprefix(TEMPLATE)).name}{suffix}"
            found = path if path.is_file() else None
        else:
            path = Path(spec).expanduser()
            found = next((place for base in bases if (place := base / path).is_file()), None)
        known = tuple(f"{TEMPLATE}{each.stem}" for each in sorted(shipped.glob(f"*{suffix}")))
        return cls(spec, found, root / kind / path.name, known)

    @property
    def missing(self) -> bool:
        return self.origin is None and not self.copy.is_file()

    @property
    def current(self) -> Path:
        """The file that counts. A template only seeds: once copied, the folder's own file counts."""
        if self.copy.is_file() and (self.origin is None or self.spec.startswith(TEMPLATE)):
            return self.copy
        return self.origin or self.copy

    @property
    def settled(self) -> bool:
        """Whether the folder's copy says what counts."""
        return self.copy.is_file() and self.copy.read_bytes() == self.current.read_bytes()


def locate(answers: Answers, folder: Folder, spec: str, kind: str, suffix: str) -> Source:
    """Find a file of the answers; a later run that reads the folder's answers finds it where the first one did."""
    beside = [answers.source.absolute().parent] if answers.source is not None else []
    config = folder.config()
    remembered = [place for place in (config.get(REMEMBERED, {}).get(spec), config.get(BESIDE)) if place]
    bases = [*beside, folder.root, *map(Path, remembered)]
    return Source.of(spec, kind, suffix, bases, folder.root)


def remember_beside(folder: Folder, answers: Path) -> bool:
    """Whether an answers file is another than the folder's own; then keep in config.yaml where it stood, since it
    names files relative to itself."""
    if answers.absolute() == folder.answers_file:
        return False
    folder.update_config({BESIDE: str(answers.absolute().parent)})
    return True


def remember(ctx: Ctx, source: Source) -> None:
    """Keep in config.yaml where a relative file was found."""
    relative = Path(source.spec)
    if source.origin is None or source.spec.startswith(TEMPLATE) or relative.is_absolute():
        return
    base = str(source.origin)[: -len(source.spec)] if str(source.origin).endswith(source.spec) else None
    known = ctx.folder.config().get(REMEMBERED, {})
    if base is not None and known.get(source.spec) != base:
        ctx.folder.update_config({REMEMBERED: {**known, source.spec: base}})
