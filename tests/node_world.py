"""A real node with three members, for tests that need no trade."""

from __future__ import annotations

import warnings
from pathlib import Path

from transire.node.home import write_new_secret
from transire.node.node import NewMember, Node
from transire.node.settings import NodeSettings

PRODUCER = "did:web:producer.example"
"""The one member with a did:web; the others' DIDs are their keys."""


def make_node(folder: Path) -> Node:
    """A new node in a folder; its key stores are cheap, which it warns of."""
    write_new_secret(folder / "secret")
    settings = NodeSettings(profile="development", secret_file=str(folder / "secret"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = Node.create(
            folder / "node",
            settings,
            network="test",
            founder=NewMember("customs", "Customs", ("customs",)),
            keys_cost="test",
        )
    made.start()
    registrar = made.tenant("customs")
    made.add_member(NewMember("producer", "Producer", ("producer", "exporter"), PRODUCER), registrar=registrar)
    made.add_member(NewMember("importer", "Importer", ("importer",)), registrar=registrar)
    return made
