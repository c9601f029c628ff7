"""What every step of the journey is: a step over the clients of one cloud."""

from __future__ import annotations

from wizard.cloud.world import World
from wizard.setup.context import Context
from wizard.setup.step import Step

Ctx = Context[World]
WizardStep = Step[World]
