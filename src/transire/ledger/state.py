"""The state: a map from readable keys to canonical JSON (LEDGER.md 5, `spec/state.md`).

It holds the present. What matters for the past is a *history*: values with the height from which each rules, never
overwritten. A change made in block H rules from H+1 on, so that all actions of a block are judged alike.

Every row has a type that follows from the first part of its key (`ROWS`), and is decoded once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from threading import Lock
from typing import Final, Generic, TypeVar

import msgspec

from transire.crypto.canonical import typed_bytes
from transire.ledger.errors import StateDamaged
from transire.ledger.fields import Name

T = TypeVar("T")
R = TypeVar("R", bound="Row")


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The base of what stands in the state."""


class Since(msgspec.Struct, Generic[T], frozen=True, forbid_unknown_fields=True):
    """A value and the height from which it rules."""

    height: int = msgspec.field(name="from")
    value: T


def at(history: tuple[Since[T], ...], height: int) -> T | None:
    """What ruled at that height; None before the first value.

    >>> at((Since(1, "a"), Since(5, "b")), 4)
    'a'
    """
    for since in reversed(history):
        if since.height <= height:
            return since.value
    return None


def extended(history: tuple[Since[T], ...], value: T, height: int) -> tuple[Since[T], ...]:
    """The history with a value that rules from that height on; one that never came to rule is replaced."""
    kept = history[:-1] if history and history[-1].height >= height else history
    return (*kept, Since(height, value))


class MemberKey(Row, frozen=True, kw_only=True):
    """A key of a member. It is never removed: what it signed while it was in force stays verifiable."""

    name: Name
    purpose: str
    public: str
    custodian: str
    entered_by: str
    valid_from: int
    retired_from: int | None = None
    distrusted_from: int | None = None
    distrust_stated: int | None = None

    def in_force(self, height: int) -> bool:
        """Whether it could sign at that height, as the ledger judges today."""
        if height < self.valid_from or (self.retired_from is not None and height >= self.retired_from):
            return False
        return self.distrusted_from is None or height < self.distrusted_from


class MemberRecord(Row, frozen=True, kw_only=True):
    """A member with its whole past. Governors and registrars stand in `office/...`, not among the roles."""

    did: str
    name: tuple[Since[str], ...]
    roles: tuple[Since[tuple[str, ...]], ...]
    status: tuple[Since[str], ...]
    endpoint: tuple[Since[str], ...]
    registrar: str
    keys: tuple[MemberKey, ...]

    def is_active(self, height: int) -> bool:
        return at(self.status, height) == "active"

    def roles_at(self, height: int) -> tuple[str, ...]:
        return at(self.roles, height) or ()

    def key(self, name: str) -> MemberKey | None:
        """The key of that name, in force or not."""
        return next((key for key in self.keys if key.name == name), None)

    def key_in_force(self, name: str, purpose: str, height: int) -> MemberKey | None:
        """The key of that name, if it has that purpose and was in force at that height."""
        key = self.key(name)
        return key if key is not None and key.purpose == purpose and key.in_force(height) else None

    def keys_in_force(self, purpose: str, height: int) -> tuple[MemberKey, ...]:
        """All keys of a purpose in force at that height, oldest first."""
        return tuple(key for key in self.keys if key.purpose == purpose and key.in_force(height))


class Ended(Row, frozen=True, kw_only=True):
    """A version that its issuer ended, with the commitment of the version that stands in its place."""

    height: int
    successor: str | None = None


class Allowance(Row, frozen=True, kw_only=True):
    """A quantity that can be spent only once. All quantities but `quantity` are kept as they are compared."""

    opener: str
    unit: str
    quantity: str
    drawn: str
    given: str
    keys: tuple[str, ...]
    releaser: str
    parent: str | None = None
    opened: int
    closed: int | None = None


class Draw(Row, frozen=True, kw_only=True):
    quantity: str
    key: str
    height: int


class Return(Row, frozen=True, kw_only=True):
    height: int


class SeenBucket(Row, frozen=True, kw_only=True):
    """The replay memory of one minute: a hash chain over the ids consumed, in their order."""

    chain: str
    count: int


class ParameterRow(Row, frozen=True, kw_only=True):
    value: tuple[Since[int], ...]


