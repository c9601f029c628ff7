"""Plain mode through a real pseudo-terminal: questions, plans, resume, bad input, stopping; only appended lines."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.plain.person import Person
from wizard import exits
from wizard.sandbox import process

TAKES = r"Enter takes these:"
MENU = r"What now\?[\s\S]*\[go\]:"
PLAN = r"Apply\?[\s\S]*\[go\]:"
STOP = r"stop\? \(keep/stop\)"
END = r"\n(?:done|cancelled|failed|blocked): .*\n"
MOVES = re.compile(rb"\x1b\[[0-9;]*[ABHJfsu]|\x1b\[\?1049|\x08")  # the cursor goes up, home, or text is wiped off


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "risk"
    process.stop(tmp_path / "risk" / ".wizard" / "sandbox")


def plain(folder: Path, *more: str, term: str = "dumb", **env: str) -> Person:
    return Person("--plain", "--folder", folder, "--target", "sandbox", *more, env={"TERM": term, **env})


def to_project(person: Person) -> None:
    """The first that is asked."""
    person.until(r"Section 1 of[\s\S]*: project\.[\s\S]*" + TAKES)


def take_all(person: Person) -> None:
    """Enter in every section, up to the menu."""
    while person.until(TAKES, MENU) != MENU:
        person.line()


def kept(folder: Path) -> dict[str, dict[str, object]]:
    found = yaml.safe_load((folder / "answers.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("term", ["dumb", "xterm-256color"])
def test_from_an_empty_folder_to_identity_and_a_second_start_asks_nothing_again(folder: Path, term: str) -> None:
    with plain(folder, "--until", "identity", term=term) as person:
        to_project(person)
        person.line("domain")
        person.until(r"domain \[risk\]:")
        person.line("sales")
        take_all(person)
        person.line()
        assert person.until(PLAN, END) == PLAN
        assert "Nothing is changed yet. It would:\n  create azuread_group.engineers" in person.text
        person.line("1")
        person.until(r"creates azuread_group\.engineers\n")
        person.until(r"created azuread_group\.engineers, 0:\d\d")
        assert person.until(PLAN, END) == END
        assert person.end() == exits.DONE
        if term == "dumb":
            assert b"\x1b" not in person.raw
        assert not MOVES.search(person.raw) or term != "dumb"
    assert kept(folder)["project"]["domain"] == "sales"
    with plain(folder, "--until", "identity", term=term) as person:
        assert person.until(TAKES, MENU) == MENU
        person.line("go")
        assert person.until(PLAN, END) == END
        assert person.end() == exits.DONE


def test_what_cannot_be_used_is_told_and_what_stood_there_stays(folder: Path) -> None:
    with plain(folder, term="xterm") as person:
        to_project(person)
        person.line("1")
        for typed, told in (
            ("Risk-2", r"fix: .*use 2 to"),
            ("x" * 10_000, r"fix: .*use 2 to"),
            ("\x1b[200~one\ntwo\nthree\x1b[201~", r"fix: one line is expected, 3 came"),
            ("Zürich日本", r"fix: .*use 2 to"),
            ("?", r"to answer with such a word itself, put = before it"),
        ):
            person.until(r"domain \[risk\]:")
            person.line(typed)
            person.until(told)
        person.until(r"domain \[risk\]:")
        person.line("=back")
        person.until(r"1\. domain: back[\s\S]*" + TAKES)
        person.line("project")
        person.until(r"project \[risk\]:")
        person.line("Crédito 日本")
        person.until(TAKES)
        person.line("environment")
        person.until(r"environment \[1\]:")
        person.line("production")
        person.until(r"'production' is none of these: \(empty\), dev, test, prod")
        person.until(r"environment \[1\]:")
        person.line("2")
        person.until(r"2\. environment: dev[\s\S]*" + TAKES)
        person.line("nonsense 17")
        person.until("'nonsense 17' is none of these")
        person.until(TAKES)
        person.keys("\x04")
        person.until(r"Leaving; run again to go on\.")
        assert person.end() == exits.CANCELLED
    assert {"domain": "back", "environment": "dev", "project": "Crédito 日本"}.items() <= kept(folder)[
        "project"
    ].items()
    with plain(folder) as person:
        person.until(r"Section 1 of[\s\S]*domain: back[\s\S]*" + TAKES)  # it was left in its midst
        person.line()
        person.until(r"Section 2 of[\s\S]*" + TAKES)
        person.line("back")
        person.until(r"Section 1 of[\s\S]*" + TAKES)
        person.keys("\x03")
        assert person.end() == exits.CANCELLED


def test_control_c_asks_keep_goes_on_and_stop_ends_as_cancelled(folder: Path) -> None:
    with plain(folder, "--until", "identity") as person:
        take_all(person)
        person.line()
        person.until(PLAN)
        person.keys("\x03")
        person.until(STOP)
        person.line("perhaps")
        person.until("Type keep to go on, or stop")
        person.until(STOP)
        person.line("keep")
        person.until(PLAN)
        person.signal(signal.SIGINT)
        person.until(STOP)
        person.line("stop")
        person.until(r"\ncancelled: what is done stays")
        assert person.end() == exits.CANCELLED
    assert kept(folder)["project"]["domain"] == "risk"


def test_a_contract_is_opened_in_the_editor_and_judged(folder: Path, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nif [ -e "$0.once" ]; then sed -i "s/^nonsense.*//" "$1"; else touch "$0.once"; '
                      'echo "nonsense: [" >> "$1"; fi\n')  # fmt: skip
    editor.chmod(0o755)
    with plain(folder, EDITOR=str(editor)) as person:
        while person.until(r"Section 10 of[\s\S]*" + TAKES, TAKES) == TAKES:
            if "Section 10" in person.text:
                break
            person.line()
        person.line("open template:account")
        person.until(r"contracts/account\.yaml:\d+:\d+ [\s\S]*1 defect; open it again to correct")
        person.until(TAKES)
        person.line("open template:account")
        person.until(r"contracts/account\.yaml is a valid contract: ")
        person.until(r"1\. files: contracts/account\.yaml, 'template:consents'[\s\S]*" + TAKES)
        person.keys("\x04")
        assert person.end() == exits.CANCELLED
    assert kept(folder)["contracts"]["files"] == ["contracts/account.yaml", "template:consents"]


def test_without_a_terminal_lines_are_answers_and_its_end_is_leaving(folder: Path) -> None:
    from tests.journey.running import wizard

    done = wizard("--plain", "--folder", folder, "--target", "sandbox")
    assert done.code == exits.CANCELLED, done.explain()
    assert done.out.rstrip().endswith("Leaving; run again to go on.")
    assert "\x1b" not in done.out + done.err
