"""Tests that share ports, a browser or a network run one after the other: pytest-xdist keeps their group."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("guard")
def test_a_test_is_known_by_its_group(request: pytest.FixtureRequest) -> None:
    """pytest-xdist 3.8 writes the group behind the name. A pytest that does not keep it loses groups silently."""
    if not getattr(request.config.option, "loadgroup", False):
        return  # not told to distribute by groups
    assert request.node.nodeid.endswith("@guard")
