"""What is proposed, and to whom not."""

from __future__ import annotations

from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from wizard.guided.launch import Launch
from wizard.guided.messages import Proposed
from wizard.guided.session import Session

GIVEN = "sign_in:\n  method: azure_cli\n  tenant_id: 7f1c3d52-2a0e-4b7c-9d15-6a0f3c9e8b21\n"


def proposed(folder: Path) -> Proposed:
    said: SimpleQueue[Any] = SimpleQueue()
    session = Session(Launch(folder, target="sandbox", look=False), said.put)
    session.start()
    try:
        while not isinstance(event := said.get(timeout=120), Proposed):
            pass
    finally:
        session.close()
        session.join()
    return event


def test_a_new_folder_is_proposed_all_that_its_cloud_knows(tmp_path: Path) -> None:
    found = proposed(tmp_path).answers
    assert found["sign_in"]["client_id"]
    assert found["project"]["project"] == tmp_path.name


@pytest.mark.parametrize("left_out", ["client_id", "client_secret"])
def test_who_gave_answers_keeps_what_was_left_out(left_out: str, tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text(GIVEN, encoding="utf-8")
    found = proposed(tmp_path).answers
    assert left_out not in found.get("sign_in", {})
    assert found["contracts"]["files"], "a section without any answer has its proposals"
