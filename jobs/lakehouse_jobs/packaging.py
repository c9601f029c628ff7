"""The wheel of this very package: the same bytes wherever and whenever it is built."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

from lakehouse_jobs import __version__

DISTRIBUTION = "lakehouse_jobs"
ENTRY_POINT = "ingest"
_TIME = (2020, 1, 1, 0, 0, 0)
_METADATA = f"""\
Metadata-Version: 2.1
Name: lakehouse-jobs
Version: {__version__}
Summary: Ingestion by contract: files to bronze to silver, on Databricks and on a local Spark.
License: Apache-2.0
Requires-Python: >=3.11
Requires-Dist: pyyaml>=6.0.2
"""
_WHEEL = "Wheel-Version: 1.0\nGenerator: lakehouse-jobs\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_ENTRY_POINTS = f"[console_scripts]\n{ENTRY_POINT} = lakehouse_jobs.main:ingest\n"


def build_wheel(folder: Path) -> Path:
    """Write the wheel of the installed package into `folder` and give its path; works from checkout and install."""
    package = Path(__file__).parent
    info = f"{DISTRIBUTION}-{__version__}.dist-info"
    files = {
        f"{DISTRIBUTION}/{path.relative_to(package).as_posix()}": path.read_bytes()
        for path in package.rglob("*")
        if path.is_file() and (path.suffix in (".py", ".yaml") or path.name == "py.typed")
    }
    files[f"{info}/METADATA"] = _METADATA.encode()
    files[f"{info}/WHEEL"] = _WHEEL.encode()
    files[f"{info}/entry_points.txt"] = _ENTRY_POINTS.encode()
    record = "".join(f"{name},{_digest(content)},{len(content)}\n" for name, content in sorted(files.items()))
    target = folder / f"{DISTRIBUTION}-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(files.items()):
            _add(archive, name, content)
        _add(archive, f"{info}/RECORD", f"{record}{info}/RECORD,,\n".encode())
    return target


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    # Stored, not deflated: zlib's bytes differ between its versions.
    archive.writestr(entry, content, zipfile.ZIP_STORED)


def _digest(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"sha256={digest}"
