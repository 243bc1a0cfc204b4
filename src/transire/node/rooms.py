"""Where a hosted member's rows and sealed documents are, as the settings say: opened here for whoever needs them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from transire.node.home import Home
from transire.node.settings import MemberSettings, NodeSettings
from transire.storage.blobs import BlobStore
from transire.storage.database import Database
from transire.storage.migrations import Branch

DATABASE_FILE = "member.db"


def database_file(home: Home, member: MemberSettings) -> Path:
    """The member's SQLite file, where the records are in files."""
    return home.member(member.slug) / DATABASE_FILE


def open_database(home: Home, settings: NodeSettings, member: MemberSettings) -> Database:
    """The member's database as it is; bringing it up to date is the node's work."""
    tables = [branch.metadata for branch in database_branches()]
    if settings.records.url == "sqlite":
        return Database.open(f"sqlite:///{database_file(home, member)}", tables=tables)
    schema = f"member_{member.slug.replace('-', '_')}"
    return Database.open(settings.records.url, schema=schema, tables=tables)


def open_blobs(home: Home, settings: NodeSettings, member: MemberSettings) -> BlobStore:
    """The member's store of sealed documents."""
    if settings.vault.url == "file":
        return BlobStore.open((home.member(member.slug) / "blobs").as_uri())
    return BlobStore.open(f"{settings.vault.url.rstrip('/')}/{member.slug}")


def database_branches() -> Sequence[Branch]:
    """The migrations of every room that keeps rows of a member."""
    from transire.desk.tables import BRANCH as DESK
    from transire.procedures.catalogue import load, procedures
    from transire.records.tables import BRANCH as RECORDS
    from transire.vault.tables import BRANCH as VAULT

    # The API is a door above this floor: its few rows are found by place, as those of procedures are.
    return [VAULT, DESK, RECORDS, load("transire.api.tables:BRANCH"), *(each.branch() for each in procedures())]
