#!/usr/bin/env bash
# Sets up .venv from the hashed lock, and sees to what a package index cannot give: Java 17 for the sandbox's Spark.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { printf 'setup: %s\n' "$1" >&2; exit 1; }

find_python() {
  local name
  for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null 2>&1 &&
       "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
      echo "$name"; return
    fi
  done
  fail "Python 3.11, 3.12 or 3.13 is needed; on Debian or Ubuntu: sudo apt-get install python3 python3-venv"
}

java_is_right() {
  command -v java >/dev/null 2>&1 && java -version 2>&1 | head -n 1 | grep -Eq '"(17|21)[."]'
}

see_to_java() {
  java_is_right && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "setup: installing Java 17 (openjdk-17-jre-headless)"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq openjdk-17-jre-headless >/dev/null
    java_is_right || fail "Java 17 was installed, but 'java -version' does not show it; put it first on PATH"
  elif command -v apt-get >/dev/null 2>&1; then
    fail "Java 17 is needed by the sandbox's Spark: sudo apt-get install openjdk-17-jre-headless"
  elif command -v brew >/dev/null 2>&1; then
    fail "Java 17 is needed by the sandbox's Spark: brew install openjdk@17"
  elif command -v dnf >/dev/null 2>&1; then
    fail "Java 17 is needed by the sandbox's Spark: sudo dnf install java-17-openjdk-headless"
  else
    fail "Java 17 is needed by the sandbox's Spark; install it and put 'java' on PATH"
  fi
}

python="$(find_python)"
see_to_java
[ -x .venv/bin/python ] || "$python" -m venv .venv || fail "python3-venv is missing: sudo apt-get install python3-venv"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.lock
export UV_LINK_MODE="${UV_LINK_MODE:-copy}"
.venv/bin/uv pip sync --quiet --require-hashes --python .venv/bin/python requirements/uv.lock requirements/dev.lock
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
touch .venv/.ready
echo "ready: .venv/bin/lakehouse-wizard"
