"""The Java that Spark needs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

OLDEST = 17


def java_problem() -> str | None:
    """What is wrong with the Java of this machine and how to mend it; None if Spark can start."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    remedy = "install a JRE 17, such as openjdk-17-jre-headless, and put java on PATH or set JAVA_HOME"
    if java is None or not Path(java).is_file():
        return f"Spark needs Java {OLDEST}, and there is no {java or 'java on PATH'}: {remedy}"
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return f"Spark needs Java {OLDEST}, and {java} does not run ({error}): {remedy}"
    match = re.search(r'version "(?:1\.)?(\d+)', answer.stderr + answer.stdout)
    if match is None or int(match[1]) < OLDEST:
        found = match[1] if match else "an unknown version"
        return f"Spark needs Java {OLDEST} or newer, and {java} is {found}: {remedy}"
    return None
