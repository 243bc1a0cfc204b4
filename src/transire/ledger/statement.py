"""Statements and the pools that anchor them (LEDGER.md 3, `spec/statement.md`).

A statement is what a member says happened. Its id is the RFC 9162 leaf hash of its canonical bytes; a pool is the tree
over many of them; only the pool's commitment P stands on the ledger. Whoever is shown a statement with its path and the
opening of P can prove it; nobody else learns that it exists, nor how many there were.

Whether a kind allows a statement is checked by the nodes that receive it (`ledger.kinds`), never by the ledger.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Annotated, Final, cast

import msgspec
from msgspec import Meta

from transire.crypto.canonical import DEFAULT_LIMIT, Json, canonical_bytes, parse_canonical
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url, unb64url
from transire.errors import TransireError
from transire.ledger.errors import PoolMismatch, StatementForeign, StatementMalformed
from transire.ledger.fields import Did, Digest
from transire.merkle.tree import HashTree, leaf_hash, path_in_nodes, verify_inclusion

POOL_DOMAIN: Final = b"transire/pool/v1\n"
MAX_STATEMENT_BYTES: Final = DEFAULT_LIMIT
MAX_POOL: Final = 1_000_000
"""Statements in one pool: a path of at most 20 digests."""
KIND: Final = r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+/[1-9][0-9]{0,3}"
_SALT_BYTES: Final = 32

KindName = Annotated[str, Meta(pattern=rf"\A{KIND}\Z", max_length=64)]
ActorReference = Annotated[str, Meta(min_length=1, max_length=128)]


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A statement as it was read; `statement_id(parse_json)` and `bytes_of` go back to what was hashed."""

    about: Annotated[tuple[Digest, ...], Meta(max_length=256)]
    actor: ActorReference
    body: dict[str, object]
    by: Did
    kind: KindName
    salt: Digest

    @property
    def raw(self) -> bytes:
        """The canonical bytes: the statement was canonical when it was read, so these are the same."""
        # A list and no tuple: what comes back from JSON is then seen to be what was given, and need not be walked.
        about = {"about": list(self.about)}
        return canonical_bytes(cast("Json", msgspec.to_builtins(self) | about))

    @property
    def id(self) -> str:
        """The RFC 9162 leaf hash, as it is written on the wire."""
        return b64url(leaf_hash(self.raw))


