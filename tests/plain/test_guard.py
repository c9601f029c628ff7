"""Whatever is raised is told in words with its exit code; nobody sees a traceback who did not ask for one."""

from __future__ import annotations

import errno
import os
import sys

import pytest

from wizard import exits
from wizard.cli import main
from wizard.commands.guard import guarded
from wizard.setup.cancel import Cancelled


def system_error(number: int, path: str | None) -> OSError:
    return OSError(number, os.strerror(number), path)


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (Cancelled(), exits.CANCELLED, "cancelled"),
        (system_error(errno.ENOSPC, "/full/journal"), exits.FAILED, "no space left at /full/journal; free some there"),
        (system_error(errno.ENOSPC, None), exits.FAILED, "no space left at the setup folder"),
        (system_error(errno.EACCES, "/closed"), exits.FAILED, "/closed may not be used: Permission denied; mend"),
        (LookupError("odd"), exits.FAILED, "the wizard itself failed: LookupError: odd"),
    ],
)
def test_an_error_is_told_with_its_exit_code(
    error: Exception, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> int:
        raise error

    assert guarded(command, debug=False) == code
    told = capsys.readouterr().err
    assert words in told
    assert "Traceback" not in told


def test_a_reader_that_went_away_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w", encoding="utf-8") as nobody:
        monkeypatch.setattr(sys, "stdout", nobody)
        assert main(["answers", "schema"]) == exits.DONE
        nobody.flush()  # as at the end of a program: nothing is left that could fail
