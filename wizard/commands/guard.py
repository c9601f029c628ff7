"""The last place an error can reach: it is told in words, with an exit code, and never as a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable

from wizard import exits
from wizard.text import _


def guarded(command: Callable[[], int], *, debug: bool) -> int:
    """Call `command`; turn every refusal into its words and its exit code."""
    try:
        return command()
    except Exception as error:
        if debug:
            import traceback

            traceback.print_exc()
        code, words = _told(error)
        print(words, file=sys.stderr)
        return code


def _told(error: Exception) -> tuple[int, str]:
    from wizard.application import Unusable
    from wizard.setup.answers import AnswersInvalid
    from wizard.setup.cancel import Cancelled
    from wizard.setup.folder import FolderInUse, FolderUnusable
    from wizard.setup.step import StepFailed

    match error:
        case AnswersInvalid():
            count = len(error.defects)
            return exits.INVALID, f"{error}\n" + _("{count} defects; nothing was changed", count=count)
        case Unusable() | FolderUnusable():
            return exits.INVALID, str(error)
        case FolderInUse():
            return exits.IN_USE, str(error)
        case StepFailed():
            problem = error.problem
            return exits.FAILED, f"{problem.what}\n{problem.why}\n{problem.next_action}"
        case Cancelled():
            return exits.CANCELLED, _("cancelled; run again to go on")
    # Whatever else arrives is a defect of ours, said as one.
    return exits.FAILED, _(
        "the wizard itself failed: {kind}: {error}; run again with --debug and report what it shows",
        kind=type(error).__name__,
        error=error,
    )
