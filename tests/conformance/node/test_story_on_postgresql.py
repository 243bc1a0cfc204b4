"""The demo's whole story with rows on PostgreSQL and sealed documents on an S3 server: two lines of settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3_server import BUCKET, s3_environment  # noqa: F401 - a fixture
from transire.demo import run as demo
from transire.demo.telling import Telling
from transire.demo.world import make_world
from transire.node.rebuilding import rebuild_records, records_digest


class Silent(Telling):
    """Tells nobody."""

    def _print(self, line: str) -> None:
        del line


@pytest.mark.postgres
def test_the_story_is_told_on_postgresql_and_s3(
    tmp_path: Path,
    postgres_url: str,
    s3_environment: dict[str, str],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        **s3_environment,
        "TRANSIRE_RECORDS_URL": postgres_url,
        "TRANSIRE_VAULT_URL": f"s3://{BUCKET}/vault",
    }.items():
        monkeypatch.setenv(name, value)
    world = make_world(tmp_path, port=8400)
    try:
        story = demo.tell(world, tmp_path, Silent())
        assert story.facts["flagged at customs"] == story.facts["flagged at gateway"] != []
        assert world.node.tenant("customs").database.dialect == "postgresql"
        assert not list((tmp_path / "node" / "members").glob("*/blobs/*"))  # no sealed document lies on this disk
        world.node.settle()
        for tenant in world.node.tenants.values():
            before = records_digest(tenant)
            assert rebuild_records(tenant) == before, tenant.slug
    finally:
        world.node.close()
