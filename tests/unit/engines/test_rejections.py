"""Peers that CometBFT refused: told once for each reason."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from transire.crypto.keys import SigningKey
from transire.engines.cometbft.files import PairKeys
from transire.engines.cometbft.process import LOG_FILE, TOLD_REJECTIONS, CometBftProcess

REFUSED = 'I[] Inbound Peer rejected module=p2p err="{}" n=0\n'


def test_no_stranger_uses_up_the_reasons_that_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    keys = PairKeys(SigningKey.from_seed(bytes(32)), SigningKey.from_seed(bytes([1]) * 32))
    process = CometBftProcess(
        tmp_path, tmp_path, keys, before_start=lambda: None, on_failure=lambda error: None, silence_s=1.0
    )
    lengths = [f"auth failure: message exceeds max size ({number} > 1048576)" for number in range(2 * TOLD_REJECTIONS)]
    other = "incompatible: peer is on a different network. Got other-{}, expected ours-1f"
    lines = [*lengths, other.format("0a"), other.format("0b")]
    with caplog.at_level(logging.WARNING, logger="transire.engine.cometbft"):
        (tmp_path / LOG_FILE).write_text("".join(REFUSED.format(line) for line in lines))
        process._tell_rejections()
    assert [text.removeprefix("a peer was refused: ") for text in caplog.messages] == [lengths[0], *lines[-2:]]
