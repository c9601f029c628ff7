"""Changes to what was just made: the Databricks account answers 404 until it is known everywhere."""

from __future__ import annotations

from collections.abc import Callable

from databricks.sdk.errors import NotFound

from wizard.steps.base import Ctx


def once_known(ctx: Ctx, what: str, change: Callable[[], object], *, seconds: float) -> None:
    """Carry `change` out, again while the answer is 404; it must be repeatable. `what` is waited for.

    Raises the last NotFound after `seconds`."""
    unknown: list[NotFound] = []

    def done() -> bool:
        try:
            change()
        except NotFound as error:
            unknown.append(error)
            return False
        return True

    if not ctx.wait_for(what, done, seconds=seconds):
        raise unknown[-1]
