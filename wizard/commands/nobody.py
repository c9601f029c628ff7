"""What is told where a command needs the operator and nobody is signed in."""

from __future__ import annotations

from dataclasses import asdict

from wizard import exits
from wizard.plain.lines import guide_lines, problem_lines
from wizard.plain.speaker import Speaker
from wizard.setup.step import Finding, Verdict


def tell(voice: Speaker, finding: Finding) -> int:
    """Why the sign-in is not done, and who does what about it; the exit code."""
    lines = [finding.why]
    if finding.guide is not None:
        lines += guide_lines(asdict(finding.guide))
    elif finding.problem is not None:
        lines += problem_lines(asdict(finding.problem))
    voice.tell("\n".join(lines))
    return exits.FAILED if finding.verdict is Verdict.UNKNOWN else exits.PERSON_NEEDED
