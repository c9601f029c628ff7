"""Terraform's surroundings: a CLI configuration of our own and an environment named in full."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from wizard.setup import files

PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)
PYTHON_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def write(folder: Path) -> Path:
    """Write the CLI configuration into `folder` (made 0700) and return its path (0600)."""
    cache = folder / "plugin-cache"
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "terraform.rc"
    files.renew(
        path,
        "disable_checkpoint = true\n"
        f"plugin_cache_dir = {json.dumps(str(cache))}\n"
        # The roots pin versions, not checksums; without this each phase would download anew.
        "plugin_cache_may_break_dependency_lock_file = true\n",
    )
    return path


def environment(
    cli_config: Path,
    variables: Mapping[str, str],
    extra: Mapping[str, str],
    inherited: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """The whole environment of one run. `variables` become TF_VAR_…; `extra` is the target's own.

    Nothing else is inherited: TF_LOG, TF_CLI_ARGS or a stray ARM_… would change what runs, and as whom."""
    return {
        **_bundle(inherited),
        **{name: inherited[name] for name in PASSED_ON if name in inherited},
        "TF_CLI_CONFIG_FILE": str(cli_config),
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "CHECKPOINT_DISABLE": "1",
        **extra,
        **{f"TF_VAR_{name}": value for name, value in variables.items()},
    }


def _bundle(inherited: Mapping[str, str]) -> dict[str, str]:
    """A CA bundle that Python's clients are told of; Terraform knows it by another name, and means the same by it."""
    found = next((inherited[name] for name in PYTHON_BUNDLES if inherited.get(name)), None)
    return {"SSL_CERT_FILE": found} if found else {}
