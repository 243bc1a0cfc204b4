"""The one fixed form of each type of receipt (`spec/receipt.md`); `ledger.proof.reading` reads a file into it.

The classes *are* the schema: a field that is missing, unknown or of another type is refused here, and the JSON Schema
beside the specification is written from them. Lists have an order that the form fixes, so that no two files say the
same thing and no element can be moved. All sizes are bounded before anything is computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypeAlias

import orjson
from msgspec import Meta

from transire.crypto.canonical import Json
from transire.ledger.chain_json import ChainId, Count, Form, Height, SignedHeaderForm, ValidatorForm
from transire.ledger.fields import Did, Digest
from transire.ledger.statement import ActorReference, KindName, PoolOpening

MAX_RECEIPT_BYTES: Final = 32 * 1024 * 1024
"""A receipt without documents has some 10 kB; the rest is room for the documents that its holder opens."""
MAX_NAMED: Final = 32
"""Members that one receipt names: who stated it, and whom the statement names first."""
MAX_KEYS: Final = 256
MAX_CHANGES: Final = 1024
MAX_DOCUMENTS: Final = 16
MAX_REPRESENTATIONS: Final = 8
MAX_PATH: Final = 64
"""Siblings in a path of the log or of a pool; both have fewer than 2^53 leaves."""
MAX_SIBLINGS: Final = 256
"""Siblings in a path of the map, whose keys have 256 bits."""
_MEDIA_TYPE: Final = r"\A[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*\Z"
_CONTENT: Final = r"\A[A-Za-z0-9_-]*\Z"

Path = Annotated[tuple[Digest, ...], Meta(max_length=MAX_PATH)]
FreeObject: TypeAlias = dict[str, Any]
"""An object that has its own strict reader: an action, a row of the state, the body of a statement."""


class StatementForm(Form, frozen=True):
    """The statement itself; its canonical bytes are what was hashed."""

    about: Annotated[tuple[Digest, ...], Meta(max_length=256)]
    actor: ActorReference
    body: FreeObject
    by: Did
    kind: KindName
    salt: Digest


class PlaceForm(Form, frozen=True):
    """Where the statement stands in its pool."""

    index: Count
    path: Path


class LogForm(Form, frozen=True):
    """The action's leaf of the log, and the path from it to the root that `proven` commits to."""

    height: Height
    index: Count
    events: Annotated[tuple[FreeObject, ...], Meta(max_length=1024)]
    entry: Count
    size: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    root: Digest
    path: Path


class MapForm(Form, frozen=True):
    """The root of the map of the state."""

    root: Digest


class KeyProofForm(Form, frozen=True):
    """The path of a key in the map: siblings from the root downwards, and the leaf at its end or null (LEDGER.md 6)."""

    siblings: Annotated[tuple[Digest, ...], Meta(max_length=MAX_SIBLINGS)]
    leaf: tuple[Digest, Digest] | None


class MemberForm(Form, frozen=True):
    """A member that the receipt names, as it stands on the ledger; null: there is no such member."""

    did: Did
    record: FreeObject | None
    proof: KeyProofForm


class KeyForm(Form, frozen=True):
    """A key of the state with its value; null: the key is absent."""

    key: Annotated[str, Meta(min_length=1, max_length=500)]
    value: FreeObject | None
    proof: KeyProofForm


class ChangeForm(Form, frozen=True):
    """A change of the validators: the header that announces it, signed by those before, and those who come after."""

    header: SignedHeaderForm
    validators: Annotated[tuple[ValidatorForm, ...], Meta(min_length=1, max_length=200)]


class RepresentationForm(Form, frozen=True):
    media_type: Annotated[str, Meta(pattern=_MEDIA_TYPE, max_length=130)]
    content: Annotated[str, Meta(pattern=_CONTENT)]


class DocumentForm(Form, frozen=True):
    """A document that the holder opens: its salt and all its representations."""

    commitment: Digest
    salt: Digest
    representations: Annotated[tuple[RepresentationForm, ...], Meta(min_length=1, max_length=MAX_REPRESENTATIONS)]


class ReceiptForm(Form, frozen=True):
    """What both types of receipt hold."""

    network: ChainId
    action: FreeObject
    log: LogForm
    map: MapForm
    accepted: SignedHeaderForm
    proven: SignedHeaderForm
    changes: Annotated[tuple[ChangeForm, ...], Meta(max_length=MAX_CHANGES)]
    members: Annotated[tuple[MemberForm, ...], Meta(max_length=MAX_NAMED)]
    keys: Annotated[tuple[KeyForm, ...], Meta(max_length=MAX_KEYS)]
    documents: Annotated[tuple[DocumentForm, ...], Meta(max_length=MAX_DOCUMENTS)]
    checkpoint: Annotated[str, Meta(max_length=16_384)]


class StatementReceipt(ReceiptForm, frozen=True):
    """A statement that stands in a pool on the ledger."""

    receipt: Literal["statement/1"]
    statement: StatementForm
    place: PlaceForm
    pool: PoolOpening


class ActionReceipt(ReceiptForm, frozen=True):
    """An action that the ledger accepted."""

    receipt: Literal["action/1"]


TYPES: Final[dict[str, type[StatementReceipt] | type[ActionReceipt]]] = {
    "statement/1": StatementReceipt,
    "action/1": ActionReceipt,
}
"""The form of a receipt, by what its member `receipt` says."""


def strings_in(value: Json) -> Iterator[str]:
    """All strings of a value, members of an object in the order of their names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for element in value:
            yield from strings_in(element)
    elif isinstance(value, dict):
        for name in sorted(value):
            yield from strings_in(value[name])


def text_of(value: Mapping[str, Json] | Sequence[Json]) -> bytes:
    """The canonical text of a value that was read from a receipt.

    What JSON cannot say is not in it, so there is nothing to check that its strict reader does not check again.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
