"""A stream that piled up is read in parts: between two of them the user is heard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wizard.provisioning import run, stream
from wizard.setup.cancel import Cancellation

TEXT = "é" * 100
LINE = json.dumps({"@level": "info", "@message": TEXT}, ensure_ascii=False).encode() + b"\n"
LINES = 3 * run.PART // len(LINE)


class Watched:
    """A process that ends once it is interrupted; what it said stands in the file already."""

    def __init__(self, folder: Path, content: bytes) -> None:
        self.output, self.cancel = folder / "apply.jsonl", Cancellation()
        self.output.write_bytes(content)
        self.output.with_suffix(".err").touch()
        self.told: list[stream.Event] = []
        self.told_before: int | None = None  # it was interrupted

    def interrupt(self) -> None:
        self.told_before = len(self.told)

    def watch(self, *, gone: bool = False, told: int = 0) -> bool:
        return run._watch(self.output, run.Ended(0), gone=lambda: gone or self.told_before is not None,
                          interrupt=self.interrupt, cancel=self.cancel, tell=self._tell, told=told)  # fmt: skip

    def _tell(self, event: stream.Event) -> None:
        self.told.append(event)
        if event == stream.Message("stop"):
            self.cancel.request()
        if event == stream.Message("at once"):
            self.cancel.insist()


def test_a_stop_is_heard_before_all_is_told_and_all_is_told(tmp_path: Path) -> None:
    watched = Watched(tmp_path, b"stop\n" + LINE * LINES)
    assert watched.watch()
    assert watched.told_before is not None
    assert watched.told_before < LINES
    assert len(watched.told) == 1 + LINES
    assert {str(event) for event in watched.told[1:]} == {str(stream.Message(TEXT))}, "no letter is cut in two"


def test_who_stops_at_once_is_told_no_more(tmp_path: Path) -> None:
    watched = Watched(tmp_path, b"at once\n" + LINE * LINES)
    assert watched.watch(gone=True)
    assert len(watched.told) < LINES


@pytest.mark.parametrize("end", [b"", b"last"])
def test_what_another_told_is_not_told_again(tmp_path: Path, end: bytes) -> None:
    watched = Watched(tmp_path, LINE * LINES + end)
    assert not watched.watch(gone=True, told=len(LINE) * (LINES - 2))
    assert [str(event) for event in watched.told] == [str(stream.Message(TEXT))] * 2 + [
        str(stream.Message(text.decode())) for text in [end] if text
    ]
