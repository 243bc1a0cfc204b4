"""The verification of a claim as a state machine: what may follow what, by the time of the ledger and the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from transire.errors import TransireError
from transire.procedures.origin_verification import statements as s
from transire.procedures.origin_verification.errors import AlreadyDecided, CertifierNotAsked, StepTooEarly
from transire.procedures.origin_verification.stages import Act, ClaimCase, Stage, Step, case_of_steps, days_left

START = datetime(2026, 11, 28, 17, tzinfo=UTC)
ANYBODY = "did:key:zAnybody"


def step(name: str, kind: str, at: datetime = START, **more: object) -> Step:
    return Step(statement_id=name, kind=kind, by=ANYBODY, accepted_at=at, entry="entry", **more)  # type: ignore[arg-type]


def asked(name: str = "asked", kind: str = s.ASKED.name, last: date = date(2026, 12, 28), at: datetime = START) -> Step:
    return step(name, kind, at, line=1, due_by=last)


def follows(of: str, kind: str, at: datetime = START, **more: object) -> Step:
    return step(f"{kind} of {of} at {at}", kind, at, of=of, **more)


def case(*steps: Step, other: bool = True, agreement: str = "usmca") -> ClaimCase:
    return case_of_steps(steps, "entry", 1, agreement=agreement, certified_by_other=other)


def refusal(of: ClaimCase, act: Act, now: datetime = START) -> type[TransireError] | None:
    found = of.refusal(act, now)
    return None if found is None else type(found)


ANSWER = follows("asked", s.ANSWERED.name, outcome=None)
INSUFFICIENT = follows("asked", s.CLOSED.name, outcome="insufficient")
CERTIFIER = asked("certifier", s.CERTIFIER_ASKED.name)
HEARD = follows("certifier", s.ANSWERED.name)
NOTICE = asked("notice", s.PROPOSED.name, date(2026, 12, 18))
DENIED = step("decided", s.DECIDED.name, line=1, outcome="not_originating")


@pytest.mark.parametrize(
    ("steps", "stage"),
    [
        ((), Stage.NONE),
        ((asked(),), Stage.WAITING),
        ((asked(last=date(2026, 11, 27)),), Stage.OVERDUE),
        ((asked(), ANSWER), Stage.ANSWERED),
        ((asked(), ANSWER, INSUFFICIENT), Stage.INSUFFICIENT),
        ((asked(), ANSWER, follows("asked", s.CLOSED.name, outcome="sufficient")), Stage.SUFFICIENT),
        ((asked(), ANSWER, INSUFFICIENT, CERTIFIER), Stage.WAITING),
        ((asked("visit", s.VISIT.name),), Stage.VISIT),
        ((NOTICE,), Stage.PROPOSED),
        ((NOTICE, follows("notice", s.ANSWERED.name)), Stage.RIPE),
        ((NOTICE, DENIED), Stage.DENIED),
        ((asked(), step("decided", s.DECIDED.name, line=1, outcome="originating")), Stage.CONFIRMED),
    ],
)
def test_where_a_claim_stands(steps: tuple[Step, ...], stage: Stage) -> None:
    assert case(*steps).stage(START) is stage


def test_the_certifier_is_heard_before_a_claim_is_denied() -> None:
    insufficient = (asked(), ANSWER, INSUFFICIENT)
    assert refusal(case(*insufficient), Act.PROPOSE) is CertifierNotAsked
    assert refusal(case(*insufficient, other=False), Act.PROPOSE) is None  # the importer certified itself
    assert refusal(case(*insufficient, CERTIFIER), Act.PROPOSE) is CertifierNotAsked
    assert refusal(case(*insufficient, CERTIFIER, HEARD), Act.PROPOSE) is None
    # Or its time is over: midnight of the last day at New York, not at Greenwich.
    last = datetime(2026, 12, 29, 5, tzinfo=UTC)
    assert refusal(case(*insufficient, CERTIFIER), Act.PROPOSE, last - timedelta(seconds=1)) is CertifierNotAsked
    assert refusal(case(*insufficient, CERTIFIER), Act.PROPOSE, last) is None


def test_who_shows_no_records_can_be_denied_without_the_further_question() -> None:
    after = datetime(2026, 12, 29, 5, tzinfo=UTC)
    assert refusal(case(asked()), Act.PROPOSE, after - timedelta(seconds=1)) is StepTooEarly
    assert refusal(case(asked()), Act.PROPOSE, after) is None


def test_a_visit_that_is_refused_bears_a_proposal() -> None:
    visit = asked("visit", s.VISIT.name)
    assert refusal(case(visit), Act.PROPOSE) is StepTooEarly
    assert refusal(case(visit, follows("visit", s.VISIT_ANSWERED.name, outcome="refused")), Act.PROPOSE) is None


def test_an_action_is_taken_after_its_answer_or_its_time() -> None:
    assert refusal(case(asked()), Act.DENY) is StepTooEarly
    assert refusal(case(NOTICE), Act.DENY) is StepTooEarly
    assert refusal(case(NOTICE), Act.DENY, datetime(2026, 12, 19, 5, tzinfo=UTC)) is None
    assert refusal(case(NOTICE, follows("notice", s.ANSWERED.name)), Act.DENY) is None
    extended = follows("notice", s.EXTENDED.name, due_by=date(2027, 1, 8))
    assert refusal(case(NOTICE, extended), Act.DENY, datetime(2026, 12, 19, 5, tzinfo=UTC)) is StepTooEarly


def test_nothing_follows_a_decision() -> None:
    for act in Act:
        assert refusal(case(NOTICE, DENIED), act) is AlreadyDecided
    assert case(NOTICE, DENIED).acts(START) == frozenset()


def test_an_answer_after_the_last_day_is_late_by_the_time_of_the_ledger() -> None:
    # The clocks go forward on 14 March 2027: the last day ends at four o'clock at Greenwich, not at five.
    request = asked(last=date(2027, 3, 14))
    for at, late in (
        (datetime(2027, 3, 15, 3, 59, 59, tzinfo=UTC), False),
        (datetime(2027, 3, 15, 4, tzinfo=UTC), True),
    ):
        found = case(request, follows("asked", s.ANSWERED.name, at)).to_importer[0]
        assert found.is_late(found.answers[0]) is late
    assert days_left(date(2027, 3, 14), datetime(2027, 3, 13, 4, 59, tzinfo=UTC)) == 2


def test_the_limit_counts_from_the_last_information() -> None:
    answered = case(asked(), follows("asked", s.ANSWERED.name, datetime(2027, 11, 1, 12, tzinfo=UTC)))
    limit = answered.limit()
    # 29 February 2028 is one of the 120 days.
    assert limit is not None
    assert limit.due == date(2028, 2, 29)
    heard = case(
        asked(),
        follows("asked", s.ANSWERED.name, datetime(2027, 11, 1, 12, tzinfo=UTC)),
        CERTIFIER,
        follows("certifier", s.ANSWERED.name, datetime(2027, 11, 2, 12, tzinfo=UTC)),
    )
    assert heard.limit().due == date(2028, 3, 1)  # type: ignore[union-attr]
    deferred = case(asked(), ANSWER, step("deferred", s.DEFERRED.name, line=1))
    assert (deferred.limit().due - START.date()).days == 210  # type: ignore[union-attr]
    assert refusal(deferred, Act.DEFER) is StepTooEarly
    assert case(asked(), ANSWER, agreement="cafta_dr").limit() is None


def test_a_visit_is_put_off_within_what_the_law_allows() -> None:
    visit = asked("visit", s.VISIT.name)
    put_off = follows("visit", s.VISIT_ANSWERED.name, outcome="postponed", days=60)
    assert case(visit, put_off).visits[0].due_by == date(2027, 2, 26)
    assert case(visit, put_off).visits[0].is_open
    # More days than the law allows, or asked after the fifteenth day: they count for nothing.
    for refused in (
        follows("visit", s.VISIT_ANSWERED.name, outcome="postponed", days=61),
        follows("visit", s.VISIT_ANSWERED.name, START + timedelta(days=16), outcome="postponed", days=10),
    ):
        assert case(visit, refused).visits[0].due_by == date(2026, 12, 28)
