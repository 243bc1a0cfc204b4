"""Where a node keeps what: the layout of its folder, and the secret that unlocks its keys.

transire.toml           settings
network.json            the trust root of the network
ledger/                 the replica and, with the embedded engine, the validator's own blocks and signing state;
                        after a restore also earlier/<network>/: the networks that this one continues, as they ended
members/<slug>/         keys.json, member.db, blobs/
keys.json               the node's own keys: as custodian, and as validator
origin/                 rules of origin that the operator imported, one file an agreement
checkpoints.json        what witnesses countersigned of the newest checkpoints
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from transire.node.errors import SecretMissing
from transire.node.settings import NodeSettings

SECRET_VARIABLE = "TRANSIRE_SECRET_FILE"  # noqa: S105 - the name of a variable, not a secret
SECRET_BYTES = 32


class Home:
    """The folder of a node. Paths only; nothing is created here but folders, by `make`."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()

    @property
    def network(self) -> Path:
        return self.path / "network.json"

    @property
    def genesis(self) -> Path:
        return self.path / "genesis.json"

    @property
    def checkpoints(self) -> Path:
        """The countersignatures of witnesses."""
        return self.path / "checkpoints.json"

    @property
    def tombstones(self) -> Path:
        """What was destroyed here, a line a version: in no backup, to be kept beside them and given to a restore."""
        return self.path / "destroyed.jsonl"

    @property
    def tariff(self) -> Path:
        """The editions of the tariff schedule that this node answers with, beside what is shipped."""
        return self.path / "tariff"

    @property
    def origin_rules(self) -> Path:
        """The rules of origin that the operator imported, in place of those that are shipped."""
        return self.path / "origin"

    @property
    def ledger(self) -> Path:
        return self.path / "ledger"

    @property
    def keys(self) -> Path:
        return self.path / "keys.json"

    def member(self, slug: str) -> Path:
        """The folder of one hosted member; nothing of another member lies in it."""
        return self.path / "members" / slug

    def make(self, *slugs: str) -> None:
        """Create the folders, readable by their owner only."""
        members = (self.path / "members", *(self.member(slug) for slug in slugs))
        for folder in (self.path, self.ledger, *members):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def write_new_secret(path: Path) -> bytes:
    """Make a secret for a new node and write it to a file of its own, mode 0600; an existing file is never replaced."""
    secret = secrets.token_hex(SECRET_BYTES).encode()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
    return secret


def read_secret(settings: NodeSettings) -> bytes:
    """The unlock secret, from the file that the settings or the environment name."""
    name = settings.secret_file
    if not name:
        raise SecretMissing(expected=f"the setting secret_file or {SECRET_VARIABLE}")
    try:
        return Path(name).read_bytes().strip()
    except OSError as error:
        raise SecretMissing(got=error.strerror, where=name) from error
