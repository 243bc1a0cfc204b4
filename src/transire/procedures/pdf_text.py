"""The text of a PDF as it stands on its pages, taken in a process of its own (`pdf_child`) and within bounds.

What cannot be read within them is refused by name: a PDF comes from whoever sent it, and may be made to harm.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Final

from transire.documents.errors import PdfUnreadable
from transire.documents.pdf_places import looks_like_pdf

MOST_BYTES: Final = 10_000_000
MOST_PAGES: Final = 60
MOST_SECONDS: Final = 20
"""Of the processor; the wait is longer, for a machine that is at other work too."""
_MOST_WAIT: Final = 3.0 * MOST_SECONDS
_MOST_MEMORY: Final = 512_000_000
_WIDE: Final = 400
"""Characters of a line that are kept: what stands further right stands on no sheet of paper."""

_SAYS: Final = {
    "encrypted": "a PDF that is encrypted",
    "broken": "a PDF that is damaged",
    "memory": f"a PDF that needs more than {_MOST_MEMORY // 1_000_000} MB to be read",
    "text": "a PDF with more text than an invoice has",
}


def read_pdf(raw: bytes) -> tuple[tuple[str, ...], ...]:
    """The lines of each page, blank ones too, with the columns where they stand; refuse what has no text to read."""
    if not looks_like_pdf(raw):
        raise PdfUnreadable(got="a file that is no PDF")
    if len(raw) > MOST_BYTES:
        raise PdfUnreadable(got=f"{len(raw):,} bytes", expected=f"at most {MOST_BYTES:,} bytes")
    pages = tuple(tuple(_plain(line) for line in page.split("\n")) for page in _taken(raw))
    if not any(line for page in pages for line in page):
        raise PdfUnreadable(got="a PDF without text, as a scanner makes it", expected="a PDF with text")
    return pages


def _taken(raw: bytes) -> list[str]:
    program = [sys.executable, "-I", "-m", "transire.procedures.pdf_child"]
    limits = [str(MOST_PAGES), str(MOST_SECONDS), str(_MOST_MEMORY)]
    try:
        done = subprocess.run([*program, *limits], input=raw, capture_output=True, timeout=_MOST_WAIT, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise PdfUnreadable(got="a PDF that takes too long", expected=f"at most {MOST_SECONDS} seconds") from None
    if done.returncode:
        got = "a PDF that takes too long or harms its reader"
        raise PdfUnreadable(got=got, expected=f"at most {MOST_SECONDS} seconds")
    answer: dict[str, object] = json.loads(done.stdout)
    if answer.get("refused") == "pages":
        raise PdfUnreadable(got=f"{answer['got']} pages", expected=f"at most {MOST_PAGES} pages")
    if "refused" in answer:
        raise PdfUnreadable(got=_SAYS[str(answer["refused"])])
    pages = answer["pages"]
    assert isinstance(pages, list)
    return pages


def _plain(line: str) -> str:
    """A line without control characters and without the signs that turn the order of reading."""
    kept = "".join(sign if sign.isprintable() else " " for sign in line.replace("\t", "    "))
    return kept[:_WIDE].rstrip()
