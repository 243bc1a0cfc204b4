"""The verification of one claim as a state machine: which steps were made, where it stands, what may follow. Pure.

The ledger orders the steps and its time decides what was in time; nothing here reads a clock. An answer after the last
day still counts as an answer, and is marked late: customs may look at it or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from enum import StrEnum
from typing import Final

import msgspec

from transire.errors import TransireError
from transire.procedures.clocks import Due, PostponementRefused, customs_zone, due, is_over, local_day, postpone
from transire.procedures.origin_verification import statements as s
from transire.procedures.origin_verification.errors import (
    AlreadyDecided,
    CertifierNotAsked,
    CertifierNotKnown,
    StepTooEarly,
)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One statement of a verification, as the records keep it. `of` is the statement that it answers."""

    statement_id: str
    kind: str
    by: str
    accepted_at: datetime
    entry: str
    line: int | None = None
    of: str | None = None
    due_by: date | None = None
    outcome: str | None = None
    days: int | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits for an answer (a request, a visit, a notice), with what became of it."""

    step: Step
    due_by: date
    answers: tuple[Step, ...] = ()
    closing: Step | None = None

    @property
    def is_open(self) -> bool:
        """Whether an answer is still awaited."""
        return not self.answers and self.closing is None

    def is_overdue(self, now: datetime) -> bool:
        """Whether the last day is over and nobody has answered."""
        return self.is_open and is_over(self.due_by, now)

    def is_heard(self, now: datetime) -> bool:
        """Whether whoever was asked had the hearing that the law gives: an answer, or the whole time for one."""
        return bool(self.answers) or self.is_overdue(now)

    def is_late(self, answer: Step) -> bool:
        """Whether an answer came after the last day, by the time of the ledger."""
        return is_over(self.due_by, answer.accepted_at)


class Stage(StrEnum):
    """Where the verification of a claim stands."""

    NONE = "none"
    WAITING = "waiting"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    INSUFFICIENT = "insufficient"
    SUFFICIENT = "sufficient"
    VISIT = "visit"
    PROPOSED = "proposed"
    RIPE = "ripe"
    """The time to answer a proposed action is over, or it was answered: customs may decide."""
    CONFIRMED = "confirmed"
    DENIED = "denied"


class Act(StrEnum):
    """What customs may do next about a claim."""

    ASK = "ask"
    ASK_CERTIFIER = "ask_certifier"
    VISIT = "visit"
    PROPOSE = "propose"
    CONFIRM = "confirm"
    DENY = "deny"
    DEFER = "defer"


class ClaimCase(msgspec.Struct, frozen=True, kw_only=True):
    """Every step about one claim of one entry. `certified_by_other`: it rests on an exporter's or producer's word."""

    entry: str
    line: int
    agreement: str
    certified_by_other: bool
    to_importer: tuple[Asked, ...] = ()
    to_certifier: tuple[Asked, ...] = ()
    visits: tuple[Asked, ...] = ()
    proposals: tuple[Asked, ...] = ()
    deferred: Step | None = None
    decided: Step | None = None

    @property
    def requests(self) -> tuple[Asked, ...]:
        """The questions put to either side."""
        return (*self.to_importer, *self.to_certifier)

    @property
    def waiting(self) -> tuple[Asked, ...]:
        """Everything that is not answered yet."""
        return tuple(asked for asked in (*self.requests, *self.visits, *self.proposals) if asked.is_open)

    def stage(self, now: datetime) -> Stage:
        """Where it stands at an instant."""
        if self.decided is not None:
            return Stage.CONFIRMED if self.decided.outcome == "originating" else Stage.DENIED
        if self.proposals:
            return Stage.RIPE if self.proposals[-1].is_heard(now) else Stage.PROPOSED
        if any(asked.is_overdue(now) for asked in (*self.requests, *self.visits)):
            return Stage.OVERDUE
        if any(asked.is_open for asked in self.visits):
            return Stage.VISIT
        if any(asked.is_open for asked in self.requests):
            return Stage.WAITING
        return self._settled()

    def _settled(self) -> Stage:
        if not self.requests:
            return Stage.VISIT if self.visits else Stage.NONE
        if any(asked.closing is None for asked in self.requests):
            return Stage.ANSWERED
        outcomes = {asked.closing.outcome for asked in self.requests if asked.closing is not None}
        return Stage.INSUFFICIENT if "insufficient" in outcomes else Stage.SUFFICIENT

    def limit(self) -> Due | None:
        """By when customs has to decide (19 CFR 182.75(b)): it counts from the last information that came in."""
        came = [answer.accepted_at for asked in self.requests for answer in asked.answers]
        if self.agreement != "usmca" or not came or self.decided is not None:
            return None
        return due("determination-exceptional" if self.deferred else "determination", max(came))

    def refusal(self, act: Act, now: datetime) -> TransireError | None:
        """Why customs may not do this now; None when it may."""
        if self.decided is not None:
            return AlreadyDecided(got=f"line {self.line}", where=f"/lines/{self.line}")
        return _REFUSALS[act](self, now)

    def acts(self, now: datetime) -> frozenset[Act]:
        """Everything that customs may do now."""
        return frozenset(act for act in Act if self.refusal(act, now) is None)


def _asking(case: ClaimCase, now: datetime) -> TransireError | None:
    return None


def _to_certifier(case: ClaimCase, now: datetime) -> TransireError | None:
    return None if case.certified_by_other else CertifierNotKnown(got=f"line {case.line}")


def _proposing(case: ClaimCase, now: datetime) -> TransireError | None:
    """An action is proposed on an answer that does not suffice or never came, once the certifier was heard."""
    if case.proposals:
        return StepTooEarly(got="an action is proposed already", expected="one proposal a claim")
    if not any(_is_failed(asked, now) for asked in (*case.requests, *case.visits)):
        return StepTooEarly(got="no answer that does not suffice", expected="an insufficient or overdue answer")
    answered = any(asked.answers for asked in case.to_importer)
    silent = not answered and any(asked.is_overdue(now) for asked in case.to_importer)
    heard = any(asked.is_heard(now) for asked in (*case.to_certifier, *case.visits))
    # Who shows no records at all is not entitled to the further question (19 CFR 182.73).
    if case.certified_by_other and not silent and not heard:
        return CertifierNotAsked(got=f"line {case.line}")
    return None


def _is_failed(asked: Asked, now: datetime) -> bool:
    refused = any(answer.outcome == "refused" for answer in asked.answers)
    insufficient = asked.closing is not None and asked.closing.outcome == "insufficient"
    return refused or insufficient or asked.is_overdue(now)


def _confirming(case: ClaimCase, now: datetime) -> TransireError | None:
    if case.requests or case.visits:
        return None
    return StepTooEarly(got="nothing was asked", expected="a request first; a claim can be accepted without one")


def _denying(case: ClaimCase, now: datetime) -> TransireError | None:
    if not case.proposals:
        return StepTooEarly(got="no action is proposed", expected="a proposed action (CBP Form 29)")
    if not case.proposals[-1].is_heard(now):
        last = case.proposals[-1].due_by.isoformat()
        return StepTooEarly(got="the time to answer runs", expected=f"an answer, or the day after {last}")
    return None


def _deferring(case: ClaimCase, now: datetime) -> TransireError | None:
    if case.deferred is not None or case.limit() is None:
        return StepTooEarly(got="no limit that could be deferred", expected="a limit of 120 days that runs")
    return None


_REFUSALS: Final = {
    Act.ASK: _asking,
    Act.ASK_CERTIFIER: _to_certifier,
    Act.VISIT: _to_certifier,
    Act.PROPOSE: _proposing,
    Act.CONFIRM: _confirming,
    Act.DENY: _denying,
    Act.DEFER: _deferring,
}


# From steps to a case.

REQUESTS: Final = (s.ASKED.name, s.CERTIFIER_ASKED.name)
OPENING: Final = (*REQUESTS, s.VISIT.name, s.PROPOSED.name)


def case_of_steps(
    steps: Iterable[Step], entry: str, line: int, *, agreement: str, certified_by_other: bool
) -> ClaimCase:
    """The case of one claim from the steps about its entry, in the order of the ledger."""
    known = list(steps)
    opened = {kind: tuple(_asked(step, known) for step in known if _is_of(step, kind, line)) for kind in OPENING}
    deferred = [step for step in known if _is_of(step, s.DEFERRED.name, line)]
    decided = [step for step in known if _is_of(step, s.DECIDED.name, line)]
    return ClaimCase(
        entry=entry,
        line=line,
        agreement=agreement,
        certified_by_other=certified_by_other,
        to_importer=opened[s.ASKED.name],
        to_certifier=opened[s.CERTIFIER_ASKED.name],
        visits=opened[s.VISIT.name],
        proposals=opened[s.PROPOSED.name],
        deferred=deferred[0] if deferred else None,
        decided=decided[0] if decided else None,
    )


def asked_of_steps(steps: Sequence[Step], statement_id: str) -> Asked | None:
    """One request, visit or notice, from the steps about its entry."""
    found = next((step for step in steps if step.statement_id == statement_id and step.kind in OPENING), None)
    return None if found is None else _asked(found, steps)


def _is_of(step: Step, kind: str, line: int) -> bool:
    return step.kind == kind and step.line == line


def _asked(step: Step, steps: Sequence[Step]) -> Asked:
    assert step.due_by is not None  # every opening kind has one
    following = [one for one in steps if one.of == step.statement_id]
    answers = tuple(one for one in following if one.kind in (s.ANSWERED.name, s.VISIT_ANSWERED.name))
    closing = next((one for one in following if one.kind == s.CLOSED.name), None)
    extended = [one.due_by for one in following if one.kind == s.EXTENDED.name and one.due_by is not None]
    last = max([step.due_by, *extended])
    if step.kind == s.VISIT.name:
        last = max(last, _put_off(step, answers))
        # Who asks for more time has not answered yet.
        answers = tuple(one for one in answers if one.outcome != "postponed")
    return Asked(step=step, due_by=last, answers=answers, closing=closing)


def _put_off(visit: Step, answers: Sequence[Step]) -> date:
    """The last day of consent after a postponement that the law allows (19 CFR 182.74); others change nothing."""
    assert visit.due_by is not None
    for answer in answers:
        if answer.outcome == "postponed" and answer.days is not None:
            with suppress(PostponementRefused):
                return postpone(due("visit-consent", visit.accepted_at), answer.days, answer.accepted_at).due
    return visit.due_by


def days_left(last: date, now: datetime) -> int:
    """Whole days until a last day where customs decides; negative once it is over."""
    return (last - local_day(now, customs_zone())).days
