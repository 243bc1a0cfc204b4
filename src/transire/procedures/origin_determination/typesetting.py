"""The binder as a tagged PDF, set by Typst where it is installed (`transire[pdf]`).

The same binder gives the same bytes: the file bears the time at which the determination was accepted, not that of its
printing, and is set in the typesetter's own fonts, whatever the machine has.
"""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Final

from transire.procedures.origin_determination.binder import Binder, binder_json
from transire.procedures.origin_determination.errors import PdfUnavailable

STANDARD: Final = "ua-1"
"""PDF/UA-1 (ISO 14289-1): tagged, with language and title; what cannot be read aloud is refused by the typesetter."""
NOT_ACCEPTED = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def can_typeset() -> bool:
    """Whether the typesetter is installed; asking loads nothing."""
    return importlib.util.find_spec("typst") is not None


def binder_pdf(binder: Binder) -> bytes:
    """The binder as PDF; refused where the typesetter is not installed."""
    if not can_typeset():
        raise PdfUnavailable
    import typst  # some 40 MB: loaded by whoever prints

    source = (files(__package__) / "binder.typ").read_bytes()
    printed: bytes = typst.compile(
        source,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"binder": binder_json(binder).decode()},
        pdf_standards=STANDARD,
        timestamp=(binder.accepted_at or NOT_ACCEPTED).replace(microsecond=0),
    )
    return printed
