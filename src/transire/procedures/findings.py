"""What a check says: one finding, in the words of the trade, with the way out.

A finding is not an error of the program: it is told before filing to the one who drafts, and again to the officer who
sees the entry. Its code is stable, its sentence says what is wrong, its fix says what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

Severity = Literal["error", "warning"]


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing found by one check; `where` is a JSON pointer into the document that was checked.

    >>> finding = Finding(code="entry.example", severity="error", sentence="The seal differs.", fix="Ask the carrier.",
    ...                   got="A1", expected="A2", where="/lines/0", citation="19 CFR 18.4")
    >>> finding.explain()
    'The seal differs. Expected A2, got A1. Ask the carrier.'
    """

    code: str
    severity: Severity
    sentence: str
    fix: str
    got: str = ""
    expected: str = ""
    where: str = ""
    citation: str = ""

    def explain(self) -> str:
        """The finding as one line."""
        parts = [self.sentence]
        if self.expected and self.got:
            parts.append(f"Expected {self.expected}, got {self.got}.")
        elif self.expected:
            parts.append(f"Expected {self.expected}.")
        elif self.got:
            parts.append(f"Got {self.got}.")
        return " ".join([*parts, self.fix])


def errors_among(findings: Iterable[Finding]) -> list[Finding]:
    """Those findings that stand in the way of filing or signing."""
    return [finding for finding in findings if finding.severity == "error"]
