"""How a file is read into the form of its type, strictly and once for what many receipts share.

A receipt as nodes write it is taken apart, and each part is read by itself: header, action, member. What one verifier
saw before, byte for byte, is not read again but is the very same value, under which later checks find what they
worked out. Text of any other formatting is read strictly, written as nodes write it, and then read in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, Final, NoReturn

import msgspec
from msgspec import Meta, Raw

from transire.crypto.canonical import may_leave_profile, parse_json
from transire.errors import TransireError
from transire.ledger.proof.cache import VerifyCache
from transire.ledger.proof.errors import NotAReceipt, ReceiptMalformed
from transire.ledger.proof.forms import (
    MAX_KEYS,
    MAX_NAMED,
    MAX_RECEIPT_BYTES,
    TYPES,
    ActionReceipt,
    DocumentForm,
    KeyForm,
    MemberForm,
    StatementReceipt,
    text_of,
)

_AT_ONCE: Final = frozenset({"checkpoint", "documents", "place", "receipt"})
"""What no two receipts share, or what is read as fast as it is found. None of them can leave the profile of canonical
JSON: their classes say every name and number in them, and how deep they are."""
_ELEMENTS: Final[Mapping[str, tuple[Any, Any]]] = {
    "keys": (KeyForm, Annotated[tuple[Raw, ...], Meta(max_length=MAX_KEYS)]),
    "members": (MemberForm, Annotated[tuple[Raw, ...], Meta(max_length=MAX_NAMED)]),
}
"""Lists whose elements are parts: two receipts rarely name just the same members, and often some of them."""


def read_receipt(raw: bytes, cache: VerifyCache | None = None) -> StatementReceipt | ActionReceipt:
    """Read a file: `NotAReceipt` if it is something else, `ReceiptMalformed` if it is a receipt but not in its form."""
    known = VerifyCache() if cache is None else cache
    receipt = _read_sorted(raw, known)
    if receipt is None:
        receipt = _read_formatted(raw, known)
    _require_order("members", [member.did for member in receipt.members])
    _require_order("keys", [key.key for key in receipt.keys])
    _require_order("documents", [document.commitment for document in receipt.documents])
    for document in receipt.documents:
        _require_order("representations", [one.media_type for one in document.representations])
        _require_spelling(document)
    _require_heights(change.header.header.height for change in receipt.changes)
    return receipt


def _read_sorted(raw: bytes, cache: VerifyCache) -> StatementReceipt | ActionReceipt | None:
    """A receipt as nodes write it: read fast, and written again with the same bytes, so it names no member twice.

    None for other text, and for text that may lie outside of the profile: the other reader judges it and says what is
    wrong, so that a receipt is judged alike however it is written.
    """
    if len(raw) > MAX_RECEIPT_BYTES:
        return None
    for marker, reader in _READERS.items():
        if raw.rfind(marker) >= 0:  # near the end, since all is sorted
            try:
                return reader.read(raw, cache)
            except (msgspec.DecodeError, ValueError, RecursionError):
                return None
    return None


def _refuse_float(text: str) -> NoReturn:
    raise ValueError(text)


_encode: Final = msgspec.json.Encoder(order="sorted").encode


class _Part:
    """The reader of one part, which stands in so many containers of the receipt."""

    __slots__ = ("_decode", "_within")

    def __init__(self, form: Any, within: int) -> None:
        self._decode = _decoder(form)
        self._within = within

    def read(self, raw: bytes) -> Any:
        value = self._decode(raw)
        if _encode(value) != raw or may_leave_profile(raw, within=self._within):
            raise ValueError("not as nodes write it")
        return value

    def read_once(self, raw: bytes, cache: VerifyCache) -> Any:
        return cache.once((self, raw), lambda: self.read(raw), size=len(raw))


@lru_cache
def _part(form: Any, within: int = 1) -> _Part:
    """One reader a form: so one header is read once, wherever it stands, and verified once."""
    return _Part(form, within)


class _Reader:
    """Reads receipts of one type."""

    def __init__(self, form: type[StatementReceipt] | type[ActionReceipt]) -> None:
        types = {field.name: field.type for field in msgspec.structs.fields(form)}
        shape = [(name, _type_in_split(name, one)) for name, one in types.items()]
        self._form = form
        self._split = _decoder(msgspec.defstruct(f"{form.__name__}Parts", shape, forbid_unknown_fields=True))
        self._parts = {name: _part(one) for name, one in types.items() if name not in {*_AT_ONCE, *_ELEMENTS}}
        self._lists = {name: _part(element, within=2) for name, (element, _) in _ELEMENTS.items()}

    def read(self, raw: bytes, cache: VerifyCache) -> StatementReceipt | ActionReceipt:
        split = self._split(raw)
        if _encode(split) != raw:
            raise ValueError("not as nodes write it")
        values = {name: getattr(split, name) for name in _AT_ONCE if name in split.__struct_fields__}
        for name, part in self._parts.items():
            values[name] = part.read_once(bytes(getattr(split, name)), cache)
        for name, part in self._lists.items():
            values[name] = tuple([part.read_once(bytes(one), cache) for one in getattr(split, name)])
        return self._form(**values)


def _decoder(form: Any) -> Callable[[bytes], Any]:
    return msgspec.json.Decoder(form, float_hook=_refuse_float).decode


def _type_in_split(name: str, form: Any) -> Any:
    if name in _AT_ONCE:
        return form
    return _ELEMENTS[name][1] if name in _ELEMENTS else Raw


_READERS: Final[Mapping[bytes, _Reader]] = {
    f'"receipt":"{name}"'.encode(): _Reader(form) for name, form in TYPES.items()
}


def _read_formatted(raw: bytes, cache: VerifyCache) -> StatementReceipt | ActionReceipt:
    """A receipt in whatever formatting, read strictly; everything that is wrong with it is said here."""
    try:
        value = parse_json(raw, limit=MAX_RECEIPT_BYTES)
    except TransireError as error:
        raise NotAReceipt(got=error.reason()) from error
    if not isinstance(value, dict):
        raise NotAReceipt(got=type(value).__name__, expected="a JSON object")
    form = TYPES.get(str(value.get("receipt")))
    if form is None:
        raise NotAReceipt(got=f"receipt: {value.get('receipt')!r:.40}", expected=" or ".join(TYPES))
    as_written = _read_sorted(text_of(value), cache)
    if as_written is not None:
        return as_written
    try:
        return msgspec.convert(value, form)
    except msgspec.ValidationError as error:
        raise ReceiptMalformed(got=str(error)) from error


def _require_order(field: str, names: list[str]) -> None:
    if any(left >= right for left, right in pairwise(names)):
        raise ReceiptMalformed(got="another order, or a name twice", expected="sorted, each once", where=f"/{field}")


def _require_spelling(document: DocumentForm) -> None:
    """Bytes have one spelling: the bits of the last character that no byte needs are zero, which a pattern over
    megabytes would be slow to say."""
    for one in document.representations:
        left = len(one.content) % 4
        if left and one.content[-1] not in _LAST_CHARACTERS[left]:
            raise ReceiptMalformed(got=one.content[-4:], expected="base64url in its one spelling", where="/documents")


# After so many characters of the last group of four; one alone is no byte.
_LAST_CHARACTERS: Final = {1: "", 2: "AQgw", 3: "AEIMQUYcgkosw048"}


def _require_heights(heights: Iterable[int]) -> None:
    listed = list(heights)
    if listed != sorted(set(listed)):
        raise ReceiptMalformed(got=listed, expected="rising heights", where="/changes")
