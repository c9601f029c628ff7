"""`upgrade`: what a setup keeps to and what this wizard ships; moved on request, planned before anything is applied."""

from __future__ import annotations

import argparse
from pathlib import Path

from wizard import assets, exits
from wizard.application import Options, Setup, opened
from wizard.commands.ending import told
from wizard.plain.speaker import Speaker, speaker
from wizard.provisioning import pins
from wizard.setup.outcome import Mode, Outcome
from wizard.setup.step import Verdict
from wizard.steps.terraform_phase import TerraformStep
from wizard.text import _


def main(arguments: argparse.Namespace) -> int:
    with speaker(arguments.json) as voice, opened(Options.of(arguments), voice, read_only=True) as setup:
        found = [pin for step in _roots(setup) for pin in pins.of(_source(step), _folder(setup, step))]
        for pin in found:
            voice.tell(_words(pin))
        if not any(pin.moves for pin in found):
            voice.tell(_("every provider that is pinned here is the one that this wizard ships"))
            return exits.DONE
        if not arguments.providers:
            voice.tell(_("nothing was changed; move the pins and see every plan: upgrade --providers"))
            return exits.DONE
        return _move(setup, voice, {pin.root for pin in found if pin.moves})


def _move(setup: Setup, voice: Speaker, roots: set[str]) -> int:
    """Take the shipped pins, and plan with them. Where a plan fails, the old pins are put back."""
    kept: dict[Path, Path] = {}
    whole = False
    try:
        for step in _roots(setup):
            if step.root in roots:
                folder = _folder(setup, step)
                kept[folder] = pins.move(_source(step), folder, setup.folder.backups)
        outcome = _planned(setup)
        steps = [step.name for step in _roots(setup) if step.root in roots]
        whole = not outcome.cancelled and all(_fine(outcome, name) for name in steps)
    finally:
        if not whole:
            for folder, copy in kept.items():
                pins.put_back(folder, copy)
    if not whole:
        voice.tell(_("a plan with the new providers failed; the old pins are back, and nothing was applied"))
        return exits.CANCELLED if outcome.cancelled else exits.FAILED
    voice.tell(
        _("the pins were moved and nothing was applied: `run` applies these plans; the old pins lie in {folder}",
          folder=setup.folder.backups)
    )  # fmt: skip
    return exits.DONE


def _planned(setup: Setup) -> Outcome:
    with told(setup, "upgrade", setup.engine.steps) as ending:
        outcome = setup.engine.run(Mode.CHECK)
        ending.result = outcome.result
    return outcome


def _fine(outcome: Outcome, name: str) -> bool:
    found = outcome.findings.get(name)
    return found is not None and found.verdict in (Verdict.DONE, Verdict.TODO)


def _roots(setup: Setup) -> list[TerraformStep]:
    return [step for step in setup.engine.steps.values() if isinstance(step, TerraformStep)]


def _source(step: TerraformStep) -> Path:
    return assets.path("terraform") / step.root


def _folder(setup: Setup, step: TerraformStep) -> Path:
    return setup.folder.terraform(step.root)


def _words(pin: pins.Pin) -> str:
    kept = f"{pin.kept} ({pin.locked})" if pin.locked else pin.kept
    if not pin.moves:
        return _("{root}: {provider} {kept}", root=pin.root, provider=pin.provider, kept=kept)
    return _(
        "{root}: {provider} {kept} → {shipped}", root=pin.root, provider=pin.provider, kept=kept, shipped=pin.shipped
    )
