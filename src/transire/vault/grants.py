"""Whether a grant is one that its grantor could give (`document.granted/2`, `spec/delivery.md`). Pure.

The right to read a version begins with its issuer. A member that was given it with `may_delegate` passes it on `under`
that grant: for the same purpose, no longer, and itself to be passed on only if it says so. The chain goes along with
the grant, and the recipient's node checks each step of it before it takes the document in. A grant that `replaces`
another of the same grantor to the same member narrows it; one that gives more is a new grant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from transire.ledger.fields import seconds_of
from transire.ledger.statement import Statement
from transire.vault.errors import GrantUnfit
from transire.vault.journal import Located
from transire.vault.statements import GRANT

if TYPE_CHECKING:
    from transire.vault.arrival import CheckedDocument

LONGEST_CHAIN: Final = 8
"""Grants from the issuer to the last reader: more hands than any trade needs, few enough to be read."""

Find = Callable[[str], Located | None]
EndedAt = Callable[[str], int | None]


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a grant gives to whom: the body of its statement."""

    document: str
    commitment: str
    issuer: str
    recipient: str
    purpose: str
    may_delegate: bool
    authority: str | None = None
    expires: str | None = None
    under: str | None = None
    replaces: str | None = None

    @property
    def ends(self) -> datetime | None:
        """From when on nothing may be read any more."""
        if self.expires is None:
            return None
        try:
            return datetime.fromtimestamp(seconds_of(self.expires), UTC)
        except ValueError as error:
            raise GrantUnfit(expected="a time of the calendar", got=self.expires, where="/body/expires") from error

    def is_within(self, other: Terms) -> bool:
        """Whether it gives no more of the same version than another grant does."""
        same = (self.document, self.commitment, self.issuer, self.purpose)
        in_time = other.ends is None or (self.ends is not None and self.ends <= other.ends)
        may = other.may_delegate or not self.may_delegate
        return same == (other.document, other.commitment, other.issuer, other.purpose) and in_time and may


@dataclass(frozen=True, slots=True)
class KnownGrants:
    """What the checking member knows beside the envelope: statements, and where on the log a grant was ended."""

    find: Find
    ended_at: EndedAt


@dataclass(frozen=True, slots=True)
class Given:
    """A grant that is to be judged: who gives, where on the log (None: about to be stated), when."""

    by: str
    terms: Terms
    log_index: int | None
    at: datetime


def terms_of(statement: Statement) -> Terms:
    """The terms of a grant whose body its kind has let through."""
    return msgspec.convert(cast("dict[str, Any]", statement.body), Terms)


def check_grants(found: Sequence[Located], documents: Sequence[CheckedDocument], known: KnownGrants | None) -> None:
    """Every grant of an envelope, and the documents that come under the one that is delivered."""
    here = {one.id: one for one in found}

    def find(name: str) -> Located | None:
        return here.get(name) or (known.find(name) if known else None)

    def ended_at(name: str) -> int | None:
        return known.ended_at(name) if known else None

    for one in found:
        if one.statement.kind == GRANT.name:
            check_grant(_given(one), find, ended_at)
    if found[0].statement.kind == GRANT.name:
        _check_documents(terms_of(found[0].statement), documents)


def check_grant(given: Given, find: Find, ended_at: EndedAt, *, depth: int = 1) -> None:
    """Refuse a grant that its grantor could not give; `find` has every grant that it rests on."""
    terms, _ = given.terms, given.terms.ends
    if depth > LONGEST_CHAIN:
        raise GrantUnfit(expected=f"at most {LONGEST_CHAIN} grants in a chain", got="more")
    if terms.recipient == given.by:
        raise GrantUnfit(expected="a grant to another member", got=given.by, where="/body/recipient")
    if terms.replaces is not None:
        _check_narrowed(given, _grant(terms.replaces, find, "/body/replaces"))
    if given.by == terms.issuer:
        if terms.under is not None:
            raise GrantUnfit(expected="an issuer's own grant rests on none", got=terms.under, where="/body/under")
        return
    if terms.under is None:
        raise GrantUnfit(expected=f"a grant by {terms.issuer}, or one under such a grant", got=given.by)
    rests_on = _grant(terms.under, find, "/body/under")
    _check_step(given, rests_on, ended_at(terms.under))
    check_grant(rests_on, find, ended_at, depth=depth + 1)


def _check_step(given: Given, rests_on: Given, ended_at: int | None) -> None:
    """One step of a chain: the grantor was given the right, could pass it on, and still had it."""
    above = rests_on.terms
    if above.recipient != given.by:
        raise GrantUnfit(expected=f"a grant to {given.by}", got=above.recipient, where="/body/under")
    if not above.may_delegate:
        raise GrantUnfit(expected="a grant that may be passed on", got="may_delegate: false", where="/body/under")
    if not given.terms.is_within(above):
        expected = f"{above.purpose}, until {above.expires or 'no end'}, of the same version"
        raise GrantUnfit(expected=expected, got=f"{given.terms.purpose}, until {given.terms.expires or 'no end'}")
    if above.ends is not None and given.at >= above.ends:
        raise GrantUnfit(expected=f"before {above.expires}", got=given.at.isoformat(timespec="seconds"))
    before = given.log_index is None or (rests_on.log_index is not None and rests_on.log_index <= given.log_index)
    if not before or (ended_at is not None and (given.log_index is None or ended_at <= given.log_index)):
        raise GrantUnfit(expected="a grant in force when it was passed on", got="ended, or later", where="/body/under")


def _check_narrowed(given: Given, earlier: Given) -> None:
    same = (given.by, given.terms.recipient, given.terms.under) == (
        earlier.by,
        earlier.terms.recipient,
        earlier.terms.under,
    )
    if not same or not given.terms.is_within(earlier.terms):
        raise GrantUnfit(
            expected="fewer rights for the same member from the same one, or a new grant",
            got="other or wider terms",
            where="/body/replaces",
        )


def _check_documents(terms: Terms, documents: Sequence[CheckedDocument]) -> None:
    """What comes under a grant is that version, its key wrapped for that purpose and time."""
    for index, one in enumerate(documents):
        told = (one.stored.commitment, one.stored.issuer, one.purpose, one.expires)
        if told != (terms.commitment, terms.issuer, terms.purpose, terms.expires):
            raise GrantUnfit(
                expected=f"{terms.commitment} for {terms.purpose} until {terms.expires or 'no end'}",
                got=f"{one.stored.commitment} for {one.purpose} until {one.expires or 'no end'}",
                where=f"/documents/{index}",
            )


def _grant(name: str, find: Find, where: str) -> Given:
    found = find(name)
    if found is None or found.statement.kind != GRANT.name:
        raise GrantUnfit(expected="the grant that it names", got=name, where=where)
    return _given(found)


def _given(found: Located) -> Given:
    return Given(found.statement.by, terms_of(found.statement), found.place.log_index, found.place.accepted_at)
