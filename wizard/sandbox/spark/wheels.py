"""Running a python_wheel_task in this process, as a cluster runs it: fresh modules, its own argv, captured output."""

from __future__ import annotations

import contextlib
import importlib
import io
import sys
import tempfile
import traceback
import types
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Secrets = Mapping[str, Mapping[str, str]]


class EntryPointMissing(Exception):  # noqa: N818 - told as a cluster tells it
    """The package has no such entry point."""


class Cancelled(BaseException):
    """Raised in the thread of a run that somebody cancelled; no `except Exception` of the job holds it back."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`error` is one line, `trace` what a person debugs with; both None if the run succeeded."""

    logs: str
    error: str | None = None
    trace: str | None = None


def run_wheel(
    wheels: Sequence[Path], package: str, entry_point: str, parameters: Sequence[str], secrets: Secrets
) -> Outcome:
    """Call the entry point; whatever it raises is its failure."""
    logs, error, trace = io.StringIO(), "", ""
    with tempfile.TemporaryDirectory(prefix="wheel-") as folder:
        try:
            with _imports(wheels, Path(folder)), _dbutils(secrets), _argv(entry_point, parameters), _captured(logs):
                _entry_point(Path(folder), package, entry_point)()
        except SystemExit as stopped:
            if stopped.code not in (None, 0):
                error, trace = f"SystemExit: {stopped.code}", traceback.format_exc()
        except Cancelled:
            error = "the run was cancelled"
        except Exception as raised:
            error, trace = f"{type(raised).__name__}: {str(raised).strip()}", traceback.format_exc()
    hidden = sorted({v for scope in secrets.values() for v in scope.values() if v}, key=len, reverse=True)
    return Outcome(_redact(logs.getvalue(), hidden), _redact(error, hidden) or None, _redact(trace, hidden) or None)


def _redact(text: str, values: Sequence[str]) -> str:
    """As Databricks does: a secret's value never stands in an output."""
    for value in values:
        text = text.replace(value, "[REDACTED]")
    return text


@contextlib.contextmanager
def _captured(logs: io.StringIO) -> Iterator[None]:
    with contextlib.redirect_stdout(logs), contextlib.redirect_stderr(logs):
        yield


@contextlib.contextmanager
def _argv(entry_point: str, parameters: Sequence[str]) -> Iterator[None]:
    before, sys.argv = sys.argv, [entry_point, *parameters]
    try:
        yield
    finally:
        sys.argv = before


@contextlib.contextmanager
def _imports(wheels: Sequence[Path], folder: Path) -> Iterator[None]:
    """The wheels' packages, and no module of them that an earlier run left."""
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    owned = {path.stem for path in folder.iterdir() if not path.name.endswith(".dist-info")}
    _forget(owned)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        _forget(owned)


def _forget(packages: set[str]) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in packages]:
        del sys.modules[name]


@contextlib.contextmanager
def _dbutils(secrets: Secrets) -> Iterator[None]:
    """`pyspark.dbutils`, which only clusters have: secrets, in memory alone."""

    class Store:
        @staticmethod
        def get(scope: str, key: str) -> str:
            try:
                return secrets[scope][key]
            except KeyError:
                raise LookupError(f"Secret does not exist with scope: {scope} and key: {key}") from None

    class DBUtils:
        def __init__(self, _session: Any = None) -> None:
            self.secrets = Store()

    module = types.ModuleType("pyspark.dbutils")
    vars(module)["DBUtils"] = DBUtils
    sys.modules[module.__name__] = module
    try:
        yield
    finally:
        del sys.modules[module.__name__]


class _AsWritten(ConfigParser):
    """An entry point's name has capitals where its author wrote them."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def _entry_point(folder: Path, package: str, name: str) -> Callable[[], Any]:
    """From the wheel's metadata, else the function of that name in the package: the order a cluster keeps."""
    for path in sorted(folder.glob("*.dist-info/entry_points.txt")):
        parser = _AsWritten(delimiters=("=",))
        parser.read_string(path.read_text(encoding="utf-8"))
        for section in parser.sections():
            if parser.has_option(section, name):
                module, _, attribute = parser.get(section, name).partition(":")
                return _callable(importlib.import_module(module.strip()), attribute.strip())
    try:
        return _callable(importlib.import_module(package), name)
    except ModuleNotFoundError:
        raise EntryPointMissing(f"no library of this task has the package {package}") from None


def _callable(module: types.ModuleType, name: str) -> Callable[[], Any]:
    found: Callable[[], Any] | None = getattr(module, name, None)
    if not callable(found):
        raise EntryPointMissing(f"{module.__name__} has no entry point {name}")
    return found
