"""Every key and button, once: key line, help, buttons and the list of actions are made from this table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.binding import Binding

from wizard.guided.intents import Wish
from wizard.text import N_, _

if TYPE_CHECKING:
    from wizard.tui.store import StepState, Store

WELCOME, FORM, JOURNEY, SUMMARY, DESTROY = "welcome", "form", "journey", "summary", "destroy"
CONTRACTS = "contracts"
EVERYWHERE = (WELCOME, FORM, CONTRACTS, JOURNEY, SUMMARY, DESTROY)


@dataclass(frozen=True, slots=True)
class View:
    """What decides whether an action is possible: the store, the step in view, and the screen."""

    store: Store
    step: StepState | None
    screen: str


@dataclass(frozen=True, slots=True)
class Action:
    """`wish` goes to the session, with the step in view; without one the screen or the app has a `do_NAME`.

    `rank` orders the key line, the rarest last; 0 is not shown there. `typing`: also acts in a text field."""

    name: str
    keys: tuple[str, ...]
    text: str
    help: str
    screens: tuple[str, ...]
    when: Callable[[View], bool]
    wish: Wish | None = None
    button: bool = False
    rank: int = 0
    typing: bool = False
    words: Callable[[View], str] | None = None  # of its button, where they say more than `text`

    def label(self, view: View) -> str:
        """What stands on its button now."""
        return (self.words(view) if self.words is not None else "") or _(self.text)

    @property
    def key_name(self) -> str:
        """The key as people call it."""
        return KEY_NAMES.get(self.keys[0], self.keys[0].upper()) if self.keys else ""


KEY_NAMES = {
    "ctrl+c": "Ctrl+C",
    "ctrl+p": "Ctrl+P",
    "f1": "F1",
    "escape": "Esc",
    "space": "Space",
    "slash": "/",
    "end": "End",
    "N": "Shift+N",
    "pagedown": "PgDn",
    "pageup": "PgUp",
}


def _always(view: View) -> bool:
    return True


def _asked(*what: str) -> Callable[[View], bool]:
    return lambda view: view.step is not None and view.step.asked in what


def _approves(*kinds: str) -> Callable[[View], bool]:
    return lambda view: _asked("approve")(view) and view.step is not None and view.step.info.kind in kinds


def _idle(view: View) -> bool:
    return view.store.mode is None and bool(view.store.steps)


def _answered(view: View) -> bool:
    return view.store.draft is not None and view.store.answered and not view.store.draft.to_fix


def _goes_on_at(view: View) -> str:
    """Where a run goes on, once all steps were asked; empty while nobody knows."""
    todo = next((step for step in view.store.steps.values() if step.state != "done"), None)
    if view.store.mode is not None or view.store.result is None or todo is None:
        return ""
    return _("Go on at {number} {step}", number=todo.number, step=todo.info.title)


def _can_run(view: View) -> bool:
    return _idle(view) and _answered(view) and view.store.summary is None


def _can_destroy(view: View) -> bool:
    looks_only = view.store.mode == "check" and bool(view.store.steps)  # what is only asked gives way
    return (_idle(view) or looks_only) and _answered(view) and view.store.fixed_target


def _destroy_asked(view: View) -> bool:
    return bool(view.store.destroy_word)


def _runs(view: View) -> bool:
    """Something runs that can be stopped; a run whose summary is in view has come to its end, and only closes."""
    return view.store.mode is not None and not (view.screen == SUMMARY and view.store.summary is not None)


def _may_insist(view: View) -> bool:
    return view.store.may_insist


def _linked(view: View) -> bool:
    return link_of(view.step) is not None


def _guided(view: View) -> bool:
    return view.step is not None and view.step.guide is not None


def _playable(view: View) -> bool:
    return _asked("person", "approve")(view) and view.step is not None and bool(view.step.clicks)


def _editable(view: View) -> bool:
    return view.store.draft is not None and view.step is not None


def _logged(view: View) -> bool:
    return view.step is not None and bool(view.step.log)


def link_of(step: StepState | None) -> str | None:
    """The address that belongs to what the step says."""
    if step is None:
        return None
    for told in (step.guide, step.problem):
        if told and told.get("link"):
            return str(told["link"])
    return step.link


ANSWER = re.compile(r"\b([a-z][a-z_]+)\.[a-z][a-z_]+\b")  # as compute.node_type


def section_to_mend(view: View) -> str | None:
    """The questions of which a problem's remedy names an answer, the first that it names."""
    if view.step is None or view.step.problem is None or view.store.draft is None:
        return None
    known = {section.name for section in view.store.draft.sections}
    named = ANSWER.findall(str(view.step.problem.get("next_action") or ""))
    return next((section for section in named if section in known), None)


