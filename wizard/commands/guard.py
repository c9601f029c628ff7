"""The last place an error can reach: it is told in words, with an exit code, and never as a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable

from wizard import exits
from wizard.text import _, _n


def guarded(command: Callable[[], int], *, debug: bool) -> int:
    """Call `command`; turn every refusal into its words and its exit code."""
    try:
        return command()
    except BrokenPipeError:  # nobody reads what is said any more
        raise
    except Exception as error:
        if debug:
            import traceback

            from wizard.setup.secrets import strike

            sys.stderr.write(strike(traceback.format_exc()))
        code, words = told(error)
        print(words, file=sys.stderr)
        return code


def told(error: Exception) -> tuple[int, str]:
    from wizard.application import InputInvalid, Unusable
    from wizard.copied import FolderCopied
    from wizard.sandbox.control import Refused, SandboxError, SandboxInUse
    from wizard.setup.answers import AnswersInvalid
    from wizard.setup.cancel import Cancelled
    from wizard.setup.folder import FolderInUse, FolderUnusable
    from wizard.setup.format import FormatTooNew
    from wizard.setup.secrets import strike
    from wizard.setup.step import StepFailed
    from wizard.which_sandbox import NotASandbox

    if isinstance(error, (AnswersInvalid, InputInvalid)):
        return exits.INVALID, f"{error}\n" + _n(
            "{n} defect; nothing was changed", "{n} defects; nothing was changed", error.count
        )
    if isinstance(error, Cancelled):
        return exits.CANCELLED, _("cancelled")
    if isinstance(error, OSError) and (words := _of_the_disk(error)):
        return exits.FAILED, words
    known = {
        Unusable: exits.INVALID,
        NotASandbox: exits.INVALID,
        FolderCopied: exits.INVALID,
        FolderUnusable: exits.INVALID,
        FormatTooNew: exits.INVALID,
        FolderInUse: exits.IN_USE,
        Refused: exits.INVALID,
        SandboxInUse: exits.IN_USE,
        SandboxError: exits.FAILED,
        StepFailed: exits.FAILED,
    }
    for kind, code in known.items():
        if isinstance(error, kind):
            return code, str(error)
    # Whatever else arrives is a defect of ours, said as one.
    return exits.FAILED, _(
        "the wizard itself failed: {kind}: {error}; run again with --debug and report what it shows",
        kind=type(error).__name__,
        error=strike(str(error)),
    )


def _of_the_disk(error: OSError) -> str | None:
    """What the system said of a file, with what to do; None where it is no matter of the disk."""
    from wizard.setup.disk import FORBIDDEN, refused

    if error.errno in FORBIDDEN and not error.filename:
        return None
    return refused(error, error.filename or _("the setup folder"))
