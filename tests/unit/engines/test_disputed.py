"""What CometBFT's log says of a state that the validators do not share, and when that is over."""

from __future__ import annotations

from pathlib import Path

import pytest

from transire.engines.cometbft.process import LOG_FILE, disputed_in

COMMITTED = "I[2026-11-28|15:37:14.100] committed state module=state height=100 num_txs=1\n"
NIL = "E[2026-11-28|15:37:14.481] prevote step: consensus deems this block invalid; prevoting nil module=consensus "
FAILURE = 'E[2026-11-28|15:37:14.481] CONSENSUS FAILURE!!! module=consensus err="+2/3 committed an invalid block: '
WRONG = "wrong Block.Header.{}.  Expected 0A, got 0B"


@pytest.mark.parametrize("header", ["AppHash", "LastResultsHash", "ValidatorsHash", "NextValidatorsHash"])
def test_what_is_disputed_is_named_until_a_block_comes(tmp_path: Path, header: str) -> None:
    wrong = WRONG.format(header)
    for said in (f'{NIL}height=101 round=0 err="{wrong}"\n', f'{FAILURE}{wrong}" stack="goroutine"\n'):
        (tmp_path / LOG_FILE).write_text(COMMITTED + said)
        assert disputed_in(tmp_path) == wrong
        (tmp_path / LOG_FILE).write_text(said + COMMITTED)
        assert disputed_in(tmp_path) == ""


def test_the_last_word_counts_and_other_complaints_do_not(tmp_path: Path) -> None:
    assert disputed_in(tmp_path) == ""
    (tmp_path / LOG_FILE).write_text(f'{NIL}height=101 round=0 err="wrong Block.Header.Height. Expected 1, got 2"\n')
    assert disputed_in(tmp_path) == ""
    lines = [f'{NIL}height=101 round={n} err="wrong Block.Header.AppHash.  Expected 0{n}, got 0B"\n' for n in range(3)]
    (tmp_path / LOG_FILE).write_text(COMMITTED + "".join(lines))
    assert disputed_in(tmp_path) == "wrong Block.Header.AppHash.  Expected 02, got 0B"
