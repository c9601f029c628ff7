"""The least that Textual can be: one line of text. What the app's first screen is measured against."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class EmptyApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("an empty app")


if __name__ == "__main__":
    EmptyApp().run()