class PoolOpening(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What P commits to."""

    by: Did
    count: Annotated[int, Meta(ge=1, le=MAX_POOL)]
    network: Annotated[str, Meta(min_length=1, max_length=50)]
    root: Digest
    salt: Digest

    @property
    def commitment(self) -> str:
        """P, as it stands in the body of the witness action."""
        return b64url(sha256(POOL_DOMAIN, canonical_bytes(cast("Json", msgspec.to_builtins(self)))))


def make_statement(
    kind: str, body: dict[str, Json], *, about: Sequence[str], by: str, actor: str, salt: bytes | None = None
) -> dict[str, Json]:
    """A new statement. The salt is random unless given, and hides what could be guessed.

    >>> said = make_statement("document.opened/1", {}, about=[], by="did:web:a.example", actor="x", salt=bytes(32))
    >>> statement_id(said)
    'EZH2q9Eu2eejhZ-HX2fEKn6crI1nFabM0s7idzTH35g'
    """
    chosen = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    statement: dict[str, Json] = {
        "about": list(about),
        "actor": actor,
        "body": body,
        "by": by,
        "kind": kind,
        "salt": b64url(chosen),
    }
    parse_statement(canonical_bytes(statement))  # whoever says nonsense learns it here, not from the recipient
    return statement


def statement_bytes(statement: dict[str, Json]) -> bytes:
    """The canonical bytes that are hashed, pooled and delivered."""
    return canonical_bytes(statement)


def statement_id(statement: dict[str, Json]) -> str:
    """The id: the RFC 9162 leaf hash of the canonical bytes."""
    return b64url(leaf_hash(statement_bytes(statement)))


def parse_statement(raw: bytes) -> Statement:
    """Read the bytes of a statement; its kind's own rules are not checked here."""
    try:
        return msgspec.convert(parse_canonical(raw, limit=MAX_STATEMENT_BYTES), Statement)
    except (TransireError, msgspec.ValidationError) as error:
        raise StatementMalformed(got=str(error)) from error


def stored_statement(raw: bytes) -> Statement:
    """Read what was checked when it was written down: a member's own journal is not asked again for the one form.

    What somebody edited there is found by its hash (`transire doctor --deep`).
    """
    try:
        return _stored(raw)
    except msgspec.DecodeError as error:
        raise StatementMalformed(got=str(error)) from error


_stored: Final = msgspec.json.Decoder(Statement).decode


class Pool:
    """The tree over a member's statements, and the salted commitment P to it.

    The whole tree is kept, so that each of a million paths costs twenty reads.
    """

    def __init__(self, network: str, by: str, ids: Sequence[bytes], salt: bytes) -> None:
        self._tree = HashTree(ids)
        self.count = len(ids)
        self.root = b64url(self._tree.root)
        self._opening = PoolOpening(by=by, count=self.count, network=network, root=self.root, salt=b64url(salt))
        self.commitment = self._opening.commitment

    @classmethod
    def build(cls, network: str, by: str, statements: Sequence[dict[str, Json]], salt: bytes | None = None) -> Pool:
        """Pool the statements in the order given; all must be `by` the member that anchors them."""
        for place, statement in enumerate(statements):
            if statement.get("by") != by:
                raise StatementForeign(got=statement.get("by"), expected=by, where=f"/{place}/by")
        ids = [leaf_hash(statement_bytes(statement)) for statement in statements]
        return cls.of_ids(network, by, ids, salt)

    @classmethod
    def of_ids(cls, network: str, by: str, ids: Sequence[bytes], salt: bytes | None = None) -> Pool:
        """Pool statements whose ids are known already (32 bytes each), as a node's outbox holds them."""
        if not 1 <= len(ids) <= MAX_POOL:
            raise StatementMalformed(got=f"{len(ids)} statements", expected=f"1 to {MAX_POOL} in a pool")
        return cls(network, by, ids, secrets.token_bytes(_SALT_BYTES) if salt is None else salt)

    def opening(self) -> dict[str, Json]:
        """What opens P: `{by, count, network, root, salt}`."""
        return cast("dict[str, Json]", msgspec.to_builtins(self._opening))

    def body(self) -> dict[str, Json]:
        """The body of the witness action that anchors this pool."""
        return {"pool": self.commitment}

    @property
    def nodes(self) -> bytes:
        """Every digest of the tree, for `path_of`: some 64 bytes a statement, where the paths would be 32 log n."""
        return self._tree.nodes

    def path(self, index: int) -> list[str]:
        """The RFC 9162 inclusion path of the statement at that place, from the leaf upwards."""
        return [b64url(sibling) for sibling in self._tree.path(index)]


def path_of(nodes: bytes, *, count: int, index: int) -> list[str]:
    """The path of a statement, from the digests of its pool's tree (`Pool.nodes`)."""
    return [b64url(sibling) for sibling in path_in_nodes(nodes, size=count, index=index)]


def verify_pool_opening(commitment: str, opening: object, *, network: str, by: str) -> PoolOpening:
    """Refuse unless the opening opens P, for this network and this member (the action's `by`)."""
    try:
        opened = msgspec.convert(opening, PoolOpening)
    except msgspec.ValidationError as error:
        raise PoolMismatch(got=str(error)) from error
    if opened.commitment != commitment:
        raise PoolMismatch(got=opened.commitment, expected=commitment)
    if opened.network != network:
        raise PoolMismatch(got=opened.network, expected=network, where="/network")
    if opened.by != by:
        raise StatementForeign(got=opened.by, expected=by, where="/by")
    return opened


def verify_statement(raw: bytes, *, opening: PoolOpening, index: int, path: Sequence[str]) -> Statement:
    """Refuse unless these bytes are the statement at that place of the opened pool, by the pool's own member."""
    statement = parse_statement(raw)
    _require_own(statement.by, opening)
    try:
        siblings = [unb64url(digest, length=32) for digest in path]
    except TransireError as error:
        raise PoolMismatch(got=str(error), expected=opening.root) from error
    _verify_place(raw, opening, index, siblings)
    return statement


def verify_statement_read(raw: bytes, by: str, *, opening: PoolOpening, index: int, path: Sequence[bytes]) -> None:
    """The same of a statement by `by` that its form was read from, as were the digests of its path."""
    if len(raw) > MAX_STATEMENT_BYTES:
        parse_statement(raw)
    _require_own(by, opening)
    _verify_place(raw, opening, index, path)


def _require_own(by: str, opening: PoolOpening) -> None:
    if by != opening.by:
        raise StatementForeign(got=by, expected=opening.by, where="/by")


def _verify_place(raw: bytes, opening: PoolOpening, index: int, path: Sequence[bytes]) -> None:
    try:
        root = unb64url(opening.root, length=32)
        verify_inclusion(leaf_hash(raw), index=index, size=opening.count, path=path, root=root)
    except TransireError as error:
        raise PoolMismatch(got=str(error), expected=opening.root) from error
