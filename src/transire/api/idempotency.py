"""Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a POST that is repeated is done once.

The key is noted before anything is done and the answer after it. A refusal changes nothing and frees the key. After a
crash in between nobody knows the outcome here: the repeated request is told so, and is not done a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from starlette.responses import Response

from transire.api.errors import AnswerShown, KeyReused, KeyUnsuitable, StillUnderWay
from transire.api.tables import requests
from transire.crypto.digests import hmac_sha256, sha256
from transire.crypto.encoding import b64url
from transire.storage.database import Database

if TYPE_CHECKING:
    from transire.node.tenant import Tenant

PURPOSE = b"transire/idempotency/v1\n"
KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 128
KEPT_HEADERS = ("content-type", "location", "etag")


@dataclass(frozen=True, slots=True)
class Once:
    """One request that is to be done once."""

    database: Database
    person_id: str
    key: str
    digest: str

    @classmethod
    def of(cls, tenant: Tenant, person_id: str, key: str, *parts: bytes) -> Once:
        """The request with this key, told apart by its parts.

        They can hold a password: their digest is keyed, so that nobody guesses it from a copy of the database.
        """
        if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable() or " " in key:
            raise KeyUnsuitable(got=repr(key[:LONGEST_KEY]))
        told_apart = hmac_sha256(tenant.sign_in_desk.desk_key, PURPOSE + b"".join(sha256(part) for part in parts))
        return cls(tenant.database, person_id, key, b64url(told_apart))

    def begin(self, now: datetime, *, shown_once: bool = False) -> Response | None:
        """The answer that was given before; None when this is the first time, which is then noted."""
        with self.database.transaction() as tx:
            tx.execute(sa.delete(requests).where(requests.c.begun_at < now - KEPT_FOR))
            row = tx.execute(sa.select(requests).where(*self._mine())).first()
            if row is None:
                values = {"person_id": self.person_id, "key": self.key, "digest": self.digest, "begun_at": now}
                tx.execute(sa.insert(requests).values(values))
                return None
        if row.digest != self.digest:
            raise KeyReused(where=self.key)
        if row.status is None:
            raise StillUnderWay(where=self.key)
        if shown_once:
            raise AnswerShown(where=self.key)
        return Response(row.body, row.status, {**row.headers, "Idempotency-Replayed": "true"})

    def finish(self, response: Response, *, keep: bool = True) -> None:
        """Keep what was answered; of an answer that holds a secret, only that it was given."""
        kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        with self.database.transaction() as tx:
            done = sa.update(requests).where(*self._mine())
            tx.execute(
                done.values(status=response.status_code, headers=kept, body=bytes(response.body) if keep else b"")
            )

    def forget(self) -> None:
        """It was refused: nothing was done, and the key may be used again."""
        with self.database.transaction() as tx:
            tx.execute(sa.delete(requests).where(*self._mine()))

    def _mine(self) -> tuple[sa.ColumnElement[bool], ...]:
        return (requests.c.person_id == self.person_id, requests.c.key == self.key)
