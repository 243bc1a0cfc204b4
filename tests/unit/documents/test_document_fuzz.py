"""A document that is not refused can be read: the schemas and the typed readers agree, whatever comes in."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_documents import SUBJECTS, credential

from transire.documents.authority import read_power_of_attorney
from transire.documents.catalogue import find_problems, indexable, validate_document
from transire.documents.certification import read_certification
from transire.documents.cost_sheet import read_cost_sheet
from transire.documents.customs_determination import read_customs_determination
from transire.documents.determination import read_determination
from transire.documents.entry import read_entry_summary
from transire.documents.errors import DocumentInvalid
from transire.documents.evidence import read_evidence
from transire.documents.invoice import find_sum_errors, read_invoice
from transire.documents.wire import as_wire

READERS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "certification-of-origin/usmca/1": read_certification,
    "certification-of-origin/cafta-dr/1": read_certification,
    "certification-of-origin/nafta/1": read_certification,
    "commercial-invoice/1": read_invoice,
    "cost-sheet/1": read_cost_sheet,
    "power-of-attorney/1": read_power_of_attorney,
    "entry-summary/1": read_entry_summary,
    "evidence/1": read_evidence,
    "origin-determination/1": read_determination,
    "customs-determination/1": read_customs_determination,
}

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 100_001),
    st.floats(),
    st.just(1.0),
    st.text(max_size=20),
    st.text("0123456789.-", max_size=14),
    st.sampled_from(
        ["0000-01-01", "9999-12-31", "2026-02-29", "1900-01-01", "0", "00", "999999999999999", "8413.70", "US", "CR"]
    ),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        found.extend(_places(member, (*path, name)))
    return found


def _change(subject: dict[str, Any], data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(_places(subject)))
    here: Any = subject
    for part in path[:-1]:
        here = here[part]
    how = data.draw(st.sampled_from(["set", "drop", "twice"]))
    if how == "set":
        here[path[-1]] = data.draw(VALUES)
    elif how == "drop":
        del here[path[-1]]
    elif isinstance(here, list):
        here.append(copy.deepcopy(here[path[-1]]))


@pytest.mark.parametrize("schema_id", SUBJECTS)
@settings(deadline=None)
@given(data=st.data())
def test_what_is_not_refused_is_read_and_reads_back(schema_id: str, data: st.DataObject) -> None:
    document = credential(schema_id)
    for _ in range(data.draw(st.integers(1, 3))):
        if document["credentialSubject"]:
            _change(document["credentialSubject"], data)
    problems = find_problems(schema_id, document)
    assert all(problem.where.startswith("/credentialSubject") and problem.sentence for problem in problems)
    if problems:
        with pytest.raises(DocumentInvalid):
            READERS.get(schema_id, lambda found: validate_document(schema_id, found))(document)
        return
    indexable(schema_id, document)
    if schema_id not in READERS:  # read as it was written: by its schema alone
        return
    content = READERS[schema_id](document)
    # Members that may be left out and hold nothing come back left out; everything else comes back as it was.
    assert _without_nothing(as_wire(content)) == _without_nothing(document["credentialSubject"])
    if schema_id == "commercial-invoice/1":
        find_sum_errors(content)


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: _without_nothing(member) for name, member in value.items()}
        return {name: member for name, member in kept.items() if member not in ([], {}, "0")}
    if isinstance(value, list):
        return [_without_nothing(element) for element in value]
    return value


@settings(deadline=None)
@given(document=VALUES)
def test_anything_at_all_is_refused_in_words(document: Any) -> None:
    for schema_id in SUBJECTS:
        assert find_problems(schema_id, document)
