"""The demo's whole story with every member on a PostgreSQL server: one line of the settings, nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from transire.demo import run as demo
from transire.demo.telling import Telling
from transire.demo.world import make_world
from transire.node.rebuilding import rebuild_records, records_digest


class Silent(Telling):
    """Tells nobody."""

    def _print(self, line: str) -> None:
        del line


@pytest.mark.postgres
def test_the_story_is_told_on_postgresql(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRANSIRE_RECORDS_URL", postgres_url)
    world = make_world(tmp_path, port=8400)
    try:
        story = demo.tell(world, tmp_path, Silent())
        assert story.facts["flagged at customs"] == story.facts["flagged at gateway"] != []
        assert world.node.tenant("customs").database.dialect == "postgresql"
        world.node.settle()
        for tenant in world.node.tenants.values():
            before = records_digest(tenant)
            assert rebuild_records(tenant) == before, tenant.slug
    finally:
        world.node.close()
