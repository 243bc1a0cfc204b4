#!/usr/bin/env bash
# Install one lock file and this checkout into .venv. uv is used where it can be had, because it is quicker than pip.
set -euo pipefail
lock=$1
if [ ! -x .venv/bin/uv ]; then
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt || true
fi
if [ -x .venv/bin/uv ]; then
  VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip install --quiet --compile-bytecode --require-hashes -r "$lock"
  VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip install --quiet --no-deps --no-build-isolation -e . 2>/dev/null \
    || VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip install --quiet --no-deps -e .
else
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
fi
# Written once, here: an environment may forbid Python to write it at run time, and each command would compile anew.
.venv/bin/python -m compileall -q src/transire
