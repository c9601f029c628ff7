"""Exit codes, as documented in docs/reference/exit-codes.md."""

DONE = 0
BREAKING = 1
INVALID = 2
PERSON_NEEDED = 3
FAILED = 4
IN_USE = 5
CANCELLED = 130

# By what a run came to, in the words of wizard.setup.outcome.Result.
OF_RESULT = {"done": DONE, "planned": DONE, "blocked": PERSON_NEEDED, "failed": FAILED, "cancelled": CANCELLED}
