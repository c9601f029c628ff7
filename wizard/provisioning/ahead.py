"""A plan that is begun before it is certain what it is to be made of."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from wizard.provisioning.plans import PlanResult


class Ahead:
    """Makes a plan, in a thread of its own, of the variables that are expected. What goes wrong is told by the plan
    that is then made in its turn."""

    def __init__(self, variables: Mapping[str, Any], make: Callable[[], PlanResult]) -> None:
        self._variables, self._make = _text(variables), make
        self._found: PlanResult | None = None
        self._thread = threading.Thread(target=self._run, name="ahead", daemon=True)
        self._thread.start()

    def result(self, variables: Mapping[str, Any]) -> PlanResult | None:
        """The plan, once it is made, if it is of these variables."""
        self.wait()
        return self._found if _text(variables) == self._variables else None

    def wait(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        try:
            self._found = self._make()
        except Exception:
            self._found = None


def _text(variables: Mapping[str, Any]) -> str:
    return json.dumps(variables, sort_keys=True)