def _contract(view: View) -> bool:
    """There is a contract to look at."""
    return view.store.desk is not None and bool(view.store.desk.entries)


def _mends(view: View) -> bool:
    """It failed for an answer: to try the same again would help nobody."""
    return _asked("retry")(view) and section_to_mend(view) is not None


ACTIONS: tuple[Action, ...] = (
    Action("begin", (), N_("Begin"), N_("answer the questions, then run the journey"), (WELCOME,),
           lambda view: not _answered(view), button=True),
    Action("go_on", (), N_("Go on"), N_("go on at the first step that is not true"), (WELCOME,),
           _answered, button=True, words=_goes_on_at),
    Action("look", (), N_("Look at the steps"), N_("see each step as it stands, without a run"), (WELCOME,), _always,
           button=True),
    Action("answers", (), N_("Look at the answers"), N_("go through the questions and change answers"), (WELCOME,),
           _answered, button=True),
    Action("next", ("pagedown",), N_("Continue"), N_("take these answers; with something to fix: go there"), (FORM,),
           _always, button=True, rank=1, typing=True),
    Action("previous", ("pageup",), N_("Back"), N_("the questions before these; nothing typed is lost"), (FORM,),
           _always, button=True, rank=2, typing=True),
    Action("save_contracts", (), N_("Save and continue"), N_("write the contracts; with something to fix: go there"),
           (CONTRACTS,), _always, button=True),
    Action("edit_cell", ("e",), N_("Edit"), N_("change what is under the cursor, as Enter does"), (CONTRACTS,),
           _contract, button=True, rank=1),
    Action("open_editor", ("o",), N_("Open in editor"), N_("open the file in $EDITOR, and read it again after"),
           (CONTRACTS,), _contract, button=True, rank=6),
    Action("workflow", ("pagedown",), N_("Workflow"), N_("how the input comes: source, schedule, topic, e-mails"),
           (CONTRACTS,), _contract, rank=2),
    Action("columns", ("pageup",), N_("Columns"), N_("back to the table of columns"), (CONTRACTS,), _contract),
    Action("yaml", ("y",), N_("YAML larger"), N_("the file that will be written, in full"), (CONTRACTS,), _contract,
           rank=4),
    Action("add_column", ("a",), N_("Add a column"), N_("a text column after the others"), (CONTRACTS,), _contract,
           rank=5),
    Action("remove_column", ("d", "delete"), N_("Remove the column"), N_("asks, then takes it out with its rules"),
           (CONTRACTS,), _contract),
    Action("new_contract", ("n",), N_("New"), N_("a contract with one key column"), (CONTRACTS,), _always, button=True),
    Action("from_file", ("f",), N_("From file"), N_("propose a contract from a sample: csv, json or parquet"),
           (CONTRACTS,), _always, button=True, rank=3),
    Action("import_contract", ("i",), N_("Import"), N_("take over a contract: ODCS or the reference form"),
           (CONTRACTS,), _always, button=True),
    Action("remove_contract", ("x",), N_("Take from the list"), N_("asks; the file and the tables stay"), (CONTRACTS,),
           _contract),
    Action("load", (), N_("Load strife_config.yaml"), N_("take answers over from the reference's configuration"),
           (FORM,), _always),
    Action("stop_now", (), N_("Stop at once..."), N_("says what may be left, then waits for nothing any more"),
           (JOURNEY, DESTROY), _may_insist, button=True),
    Action("apply", (), N_("Apply this plan"), N_("make what the plan says, nothing else"), (JOURNEY,),
           _approves("terraform"), wish=Wish.GO, button=True),
    Action("do_it", ("a",), N_("Let the wizard do it"), N_("make these calls with the rights that are named"),
           (JOURNEY,), _approves("guided", "automatic", "form", "deploy"), wish=Wish.GO, button=True, rank=3),
    Action("plan_again", ("r",), N_("Plan again"), N_("look at the world again and make a new plan"), (JOURNEY,),
           lambda view: _approves("terraform")(view) or _asked("agree")(view), wish=Wish.AGAIN, button=True, rank=5),
    Action("agree", (), N_("Apply, lose this data..."), N_("asks for the name of what is lost first"), (JOURNEY,),
           _asked("agree"), button=True),  # never the first of its row: Enter is the harmless way
    Action("open_link", ("o",), N_("Open the page"), N_("open the link of this step in a browser"), (JOURNEY,),
           _linked, button=True, rank=4),
    Action("play", ("p",), N_("Play the person"), N_("do here what a person would do in the portal"),
           (JOURNEY,), _playable, wish=Wish.CLICK, button=True, rank=4),
    Action("check_now", ("r",), N_("Check now"), N_("look at once, not in some seconds"), (JOURNEY,),
           _asked("person"), wish=Wish.AGAIN, button=True, rank=3),
    Action("mend", (), N_("Edit the answers"), N_("change the answer that stands in the way"), (JOURNEY,), _mends,
           button=True),
    Action("retry", ("r",), N_("Retry"), N_("check this step again, then do what is left of it"), (JOURNEY,),
           _asked("retry"), wish=Wish.AGAIN, button=True, rank=1),
    Action("run", (), N_("Run the journey"), N_("go through the steps: check, ask, apply, check again"), (JOURNEY,),
           _can_run, wish=Wish.RUN, button=True),
    Action("check", (), N_("Check all steps"), N_("ask the world how things stand, change nothing"), (JOURNEY,),
           _can_run, wish=Wish.CHECK, button=True),
    Action("to_summary", (), N_("Summary"), N_("what was made, what it costs, and where it is"), (JOURNEY,),
           lambda view: view.store.summary is not None, button=True),
    Action("edit", ("e",), N_("Edit the answers"), N_("change an answer of this step"), (JOURNEY,), _editable,
           rank=6),
    Action("edit_now", (), N_("Edit the answers"), N_("change an answer of this step"), (JOURNEY,),
           lambda view: _editable(view) and not _mends(view) and (_idle(view) or _asked("retry")(view)), button=True),
    Action("open_log", (), N_("Open log"), N_("the log of this step in full height"), (JOURNEY,),
           lambda view: _asked("retry")(view) and _logged(view), button=True),
    Action("message", ("m",), N_("Message for an admin"), N_("these lines for one who may do it"), (JOURNEY,), _guided,
           rank=6),
    Action("copy_link", ("c",), N_("Copy"), N_("copy the link, or the selected text"), (JOURNEY,), _linked, rank=5),
    Action("report", (), N_("Save a report"), N_("what, why, versions, ids and the last lines, without secrets"),
           (JOURNEY,), lambda view: view.step is not None and view.step.problem is not None, button=True),
    Action("stop", ("ctrl+c",), N_("Stop..."), N_("asks, then stops after the current calls"), EVERYWHERE, _runs,
           rank=2, typing=True),
    Action("quit", ("ctrl+c",), N_("Quit"), N_("leave; everything answered is saved"), EVERYWHERE,
           lambda view: not _runs(view), rank=2, typing=True),
    Action("pause", ("space",), N_("Pause"), N_("let the log stand still, and follow again"), (JOURNEY,), _logged,
           rank=7),
    Action("follow", ("end",), N_("Follow"), N_("to the end of the log, and follow it"), (JOURNEY,), _logged),
    Action("find", ("slash",), N_("Search"), N_("find a text in the log"), (JOURNEY,), _logged, rank=8),
    Action("find_next", ("n",), N_("Next"), N_("the next place that was searched for"), (JOURNEY,), _logged),
    Action("find_before", ("N",), N_("Before"), N_("the place before"), (JOURNEY,), _logged),
    Action("level", ("v",), N_("Level"), N_("which lines of the log are shown"), (JOURNEY,), _logged),
    Action("save_log", ("w",), N_("Save log"), N_("write the whole log to a file of the folder"), (JOURNEY,), _logged),
    Action("log", ("l",), N_("Log"), N_("the log in full height, and back"), (JOURNEY,), _always, rank=8),
    Action("read_on", ("pagedown",), N_("Read on"), N_("the text above, a page down"),
           (JOURNEY, SUMMARY, DESTROY), _always),
    Action("read_back", ("pageup",), N_("Read back"), N_("the text above, a page up"),
           (JOURNEY, SUMMARY, DESTROY), _always),
    Action("steps", ("s",), N_("Steps"), N_("to the list of steps"), (JOURNEY,), _always, rank=7),
    Action("back", ("escape",), N_("Back"), N_("close what is on top, then one step back; stops nothing"), EVERYWHERE,
           _always, rank=9, typing=True),
    Action("close", (), N_("Close"), N_("leave the app"), (SUMMARY,), _always, button=True),
    Action("status", (), N_("Status of all steps"), N_("back to the steps"), (SUMMARY,), _always, button=True),
    Action("export", ("w",), N_("Export"), N_("write the summary as HTML, Markdown and JSON"), (SUMMARY,), _always,
           button=True, rank=3),
    Action("destroy", (), N_("Destroy..."), N_("shows all that would go, and asks before any of it does"),
           (WELCOME, SUMMARY, JOURNEY), _can_destroy),
    Action("keep_all", (), N_("Keep everything"), N_("back to the steps; nothing is changed"), (DESTROY,),
           _destroy_asked, button=True),
    Action("destroy_all", (), N_("Destroy..."), N_("asks for the name of what is lost, then takes it away"),
           (DESTROY,), _destroy_asked, button=True),
    Action("to_steps", (), N_("Status of all steps"), N_("back to the steps"), (DESTROY,), _idle, button=True),
    Action("theme", (), N_("Change the theme"), N_("dark, light, the terminal's own colours, none"), EVERYWHERE,
           _always),
    Action("language", (), N_("Em português"), N_("say everything in Portuguese"), EVERYWHERE, _always),
    Action("alphabet", (), N_("ASCII on or off"), N_("draw with ASCII alone"), EVERYWHERE, _always),
    Action("help", ("f1", "question_mark"), N_("Help"), N_("what this is, and every key"), EVERYWHERE, _always,
           rank=10, typing=True),
    Action("palette", ("ctrl+p", "colon"), N_("Actions"), N_("every action, searchable"), EVERYWHERE, _always, rank=11,
           typing=True),
)  # fmt: skip
BY_NAME = {action.name: action for action in ACTIONS}


