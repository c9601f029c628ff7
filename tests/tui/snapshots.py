"""Keeps each scene at each size as text, after it was looked at: python -m tests.tui.snapshots [NAME ...]"""

from __future__ import annotations

import asyncio
import sys

from tests.tui.stage import drawn
from tests.tui.test_screens import PICTURES, SAYS, SIZES, picture, still


async def keep(names: list[str]) -> None:
    PICTURES.mkdir(exist_ok=True)
    for name in names:
        for size in SIZES:
            text = still((await drawn(name, size)).text)
            picture(name, size).write_text(text, encoding="utf-8")
            print(f"{name} {size[0]}x{size[1]}\n{text}")


if __name__ == "__main__":
    asyncio.run(keep(sys.argv[1:] or list(SAYS)))
