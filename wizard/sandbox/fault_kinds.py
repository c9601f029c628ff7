"""What can go wrong on request, by name; apart, so that the command line knows it without the sandbox."""

from __future__ import annotations

from typing import Literal, get_args

FaultKind = Literal[
    "lost_response", "throttled", "error", "timeout", "slow", "lag", "cut_body", "web_page", "without", "denied",
    "expired", "throttled_until", "changed", "empty_page", "same_page",
]  # fmt: skip
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
