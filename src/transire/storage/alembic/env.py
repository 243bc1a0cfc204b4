"""Alembic's entry: runs inside the transaction that `transire.storage.migrations` has opened."""

from alembic import context

from transire.storage.migrations import CONTEXT_OPTIONS


def _run() -> None:
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"], target_metadata=attributes.get("metadata"), **CONTEXT_OPTIONS
    )
    with context.begin_transaction():
        context.run_migrations()


# Alembic fills its context only while it runs; a tool that merely imports this file starts nothing.
if hasattr(context, "config"):
    _run()
