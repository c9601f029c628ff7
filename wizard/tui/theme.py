"""The shipped themes: dark, light, the terminal's own sixteen colours, and none at all."""

from __future__ import annotations

from textual.theme import Theme


def scrollbars(ground: str, line: str) -> dict[str, str]:
    """The variables of Textual's scrollbars: quiet, and alike whether the mouse is on them or not."""
    grounds = ("background", "background-hover", "background-active", "corner-color")
    bars = {"scrollbar": line, "scrollbar-hover": line, "scrollbar-active": line}
    return bars | {f"scrollbar-{name}": ground for name in grounds}


# Text at least 4.5:1 on its ground, borders 3:1; a test computes both.
DARK = Theme(
    name="dark",
    primary="#8ab4d8",
    secondary="#8ab4d8",
    accent="#e0b568",
    success="#7fc08a",
    warning="#e0b568",
    error="#ef8a80",
    foreground="#e6e9ec",
    background="#14181d",
    surface="#14181d",
    panel="#1d232a",
    dark=True,
    variables={
        **scrollbars("#14181d", "#6b7783"),
        "state-done": "#7fc08a",
        "state-running": "#e0b568",
        "state-quiet": "#9aa7b4",
        "state-failed": "#ef8a80",
        "line": "#6b7783",
        "cursor": "#2f4a63",
        "cursor-text": "#ffffff",
    },
)
LIGHT = Theme(
    name="light",
    primary="#1f4e79",
    secondary="#1f4e79",
    accent="#7a5200",
    success="#1f6f34",
    warning="#7a5200",
    error="#a8261c",
    foreground="#1c2126",
    background="#fbfaf7",
    surface="#fbfaf7",
    panel="#eeece6",
    dark=False,
    variables={
        **scrollbars("#fbfaf7", "#6b7783"),
        "state-done": "#1f6f34",
        "state-running": "#7a5200",
        "state-quiet": "#59636e",
        "state-failed": "#a8261c",
        "line": "#6b7783",
        "cursor": "#1a4167",
        "cursor-text": "#ffffff",
    },
)
MONO = Theme(
    name="mono",
    primary="#ffffff",
    secondary="#ffffff",
    accent="#ffffff",
    success="#ffffff",
    warning="#ffffff",
    error="#ffffff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    dark=True,
    variables={
        **scrollbars("#000000", "#ffffff"),
        "state-done": "#ffffff",
        "state-running": "#ffffff",
        "state-quiet": "#ffffff",
        "state-failed": "#ffffff",
        "line": "#ffffff",
        "cursor": "#ffffff",
        "cursor-text": "#000000",
    },
)
ANSI = Theme(
    name="ansi",
    primary="ansi_blue",
    secondary="ansi_blue",
    accent="ansi_yellow",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    dark=True,
    ansi=True,
    variables={
        **scrollbars("ansi_default", "ansi_default"),
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "border-blurred": "ansi_default",
        "block-cursor-foreground": "ansi_bright_white",
        "block-cursor-background": "ansi_blue",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-cursor-text-style": "reverse",
        "input-selection-background": "ansi_blue",
        "input-selection-foreground": "ansi_bright_white",
        "screen-selection-background": "ansi_blue",
        "screen-selection-foreground": "ansi_bright_white",
        "state-done": "ansi_green",
        "state-running": "ansi_yellow",
        "state-quiet": "ansi_default",
        "state-failed": "ansi_red",
        "line": "ansi_default",
        "cursor": "ansi_blue",
        "cursor-text": "ansi_bright_white",
    },
)
THEMES = {theme.name: theme for theme in (DARK, LIGHT, MONO, ANSI)}
