"""Two languages: nothing that people read is left in one of them, and each text fits where it is shown."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from scripts.messages import MARKS, languages, messages
from wizard import text
from wizard.journey import STEPS, questions
from wizard.setup.answers import section_name
from wizard.tui.actions import ACTIONS
from wizard.tui.store import GROUPS
from wizard.tui.symbols import MARKS as STATES
from wizard.tui.widgets.rail import TITLE_CELLS

WIZARD = Path(text.__file__).parent
SANDBOX_CLOUD = ("az.py", "domain", "providers", "rest", "spark", "data")  # speak as the cloud does, in its words
STATE, LABEL, BUTTON = 9, 23, 26  # cells
PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\(\w+\)\w|%[sr]")
Function = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@pytest.fixture(params=sorted(text.LANGUAGES))
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    before = text.current()
    text.use(request.param)
    yield request.param
    text.use(before)


def modules() -> list[Path]:
    return [path for path in sorted(WIZARD.rglob("*.py")) if path.relative_to(WIZARD).parts[1:2] not in _CLOUD]


_CLOUD = {(part,) for part in SANDBOX_CLOUD}


def marked(node: ast.AST, marks: tuple[str, ...] = MARKS) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in marks


def test_the_language_is_the_environments() -> None:
    assert text.wanted({"LANG": "pt_BR.UTF-8"}) == "pt_BR"
    assert text.wanted({"LANG": "pt_BR.UTF-8", "LC_ALL": "en_GB.UTF-8"}) == "en"
    assert text.wanted({"LANG": "en_US.UTF-8", "LC_MESSAGES": "pt_PT"}) == "pt_BR"
    assert text.wanted({"LANGUAGE": "de:pt_BR:en"}) == "pt_BR"
    assert text.wanted({"LANG": "de_DE.UTF-8"}) == text.wanted({}) == text.wanted({"LANG": "C"}) == "en"
    with pytest.raises(ValueError, match="tlh"):
        text.use("tlh")


def test_every_language_on_offer_has_a_catalog() -> None:
    assert {*languages(), text.SOURCE} == set(text.LANGUAGES)


def test_numbers_and_money_are_written_as_the_language_does(language: str) -> None:
    brazil = language == "pt_BR"
    assert text.figure(1234.5, ",.2f") == ("1.234,50" if brazil else "1,234.50")
    assert text.money(1234.5, "BRL") == ("R$ 1.234,50" if brazil else "1,234.50 BRL")
    assert text.money(0.25, "CHF", ",.4f") == ("CHF 0,2500" if brazil else "0.2500 CHF")
    assert text._("{seconds:.1f} and {n} and {key}", seconds=2.5, n=3, key="1.5").startswith("2,5" if brazil else "2.5")


def test_one_and_many_are_told_apart(language: str) -> None:
    one, many = (text._n("{n} step", "{n} steps", n) for n in (1, 2))
    assert (one, many) == (("1 etapa", "2 etapas") if language == "pt_BR" else ("1 step", "2 steps"))


@pytest.mark.parametrize("words", [["--lang", "pt_BR", "run", "--help"], ["run", "--help", "--lang=pt_BR"]])
def test_any_command_takes_the_language(words: list[str]) -> None:
    run = subprocess.run([sys.executable, "-m", "wizard.cli", *words], capture_output=True, text=True, check=True)
    assert "percorrer a jornada" in run.stdout
    assert "mostrar esta mensagem de ajuda" in run.stdout, "argparse speaks it too"


def test_no_text_is_translated_while_a_module_is_loaded_or_kept_by_a_cache() -> None:
    """It would stay in the language of the start."""
    early = []

    def look(node: ast.AST, path: Path, called: bool) -> None:
        if marked(node, ("_", "_n")) and not called:
            early.append(f"{path}:{getattr(node, 'lineno', 0)}")
        if isinstance(node, Function):
            caches = any("cache" in ast.unparse(each) for each in getattr(node, "decorator_list", ()))
            for default in (*node.args.defaults, *(each for each in node.args.kw_defaults if each)):
                look(default, path, called)
            for part in node.body if isinstance(node.body, list) else [node.body]:
                look(part, path, not caches)
            return
        for child in ast.iter_child_nodes(node):
            look(child, path, called)

    for path in modules():
        look(ast.parse(path.read_text(encoding="utf-8")), path, False)
    assert not early


def test_what_is_translated_is_a_whole_sentence_and_compared_with_nothing() -> None:
    """`_` takes a literal or a name of one declared with N_; what comes of it decides nothing."""
    built, judged = [], []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if marked(node):
                assert isinstance(node, ast.Call)
                if node.args and isinstance(node.args[0], (ast.JoinedStr, ast.BinOp)):
                    built.append(f"{path}:{node.lineno}")
            elif isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                if any(marked(part) for side in sides for part in ast.walk(side)):
                    judged.append(f"{path}:{node.lineno}")
            elif isinstance(node, ast.Dict) and any(key is not None and marked(key) for key in node.keys):
                judged.append(f"{path}:{node.lineno}")
    assert not built
    assert not judged


def test_placeholders_are_named() -> None:
    bare = [each.text for each in messages() if each.path != "argparse" and re.search(r"\{(\d*|\d+:.*)\}", each.text)]
    assert not bare


def test_step_names_fit_their_column(language: str) -> None:
    assert {title for step in STEPS if cell_len(title := text._(step.title)) > TITLE_CELLS} == set()


def test_words_of_states_fit(language: str) -> None:
    assert {word for mark in STATES.values() if cell_len(word := text._(mark.word)) > STATE} == set()


def test_labels_of_fields_fit(language: str) -> None:
    keys = {name for kind in questions() for name in (section_name(kind), *kind.model_fields)}
    assert {label for key in keys if cell_len(label := text.named(key)) > LABEL} == set()


def test_buttons_fit(language: str) -> None:
    names = {text._(action.text) for action in ACTIONS if action.button}
    assert {name for name in names if cell_len(name) > BUTTON} == set()
    assert all(cell_len(text._(group)) <= BUTTON for group in GROUPS.values())


def test_every_state_is_one_word_of_its_own(language: str) -> None:
    words = [text._(STATES[state].word) for state in ("done", "running", "todo", "blocked", "unknown", "failed")]
    assert len(words) == len(set(words))
