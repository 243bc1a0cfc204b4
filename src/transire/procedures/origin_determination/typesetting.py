"""The binder as a tagged PDF, set where the typesetter is installed: the same binder gives the same bytes."""

from __future__ import annotations

from importlib.resources import files

from transire.procedures.origin_determination.binder import Binder, binder_json
from transire.procedures.origin_determination.errors import PdfUnavailable
from transire.procedures.typesetting import can_typeset, typeset

__all__ = ["binder_pdf", "can_typeset"]


def binder_pdf(binder: Binder) -> bytes:
    """The binder as PDF; it bears the time at which the determination was accepted."""
    if not can_typeset():
        raise PdfUnavailable
    source = (files(__package__) / "binder.typ").read_bytes()
    return typeset(source, "binder", binder_json(binder), binder.accepted_at)
