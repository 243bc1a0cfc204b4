"""One check: a small function over a case, with a stable code, its words, and the law that it serves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

import msgspec

from transire.origin.agreements import agreement, agreements
from transire.procedures.entry_summary.checks.case import CaseFile
from transire.procedures.findings import Finding, Severity

CitationField = Literal["possession_citation", "blanket_citation", "validity_citation", "certification_citation"]


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A place at which a check found something. `under`: the agreement whose law is to be cited."""

    where: str
    got: str = ""
    expected: str = ""
    under: str = ""


Look = Callable[[CaseFile], Iterable[Hit]]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A check. Its law is one citation, or the field of the agreement's data that holds it."""

    code: str
    severity: Severity
    sentence: str
    fix: str
    law: str
    look: Look

    def __call__(self, case: CaseFile) -> Iterator[Finding]:
        for hit in self.look(case):
            yield Finding(
                code=self.code,
                severity=self.severity,
                sentence=self.sentence,
                fix=self.fix,
                got=hit.got,
                expected=hit.expected,
                where=hit.where,
                citation=self.citation(hit.under),
            )

    def citation(self, under: str = "") -> str:
        """The law of this check under one agreement; without one, under all of them."""
        if not self.law.endswith("_citation"):
            return self.law
        if under:
            return str(getattr(agreement(under), self.law))
        return "; ".join(f"{one.short}: {getattr(one, self.law)}" for one in agreements().values())


def check(
    code: str, *, severity: Severity = "error", sentence: str, fix: str, law: str | CitationField
) -> Callable[[Look], Check]:
    """Make a check of a function that yields what it finds."""

    def make(look: Look) -> Check:
        return Check(code=code, severity=severity, sentence=sentence, fix=fix, law=law, look=look)

    return make


def listed(names: Iterable[str], *, most: int = 6) -> str:
    """Names in a sentence; what is beyond the first few is counted.

    >>> listed(["MX", "CA", "US"], most=2)
    'CA, MX and 1 more'
    """
    known = sorted(set(names))
    rest = len(known) - most
    return ", ".join(known[:most]) + (f" and {rest} more" if rest > 0 else "")
