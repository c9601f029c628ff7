"""A context for the late steps, over a setup folder of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from wizard.cloud.endpoints import TargetSettings
from wizard.setup.answers import load
from wizard.setup.cancel import Cancellation
from wizard.setup.context import Context
from wizard.setup.events import Event
from wizard.setup.folder import Folder
from wizard.setup.secrets import Secrets
from wizard.setup.step import FactBook, Facts
from wizard.steps.base import Ctx
from wizard.steps.contracts import ContractsQuestions
from wizard.steps.first_run import FirstRunQuestions
from wizard.steps.identities import open_world


def context(root: Path, answers: Mapping[str, object], facts: Iterable[Facts] = ()) -> Ctx:
    """`answers` holds the sections contracts and first_run; the answers file stands in `root`, the folder below it."""
    file = root / "answers.yaml"
    file.write_text(yaml.safe_dump(dict(answers)), encoding="utf-8")
    folder = Folder(root / "lakehouse")
    folder.create()
    book, events = FactBook(), list[Event]()
    for each in facts:
        book.add(each)
    return Context(
        step="late",
        answers=load((ContractsQuestions, FirstRunQuestions), file, {}),
        folder=folder,
        secrets=Secrets(folder.root),
        world=open_world(TargetSettings(name="azure")),
        book=book,
        cancel=Cancellation(),
        setup_id=folder.setup_id,
        emit=events.append,
    )
