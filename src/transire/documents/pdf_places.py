"""A PDF by its first bytes, and where on its pages words stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Standing(NamedTuple):
    """Words, with their page and line, both counted from 1."""

    page: int
    line: int
    text: str

    def saying(self, text: str) -> Standing:
        """A part of these words, at the same place."""
        return self._replace(text=text)


def all_lines(pages: Sequence[Sequence[str]]) -> list[Standing]:
    """Every line of the pages, blank ones too.

    >>> all_lines([["Invoice"], ["", "Total"]])[-1]
    Standing(page=2, line=2, text='Total')
    """
    return [Standing(page, line, text) for page, lines in enumerate(pages, 1) for line, text in enumerate(lines, 1)]


def looks_like_pdf(raw: bytes) -> bool:
    """Whether a file begins as a PDF does (ISO 32000-2, 7.5.2); readers take some bytes before it too.

    >>> looks_like_pdf(b"%PDF-1.7"), looks_like_pdf(b"invoice_number,")
    (True, False)
    """
    return b"%PDF-" in raw[:1024]
