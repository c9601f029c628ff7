"""Mutants that change no answer, and why none can."""

from __future__ import annotations

EQUIVALENT: dict[str, dict[str, str]] = {}
