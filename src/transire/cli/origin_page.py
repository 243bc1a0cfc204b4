"""An answer as a page that a person can read, the way the law reads: question, what was found, what was needed."""

from __future__ import annotations

from transire.cli.text import printable
from transire.origin.answer import Answer
from transire.origin.case import Case


def page_of(case: Case, answer: Answer) -> str:
    """The page of one answer."""
    return printable(f"{answer.outcome}")
