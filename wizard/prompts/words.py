"""One choice among a few words, asked by number or by word."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.prompts.terminal import Terminal
from wizard.text import _

HELP, BACK, DEFAULT, LITERAL = "?", "back", "default", "="
GO, AGAIN, PLAY, EDIT, STOP, KEEP, LEAVE, WAIT = "go", "again", "p", "edit", "stop", "keep", "leave", "wait"


def choose(
    terminal: Terminal, question: str, choices: Mapping[str, str], *, default: str | None, help_: str = ""
) -> str:
    """The word chosen; Enter takes `default`. Raises Leave, Interrupted."""
    words = [*choices]
    terminal.say(question)
    for number, (word, meaning) in enumerate(choices.items(), start=1):
        terminal.say(f"  {number}. {word}: {meaning}")
    prompt = _("number or word [{default}]: ", default=default) if default else _("number or word: ")
    while True:
        typed = terminal.ask(prompt, fresh=True).strip()
        if not typed and default:
            return default
        if typed == HELP:
            terminal.say(help_ or _("Type the number or the word of one of these: {words}.", words=", ".join(words)))
            continue
        if typed.isdecimal() and 1 <= int(typed[:9]) <= len(words):
            return words[int(typed) - 1]
        if typed in words:
            return typed
        terminal.say(_("{typed} is none of these: {words}", typed=shortened(typed), words=", ".join(words)))


def shortened(text: str, room: int = 60) -> str:
    """What was typed, as far as it is needed to know it again; never more than a line."""
    shown = "".join(char if char.isprintable() else "?" for char in text)
    return f"'{shown}'" if len(shown) <= room else f"'{shown[:room]}...' " + _("({n} characters)", n=len(text))
