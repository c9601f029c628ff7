"""Exit codes, as documented in docs/reference/exit-codes.md."""

DONE = 0
INVALID = 2
PERSON_NEEDED = 3
FAILED = 4
IN_USE = 5
CANCELLED = 130