class Office(Row, frozen=True, kw_only=True):
    """Who holds an office (governor, registrar), sorted."""

    holders: tuple[Since[tuple[str, ...]], ...]


class RulesRow(Row, frozen=True, kw_only=True):
    version: tuple[Since[int], ...]


class Proposal(Row, frozen=True, kw_only=True):
    """A change that governors vote on. `approvals` sorted; `decided` the height at which it passed."""

    change: dict[str, object]
    proposer: str
    opened: int
    lapses: int
    approvals: tuple[str, ...]
    decided: int | None = None


class ValidatorRow(Row, frozen=True, kw_only=True):
    public: str
    operator: str
    power: tuple[Since[int], ...]


class MisbehaviourRow(Row, frozen=True, kw_only=True):
    """A validator signed two blocks of one height; what follows from it the governors decide."""

    kind: str
    reported: int
    total_power: int


ROWS: Final[dict[str, type[Row]]] = {
    "member": MemberRecord,
    "ended": Ended,
    "allowance": Allowance,
    "draw": Draw,
    "return": Return,
    "seen": SeenBucket,
    "parameter": ParameterRow,
    "office": Office,
    "rules": RulesRow,
    "proposal": Proposal,
    "validator": ValidatorRow,
    "misbehaviour": MisbehaviourRow,
}
"""The type of a row, by the first part of its key."""

RULES_KEY: Final = "rules"


def row_bytes(row: Row) -> bytes:
    """The canonical JSON of a row: what is hashed into the map and kept in the replica.

    Sorted, without white space and of the types above, it is canonical as it stands: rows hold text, integers and what
    an action had, which was read as canonical JSON.
    """
    return typed_bytes(row)


def read_row(key: str, raw: bytes) -> Row:
    """Decode a row; one that is not of its type was not written by the machine."""
    kind = ROWS.get(key.partition("/")[0])
    if kind is None:
        raise StateDamaged(got="a row of no known kind", where=key)
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError as error:
        raise StateDamaged(got=str(error), where=key) from error


class View(ABC):
    """What rules read. `Committed` and `Changes` are the two kinds."""

    @abstractmethod
    def get(self, key: str) -> Row | None:
        """The row at that key."""

    def find(self, key: str, kind: type[R]) -> R | None:
        """The row at that key, of that type."""
        row = self.get(key)
        if row is not None and not isinstance(row, kind):
            raise StateDamaged(got=type(row).__name__, expected=kind.__name__, where=key)
        return row


class Committed(View):
    """The state after the last committed block. Decoded rows are remembered until a block changes them."""

    _REMEMBERED: Final = 50_000

    def __init__(self, load: Callable[[bytes], bytes | None]) -> None:
        self._load = load
        self._rows: dict[str, Row] = {}
        self._generation = 0
        self._lock = Lock()

    def get(self, key: str) -> Row | None:
        return self._rows.get(key) or self._read(key)

    def replace(self, changes: dict[str, Row | None]) -> None:
        """Take over what a block changed, once it is durable."""
        with self._lock:
            self._generation += 1
            if len(self._rows) > self._REMEMBERED:
                self._rows.clear()
            for key, row in changes.items():
                if row is None:
                    self._rows.pop(key, None)
                else:
                    self._rows[key] = row

    def _read(self, key: str) -> Row | None:
        generation = self._generation
        raw = self._load(key.encode())
        if raw is None:
            return None
        row = read_row(key, raw)
        with self._lock:
            # A block may have been committed since the row was read: then it may be old, and is not remembered.
            if generation == self._generation:
                self._rows[key] = row
        return row


class Changes(View):
    """What a block, or one action of it, changes over the view below; nothing below is touched until `keep`."""

    def __init__(self, below: View) -> None:
        self._below = below
        self.rows: dict[str, Row | None] = {}

    def get(self, key: str) -> Row | None:
        return self.rows[key] if key in self.rows else self._below.get(key)

    def put(self, key: str, row: Row) -> None:
        self.rows[key] = row

    def delete(self, key: str) -> None:
        self.rows[key] = None

    def keep(self, changes: Changes) -> None:
        """Take over what an accepted action changed."""
        self.rows.update(changes.rows)
