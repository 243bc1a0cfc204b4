"""An action is read in two ways, by its own types and by way of JSON; nodes that took different ways must agree.

Were one of them more lenient in a single byte, a validator could be made to refuse what the others decide.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_corpus import block_of, read_corpus, replayed
from transire.crypto.canonical import canonical_bytes, parse_canonical
from transire.errors import TransireError
from transire.ledger.action import MAX_ACTION_BYTES, Action, parse_action
from transire.ledger.errors import ActionMalformed, Inadmissible
from transire.ledger.state import read_row, row_bytes
from transire.ledger.store import STATE, MemoryStore

CORPUS = Path(__file__).resolve().parents[2] / "vectors" / "machine" / "corpus-1.jsonl"
ACTIONS = tuple(dict.fromkeys(raw for line in read_corpus(CORPUS)[1] for raw in block_of(line).actions))
WELL_FORMED = tuple(raw for raw in ACTIONS if raw.startswith(b'{"action":"'))
SPELLINGS = st.one_of(
    st.sampled_from(r""" ,\,",\u0061,\/,-0,1.0,1e0,0,{,},[],null,é,"add":[],"type":"rules",""".encode().split(b",")),
    st.sampled_from([b",", b"\x00", b"\x7f", b"\xff", b"\xed\xa0\x80", "\N{CLINKING BEER MUGS}".encode()]),
)


def read_by_json(raw: bytes) -> Action:
    try:
        value = parse_canonical(raw, limit=MAX_ACTION_BYTES)
    except TransireError as error:
        raise ActionMalformed(got=str(error)) from error
    return parse_action(raw, value=value)


def agreed(raw: bytes) -> Action | None:
    """The action, if it is one; both readers are asked."""
    try:
        expected = read_by_json(raw)
    except Inadmissible:
        with pytest.raises(Inadmissible):
            parse_action(raw)
        return None
    found = parse_action(raw)
    assert found == expected
    assert canonical_bytes(found.body) in raw
    return found


def test_every_action_of_the_corpus_is_read_alike() -> None:
    read = [action for raw in ACTIONS if (action := agreed(raw)) is not None]
    assert {action.action for action in read} > {"witness/1", "allowance.open/1", "member.enrol/1", "govern.propose/1"}


@settings(max_examples=3000, deadline=None)
@given(st.data())
def test_whatever_is_spelled_otherwise_is_judged_alike(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(WELL_FORMED))
    start = data.draw(st.integers(0, len(raw)))
    end = min(len(raw), start + data.draw(st.sampled_from([0, 0, 1, 1, 2, 12])))
    agreed(raw[:start] + data.draw(st.one_of(SPELLINGS, st.binary(max_size=2))) + raw[end:])


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=6))
def test_any_text_in_a_title_is_judged_alike(title: str) -> None:
    raw = next(raw for raw in WELL_FORMED if raw.startswith(b'{"action":"member.enrol/1"'))
    value = parse_canonical(raw, limit=MAX_ACTION_BYTES)
    assert isinstance(value, dict)
    body = value["body"]
    assert isinstance(body, dict)
    agreed(canonical_bytes(value | {"body": body | {"name": title}}))


def test_the_rows_of_the_state_are_canonical_as_they_are_written() -> None:
    store = MemoryStore()
    for _ in replayed(CORPUS, store):
        pass
    rows = dict(store.range(STATE))
    assert len({key.partition(b"/")[0] for key in rows}) > 8
    for key, raw in rows.items():
        assert row_bytes(read_row(key.decode(), raw)) == raw == canonical_bytes(parse_canonical(raw, limit=len(raw)))
