"""Taking in an organisation: what was there before is left alone."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from transire.network.errors import NameTaken
from transire.network.growing import add_organisation
from transire.network.plan import Place, Plan, PlannedNode


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_keys_of_an_earlier_attempt_are_never_taken_away(tmp_path: Path) -> None:
    place = Place(tmp_path)
    plan = Plan(name="test", nodes=(PlannedNode("customs", "Customs", ("customs",), port=free_port(), registers=True),))
    key = place.node("chamber") / "keys.json"
    key.parent.mkdir(parents=True)
    key.write_text("the ledger may know these")
    with pytest.raises(NameTaken):
        add_organisation(place, plan, slug="chamber", name="Chamber", roles=["chamber"], say=lambda line: None)
    assert key.read_text() == "the ledger may know these"
