"""Alembic's entry: runs inside the transaction that `transire.storage.migrations` has opened."""

from alembic import context

from transire.storage.migrations import CONTEXT_OPTIONS

attributes = context.config.attributes
context.configure(connection=attributes["connection"], target_metadata=attributes.get("metadata"), **CONTEXT_OPTIONS)
with context.begin_transaction():
    context.run_migrations()
