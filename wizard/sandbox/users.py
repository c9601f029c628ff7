"""Which setups work in a sandbox that several share: a note of each in its state folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import yaml

from wizard.sandbox.files import make_folder, write_private

USERS = "setups"
CONFIG = "config.yaml"


@dataclass(frozen=True, slots=True)
class User:
    """A setup folder, and the id of the setup in it."""

    root: Path
    setup_id: str


def note(state: Path, user: User) -> None:
    """Remember that a setup works here. Repeatable; a setup that moved is noted at its new place."""
    text = json.dumps({"root": str(user.root), "setup_id": user.setup_id})
    write_private(make_folder(make_folder(state) / USERS) / f"{user.setup_id}.json", text)


def users(state: Path) -> list[User]:
    """The setups that were noted and are still there, by their folders."""
    noted = []
    for path in (state / USERS).glob("*.json"):
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            noted.append(User(Path(told["root"]), str(told["setup_id"])))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return sorted((user for user in noted if _there(user)), key=lambda user: user.root)


def _there(user: User) -> bool:
    """Whether the folder still holds that setup."""
    try:
        config = yaml.safe_load((user.root / CONFIG).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return False
    return isinstance(config, dict) and str(config.get("setup_id")) == user.setup_id
