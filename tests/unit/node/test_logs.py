"""The log of a node: one form for all lines, whoever writes them."""

from __future__ import annotations

import json
import subprocess
import sys

SPEAK = """
import logging
import structlog
from transire.node.logs import configure_logs
configure_logs("info")
structlog.get_logger("transire.node").warning("of the node", token="abc")
logging.getLogger("transire.engine.cometbft").warning("a peer was refused: %s", "why")
try:
    raise ValueError("odd")
except ValueError:
    logging.getLogger("transire.engine.abci").exception("the application cannot go on")
"""


def test_what_the_engine_says_has_a_time_and_a_level_like_all_lines() -> None:
    done = subprocess.run([sys.executable, "-c", SPEAK], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [
        ("of the node", "warning"),
        ("a peer was refused: why", "warning"),
        ("the application cannot go on", "error"),
    ]
    assert all("timestamp" in line for line in lines)
    assert (lines[0]["token"], "ValueError: odd" in lines[2]["exception"]) == ("***", True)
