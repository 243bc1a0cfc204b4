"""Write `web/verify/pinned.js`: the JSON-LD contexts that the verifier in JavaScript knows.

    python scripts/write_verify_contexts.py

Only facts cross over from `transire.credentials`: which contexts are known, by which digest, and what their words mean.
`spec/credential.md` says what the tables hold. A test compares the file with what this writes.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "web" / "verify" / "pinned.js"
HEAD = """\
// The contexts that credentials may name, by URL: the SHA-256 of the published file, and what its words mean.
// Written by scripts/write_verify_contexts.py; the form of the tables is in spec/credential.md, "Contexts".

export const PINNED = Object.freeze("""


def main() -> None:
    TARGET.write_text(text(), encoding="utf-8")


def text() -> str:
    """The module."""
    listed: dict[str, dict[str, Any]] = json.loads(files("transire.credentials").joinpath("terms.json").read_bytes())
    pinned = {url: _whole(entry) for url, entry in listed.items()}
    return f"{HEAD}{json.dumps(pinned, indent=1, ensure_ascii=False)});\n"


def _whole(entry: dict[str, Any]) -> dict[str, Any]:
    """The house's own context lies in a file of its own; it is small, and stands here as it was published."""
    if "file" not in entry:
        return entry
    context = json.loads(files("transire").joinpath(entry["file"]).read_bytes())["@context"]
    return {"sha256": entry["sha256"], "context": context}


if __name__ == "__main__":
    main()
