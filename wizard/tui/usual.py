"""Keys that no action of the table stands behind: those of Textual's own parts, as the help tells them."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.text import _

NAMES = {
    "escape": "Esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "slash": "/",
    "question_mark": "?",
    "colon": ":",
}


def key_name(key: str) -> str:
    """The key as people call it: `ctrl+pageup` is Ctrl+PgUp, `N` is Shift+N."""
    if len(key) == 1:
        return f"Shift+{key}" if key.isupper() else key.upper()
    return "+".join(NAMES.get(part, part.title()) for part in key.split("+"))


def usual() -> Iterator[tuple[str, str]]:
    """Names of keys, and what they do."""
    told = (
        ("enter", _("presses the button; takes a field or a choice, and goes on")),
        ("space", _("in a list of answers: takes the one under the cursor")),
        ("tab shift+tab", _("to the next part, to the one before")),
        ("up down left right", _("within what has the focus; in a question, from answer to answer")),
        ("home end ctrl+home ctrl+end pageup pagedown ctrl+pageup ctrl+pagedown",
         _("to the ends of what has the focus, and by pages")),
        ("super+c", _("copies the selected text, where the terminal passes this key on")),
        ("ctrl+left ctrl+right ctrl+a ctrl+e", _("in a field: by words, and to its ends")),
        ("shift+left shift+right ctrl+shift+left ctrl+shift+right shift+home shift+end ctrl+shift+a",
         _("in a field: selects by characters, by words, to its ends, or all")),
        ("backspace delete ctrl+d ctrl+w ctrl+backspace alt+backspace ctrl+u super+backspace ctrl+k",
         _("in a field: deletes a character, a word, or all before or after")),
        ("ctrl+x ctrl+v", _("in a field: cuts what is selected, and puts it in")),
    )  # fmt: skip
    for keys, words in told:
        yield ", ".join(key_name(key) for key in keys.split()), words