def of_screen(screen: str) -> list[Action]:
    return [action for action in ACTIONS if screen in action.screens]


def possible(view: View) -> list[Action]:
    return [action for action in of_screen(view.screen) if action.when(view)]


def buttons(view: View) -> list[Action]:
    return [action for action in possible(view) if action.button]


def bindings(screen: str) -> list[Binding]:
    """The keys of a screen. A key that several actions share goes to the one that is possible."""
    keys: dict[str, bool] = {}
    for action in of_screen(screen):
        for key in action.keys:
            keys[key] = keys.get(key, False) or key == "ctrl+c"
    return [Binding(key, f"app.press({key!r})", show=False, priority=first) for key, first in keys.items()]


def by_key(key: str, view: View) -> Action | None:
    """What the key means now."""
    return next((action for action in possible(view) if key in action.keys), None)


def key_line(view: View, most: int, before: Sequence[str] = ()) -> list[Action]:
    """At most `most` actions for the last line: those with a key, the rarest dropped, Help and Actions always last.
    Those of `before` come first."""
    shown = sorted((action for action in possible(view) if action.rank and action.keys), key=lambda each: each.rank)
    *rest, about, last = shown
    first = [action for action in possible(view) if action.name in before]
    rest = [*first, *(action for action in rest if action not in first)]
    return [*rest[: most - 2], about, last]


def texts(actions: Iterable[Action]) -> list[tuple[str, str, str]]:
    """(key, text, help) of actions, translated."""
    return [(action.key_name, _(action.text), _(action.help)) for action in actions]
