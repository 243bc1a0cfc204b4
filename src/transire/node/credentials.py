"""Keys with which programs sign their requests to a node (RFC 9421): made here, kept in a file of the program's owner.

The node keeps the public half, in an API token without a secret; the file holds the private half, and who reads it acts
within the token's scopes. Its form is `client.Credentials`.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from transire.crypto.encoding import b64url
from transire.crypto.keys import SEED_SIZE, SigningKey
from transire.desk.api_tokens import create_api_token
from transire.desk.errors import PersonUnknown
from transire.desk.persons import list_accounts

if TYPE_CHECKING:
    from transire.node.node import Node
    from transire.node.tenant import Tenant

NAME = "signing program"


def new_credentials(tenant: Tenant, person_id: str, *, url: str, scopes: Iterable[str], life: timedelta) -> bytes:
    """The content of a credentials file; from now on the node takes requests that this key signs."""
    key, now = SigningKey.from_seed(secrets.token_bytes(SEED_SIZE)), tenant.now()
    with tenant.transaction() as tx:
        made = create_api_token(
            tx, person_id, name=NAME, scopes=scopes, ends_at=now + life, now=now, public_key=b64url(key.public)
        )
    return msgspec.json.encode(
        {"url": url, "member": tenant.slug, "token": "", "key_id": made.row.id, "seed": b64url(key.seed)}
    )


def make_credentials(node: Node, *, slug: str, login: str, scopes: Sequence[str], days: int, out: Path) -> str:
    """Write the file for a person of a hosted member; returns the key's id. An existing file is never replaced."""
    tenant = node.tenant(slug)
    with tenant.database.reading() as view:
        found = [each for each in list_accounts(view) if each.login == login and each.left_at is None]
    if not found:
        raise PersonUnknown(got=login)
    content = new_credentials(
        tenant, found[0].person.id, url=node.settings.origin, scopes=scopes, life=timedelta(days=days)
    )
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return str(msgspec.json.decode(content)["key_id"])
