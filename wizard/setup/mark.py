"""The mark by which every object of a setup is known: the setup's id, as a tag, or in words where there are no tags.
The Terraform roots write the same words, by their `setup_id` and `tags`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

KEY = "lakehouse-setup"
_IN_WORDS = re.compile(rf"\b{KEY}=([\w-]+)")


def words(setup_id: str) -> str:
    """The mark of what has no tags: its comment or description."""
    return f"{KEY}={setup_id}"


def tagged(tags: Mapping[str, Any] | None) -> str | None:
    """The setup's id among an object's tags; None without one."""
    found = (tags or {}).get(KEY)
    return str(found) if found else None


def told(text: str | None) -> str | None:
    """The setup's id in a comment or description; None without one."""
    found = _IN_WORDS.search(text or "")
    return found[1] if found else None


def of(body: Mapping[str, Any]) -> frozenset[str]:
    """The ids of setups that one object's attributes carry, as a provider names these."""
    tags = (tagged(body.get(field)) for field in ("tags", "custom_tags", "properties"))
    texts = (_IN_WORDS.findall(str(body.get(field) or "")) for field in ("comment", "description"))
    return frozenset({id for id in tags if id} | {id for found in texts for id in found})
