"""What a schema cannot say of one document: each rule, broken alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sample_documents import SUBJECTS
from sample_trade import TRADE_SUBJECTS

from transire.documents.catalogue import find_problems, find_subject_problems
from transire.documents.rules import _RULES, find_broken_rules

Change = Callable[[dict[str, Any]], None]
Case = tuple[str, Change, str, str]

USMCA, CAFTA, NAFTA = (f"certification-of-origin/{name}/1" for name in ("usmca", "cafta-dr", "nafta"))
ENTRY, AUTHORITY, INVOICE, COST = "entry-summary/1", "power-of-attorney/1", "commercial-invoice/1", "cost-sheet/1"


def _set(*path: str | int, to: Any) -> Change:
    def change(subject: dict[str, Any]) -> None:
        here: Any = subject
        for part in path[:-1]:
            here = here[part]
        here[path[-1]] = to

    return change


def _without(*path: str | int) -> Change:
    def change(subject: dict[str, Any]) -> None:
        here: Any = subject
        for part in path[:-1]:
            here = here[part]
        del here[path[-1]]

    return change


def _partnership(executed: str, until: str | None) -> Change:
    def change(subject: dict[str, Any]) -> None:
        subject["principalKind"], subject["executedOn"] = "partnership", executed
        subject["effectiveFrom"] = executed
        if until is None:
            del subject["effectiveUntil"]
        else:
            subject["effectiveUntil"] = until

    return change


DETERMINATION = "origin-determination/1"
BROKEN: list[Case] = [
    (DETERMINATION, _set("outcome", to="not_originating"), "/outcome", "determination-differs"),
    (DETERMINATION, _set("agreement", to="nafta"), "/agreement", "determination-differs"),
    (DETERMINATION, _set("determinedFor", to="2026-11-23"), "/determinedFor", "determination-differs"),
    (DETERMINATION, _without("originCriterion"), "/originCriterion", "determination-differs"),
    (DETERMINATION, _set("originCase", to="{}"), "/originCase", "determination-unreadable"),
    (DETERMINATION, _set("originAnswer", to="[1]"), "/originAnswer", "determination-unreadable"),
    (USMCA, _set("blanketPeriod", "until", to="2027-01-01"), "/blanketPeriod/until", "blanket-too-long"),
    (NAFTA, _set("blanketPeriod", "until", to="2019-01-01"), "/blanketPeriod/until", "blanket-too-long"),
    (USMCA, _set("blanketPeriod", "until", to="2025-12-31"), "/blanketPeriod/until", "ends-before-start"),
    (USMCA, _set("coverage", to="single"), "/blanketPeriod", "false-schema"),
    (USMCA, _without("blanketPeriod"), "/blanketPeriod", "required"),
    (USMCA, _set("certifierCapacity", to="exporter"), "/producers", "any-of"),
    (USMCA, _set("exporter", "address", "country", to="DE"), "/exporter/address/country", "outside-territory"),
    (USMCA, _set("importers", 0, "address", "country", to="CR"), "/importers/0/address/country", "outside-territory"),
    (USMCA, _set("importerStatement", to="Various"), "/importerStatement", "not"),
    (CAFTA, _set("producers", 0, "address", "country", to="MX"), "/producers/0/address/country", "outside-territory"),
    (NAFTA, _set("certifierCapacity", to="importer"), "/certifierCapacity", "enum"),
    (NAFTA, _without("producerStatement"), "/producers", "one-of"),
    (USMCA, _set("goods", 1, "goodNumber", to=1), "/goods/1/goodNumber", "not-unique"),
    (USMCA, _set("goods", 1, "productNumber", to="BV-CP200"), "/goods/1/productNumber", "not-unique"),
    (INVOICE, _set("lines", 1, "lineNumber", to=1), "/lines/1/lineNumber", "not-unique"),
    (COST, _set("goods", 0, "netCost", to="216.11"), "/goods/0/netCost", "net-cost-differs"),
    (AUTHORITY, _set("effectiveUntil", to="2025-12-31"), "/effectiveUntil", "ends-before-start"),
    (AUTHORITY, _without("organizedUnder"), "/organizedUnder", "required"),
    (AUTHORITY, _partnership("2024-02-29", None), "/effectiveUntil", "partnership-limit"),
    (AUTHORITY, _partnership("2024-02-29", "2026-03-01"), "/effectiveUntil", "partnership-limit"),
    (ENTRY, _set("entryNumber", to="ABC-1234567-5"), "/entryNumber", "format"),
    (ENTRY, _set("lines", 1, "lineNumber", to=1), "/lines/1/lineNumber", "not-unique"),
    (ENTRY, _set("totalEnteredValue", to="16491"), "/totalEnteredValue", "total-differs"),
    (ENTRY, _without("lines", 0, "claim", "certificationGood"), "/lines/0/claim/certificationGood", "claim-incomplete"),
    (ENTRY, _without("lines", 0, "claim", "issuedStatement"), "/lines/0/claim/issuedStatement", "claim-incomplete"),
    (ENTRY, _set("lines", 0, "claim", "programme", to="P"), "/lines/0/claim/programme", "programme-differs"),
    (ENTRY, _set("sources", 0, "field", to="/lines/7/description"), "/sources/0/field", "source-of-nothing"),
    (ENTRY, _set("sources", 1, "computed", to="both"), "/sources/1", "one-of"),
]  # fmt: skip


@pytest.mark.parametrize(("schema_id", "change", "where", "code"), BROKEN)
def test_a_rule_that_is_broken_is_named_alone(schema_id: str, change: Change, where: str, code: str) -> None:
    subject = SUBJECTS[schema_id]()
    change(subject)
    found = find_subject_problems(schema_id, subject)
    assert [(problem.where, problem.code) for problem in found] == [(where, f"documents.{code}")]


WHOLE: list[tuple[str, Change]] = [
    (USMCA, _set("blanketPeriod", "until", to="2026-01-01")),
    (USMCA, _set("certifierCapacity", to="producer")),
    (USMCA, _without("exporter")),
    (AUTHORITY, _without("effectiveUntil")),
    (AUTHORITY, _without("ports")),
    (AUTHORITY, _partnership("2024-02-29", "2026-02-28")),
    (AUTHORITY, _partnership("2024-06-30", "2026-06-30")),
    (ENTRY, _without("lines", 0, "claim", "deliveredStatement")),
    (ENTRY, _without("lines", 0, "claim")),
    (ENTRY, _set("sources", to=[])),
]


@pytest.mark.parametrize(("schema_id", "change"), WHOLE)
def test_what_the_law_leaves_open_is_left_open(schema_id: str, change: Change) -> None:
    subject = SUBJECTS[schema_id]()
    change(subject)
    assert find_subject_problems(schema_id, subject) == ()


def test_places_in_a_whole_credential_start_at_the_credential() -> None:
    subject = SUBJECTS[ENTRY]()
    subject["totalEnteredValue"] = "1"
    document = {
        "type": ["VerifiableCredential", "EntrySummary"],
        "issuer": "did:web:broker.example",
        "validFrom": "2026-11-20T00:00:00Z",
        "credentialSubject": subject,
    }
    assert [problem.where for problem in find_problems(ENTRY, document)] == ["/credentialSubject/totalEnteredValue"]


def test_a_rule_that_cannot_read_a_refused_document_keeps_silent_and_only_then() -> None:
    assert find_broken_rules(ENTRY, {"lines": [{"enteredValue": None}]}, "", sound=False) == ()
    with pytest.raises(KeyError):
        find_broken_rules(ENTRY, {}, "", sound=True)


def test_every_rule_is_broken_by_a_case_above() -> None:
    # Those of the documents of the trade are broken in test_trade_documents.
    assert set(_RULES) - set(TRADE_SUBJECTS) == {schema_id for schema_id, *_ in BROKEN}
