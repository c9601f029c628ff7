"""What a step waits for a word on: a plan, data that would be lost, a failure; and whether to stop."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NoReturn

from wizard import exits
from wizard.guided.messages import Asked
from wizard.prompts.terminal import Terminal
from wizard.prompts.words import AGAIN, EDIT, GO, HELP, KEEP, LEAVE, PLAY, STOP, WAIT, choose, shortened
from wizard.text import _


def plan(terminal: Terminal, name: str, asked: Asked, rights: Sequence[str] = ()) -> None:
    """What a step would do, in sentences."""
    terminal.say(_("{step}: {why}. Nothing is changed yet. It would:", step=name, why=asked.why))
    for change in asked.changes:
        terminal.say(f"  {change}")
    if rights:
        terminal.say("  " + _("with the rights: {rights}", rights=", ".join(rights)))


def approve(terminal: Terminal, name: str, asked: Asked, rights: Sequence[str]) -> str:
    """The plan in sentences, and what to do with it: go, again, p, edit or stop."""
    plan(terminal, name, asked, rights)
    choices = {GO: _("do this"), AGAIN: _("look at the world again first")}
    if asked.clicks:
        choices[PLAY] = _("play the person here: {clicks}", clicks="; ".join(asked.clicks))
    choices |= {EDIT: _("stop, and change answers"), STOP: _("stop here; what is done stays")}
    return choose(terminal, _("Apply?"), choices, default=GO)


def lose(terminal: Terminal, name: str, asked: Asked, word: str) -> str:
    """Losing data takes the lakehouse's name, typed: go, again or stop."""
    plan(terminal, name, asked)
    terminal.say(_("Data is lost for good, and cannot be brought back."))
    words = _("Type {word} to lose it, again to plan again, stop to stop here: ", word=word)
    while True:
        typed = terminal.ask(words, fresh=True).strip()
        if typed == word:
            return GO
        if typed in (AGAIN, STOP):
            return typed
        if typed != HELP:
            terminal.say(_("{typed} is not {word}; nothing was changed", typed=shortened(typed), word=word))


def retry(terminal: Terminal, name: str) -> str:
    """After a failure: again, edit or stop."""
    return choose(
        terminal,
        _("{step} failed; the lines above say why. What now?", step=name),
        {
            AGAIN: _("try again from here"),
            EDIT: _("stop, and change answers"),
            STOP: _("stop here; what is done stays"),
        },
        default=AGAIN,
    )


def stop(terminal: Terminal, working: Sequence[str]) -> bool:
    """Whether to stop what runs."""
    terminal.say()
    if working:
        terminal.say(_("{steps} ends the calls it has sent, saves its state and stops. Nothing is undone, and a run "
                       "goes on from here.", steps=", ".join(working)))  # fmt: skip
    while True:
        typed = terminal.ask(_("stop? (keep/stop) "), fresh=True).strip()
        if typed in (KEEP, STOP):
            return typed == STOP
        terminal.say(_("Type keep to go on, or stop."))


def abandon(terminal: Terminal, working: Sequence[str]) -> bool:
    """While it stops: whether to leave the calls under way to themselves."""
    terminal.say()
    terminal.say(_("It still stops: {steps}.", steps=", ".join(working) or _("the last calls")))
    typed = ""
    while typed not in (WAIT, LEAVE):
        typed = terminal.ask(_("wait, or leave the calls to themselves? (wait/leave) "), fresh=True).strip()
    return typed == LEAVE


def end(terminal: Terminal) -> NoReturn:
    """Where even a stop at once does not end: Python would wait for the threads."""
    terminal.say(_("left: the calls under way may still take effect; the next run finds what they made"))
    os._exit(exits.CANCELLED)
