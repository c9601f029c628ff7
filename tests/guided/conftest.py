"""A folder in which nothing was begun, and the answers that its sandbox proposes; each module names its SCENARIO."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wizard import journey
from wizard.rehearsal import proposals
from wizard.sandbox import process
from wizard.setup.draft import Draft
from wizard.setup.folder import Folder


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Its sandbox is started by the first question."""
    folder = tmp_path_factory.mktemp("guided") / "risk"
    yield folder
    process.stop(folder / ".wizard" / "sandbox")


@pytest.fixture
def draft(root: Path, request: pytest.FixtureRequest) -> Draft:
    made = Draft(journey.questions())
    made.propose(proposals(Folder(root), "sandbox", request.module.SCENARIO))
    return made
