"""Between the engine's threads and the app: in order, bounded, and nobody waits for one who will not come."""

from __future__ import annotations

import threading
from collections.abc import Callable

from wizard.tui.bridge import Bridge

PATIENCE = 30.0  # seconds; a thread that hangs does so for ever
MANY = 1_000


def beside(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def pouring(bridge: Bridge, name: int = 0) -> threading.Thread:
    """A thread that has much to say."""

    def pour() -> None:
        for number in range(MANY):
            bridge.post((name, number))

    return beside(pour)


def ended(thread: threading.Thread) -> bool:
    thread.join(PATIENCE)
    return not thread.is_alive()


def test_it_gives_what_came_in_order_and_in_batches() -> None:
    bridge = Bridge()
    for number in range(7):
        bridge.post(number)
    assert bridge.drain(most=5) == [0, 1, 2, 3, 4]
    assert bridge.drain() == [5, 6]
    assert bridge.drain() == []


def test_who_has_too_much_to_say_waits_and_nothing_is_lost() -> None:
    bridge, longest = Bridge(room=10), 0
    writer = pouring(bridge)
    taken: list[tuple[int, int]] = []
    while len(taken) < MANY:
        part = bridge.drain()
        longest = max(longest, len(part))
        taken += part
    assert ended(writer)
    assert taken == [(0, number) for number in range(MANY)]
    assert longest <= 11  # the room, and the one that waits


def test_several_threads_wait_beside_each_other() -> None:
    bridge = Bridge(room=1)
    writers = [pouring(bridge, name) for name in range(4)]
    taken: list[tuple[int, int]] = []
    while len(taken) < 4 * MANY:
        taken += bridge.drain(most=3)
    assert all(ended(writer) for writer in writers)
    for name in range(4):
        assert [number for writer, number in taken if writer == name] == [*range(MANY)]


def test_who_drains_never_waits_for_itself() -> None:
    bridge, told = Bridge(room=10), []

    def app() -> None:
        bridge.drain()
        for number in range(MANY):
            bridge.post(number)
        told.append(len(bridge.drain()))

    assert ended(beside(app))
    assert told == [MANY]


def test_once_nobody_drains_any_more_nobody_waits() -> None:
    bridge = Bridge(room=10)
    writer = pouring(bridge)
    bridge.drain()
    bridge.close()
    assert ended(writer)


def test_many_who_speak_a_reader_who_is_slow_and_an_end_between_leave_nobody_waiting() -> None:
    """Each writer is met where it waits: the reader takes one at a time, so that the room is full at every turn."""
    bridge, writers = Bridge(room=1), []
    for name in range(8):
        writers.append(pouring(bridge, name))
    taken: list[tuple[int, int]] = []
    while len(taken) < 2 * MANY:
        taken += bridge.drain(most=1)
    bridge.close()
    assert all(ended(writer) for writer in writers)
    while part := bridge.drain(most=3):
        taken += part
    for name in range(8):
        assert [number for writer, number in taken if writer == name] == [*range(MANY)], "nothing is lost at the end"


def test_who_speaks_first_after_the_end_does_not_wait() -> None:
    bridge = Bridge(room=0)
    bridge.close()
    assert ended(pouring(bridge))
