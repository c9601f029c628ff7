"""What a disk refuses, in words: full, mounted read-only, or closed to us."""

from __future__ import annotations

import errno

from wizard.text import _

FULL = (errno.ENOSPC, errno.EDQUOT)
FORBIDDEN = (errno.EACCES, errno.EPERM)
READ_ONLY = (errno.EROFS,)


def no_space(place: object) -> str:
    return _("there is no space left at {place}; free some there, then run again", place=place)


def refused(error: OSError, place: object) -> str | None:
    """What the system said of `place`, with what to do; None where that is no matter of the disk."""
    if error.errno in FULL:
        return no_space(place)
    if error.errno in READ_ONLY:
        return _("{place} is on a disk that can only be read; mount it for writing, then run again", place=place)
    if error.errno in FORBIDDEN:
        return _(
            "{place} may not be used: {reason}; mend its permissions (chmod -R u+rwX), then run again",
            place=place,
            reason=error.strerror,
        )
    return None
