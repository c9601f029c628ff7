"""How often a step that broke off is gone on with in one run: while it gets on, and once where it does not."""

from __future__ import annotations

from wizard.setup.step import Finding, Problem, Verdict

LOOKS = 20  # in one run; each of them lost an answer or was refused in passing
IDLE = 1  # looks in a row that find nothing changed: what was made may be unseen yet, or nothing was made


class Patience:
    """What one step has of it. A failure that passes by itself (`Problem.transient`) is worth another look at the
    world: it may have taken effect, and what is missing still can be made at once."""

    def __init__(self, found: Finding) -> None:
        self._changes, self._looks, self._idle = found.changes, 0, 0

    def worth_a_look(self, problem: Problem) -> bool:
        return problem.transient and self._looks < LOOKS

    def goes_on(self, seen: Finding) -> bool:
        """Whether to apply once more, after a look that found more to do."""
        self._looks += 1
        self._idle = self._idle + 1 if seen.changes == self._changes else 0
        self._changes = seen.changes
        return self._idle <= IDLE


def passing(found: Finding) -> bool:
    """Whether the world could not be asked for a reason that passes by itself."""
    return found.verdict is Verdict.UNKNOWN and found.problem is not None and found.problem.transient
