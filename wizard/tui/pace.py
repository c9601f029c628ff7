"""How the app's process shares its time: the first screen comes first, and then the keys."""

from __future__ import annotations

import gc
import sys

# Seconds that one thread may compute while another waits for its turn. A key passes through three threads up to the
# screen; with Python's own 5 ms each turn of them would wait so long while the SDKs load or a log pours in.
TURN = 0.0005


def begin() -> None:
    """Before anything else is loaded. What is loaded now stays to the end: to look for garbage in it takes a tenth of
    the start, and holds every thread while the SDKs load."""
    gc.disable()
    sys.setswitchinterval(TURN)


def loaded() -> None:
    """From here on garbage is looked for, among what comes to be from here on."""
    gc.freeze()
    gc.enable()
