"""What a command does not need, it does not load: help is quick, headless never loads the app."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("textual", "pyspark", "pydantic", "azure", "databricks", "rich", "questionary", "grpc", "aiohttp")


def loaded_after(code: str) -> set[str]:
    """The top-level packages that `code` loads in a fresh interpreter."""
    program = f"{code}\nimport sys\nprint(' '.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", ["['--help']", "['run', '--help']", "['--version']"])
def test_help_loads_nothing_heavy(arguments: str) -> None:
    code = f"import wizard.cli\ntry:\n    wizard.cli.main({arguments})\nexcept SystemExit:\n    pass"
    assert loaded_after(code).isdisjoint(HEAVY)


def test_the_journey_never_loads_the_app_nor_spark() -> None:
    program = "import wizard.application, wizard.commands.run"
    assert loaded_after(program).isdisjoint({"textual", "pyspark", "questionary"})


def test_plain_mode_never_loads_the_app_and_speaks_before_the_sdks_are_there() -> None:
    heavy = {"textual", "azure", "databricks", "pyspark", "questionary", "prompt_toolkit", "grpc"}
    assert loaded_after("import wizard.prompts.command").isdisjoint(heavy)


def test_the_apps_first_screen_loads_no_sdk_and_no_model() -> None:
    heavy = {"azure", "databricks", "pydantic", "pyspark", "questionary", "grpc", "aiohttp", "yaml"}
    assert loaded_after("import wizard.tui.app").isdisjoint(heavy)
