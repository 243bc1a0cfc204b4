"""Decentralised identifiers: did:key for Ed25519 keys, the syntax of did:web, Multikey text.

Only syntax is judged here; nothing is resolved. A did:web host must be a public DNS name in lower case, because
one name must have one spelling on the ledger, and because a node that fetched `did:web:localhost` or an address
would be talked into reading its own network.
"""

from __future__ import annotations

import re
from typing import Final

from transire.crypto.encoding import multibase, unmultibase
from transire.crypto.errors import DidInvalid, EncodingInvalid
from transire.crypto.keys import PUBLIC_SIZE

_ED25519: Final = b"\xed\x01"
_X25519: Final = b"\xec\x01"
# Both are unsigned varints of the multicodec table (0xed, 0xec).

DID_LIMIT: Final = 255
_DID_KEY: Final = "did:key:"
_DID_WEB: Final = "did:web:"
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LONGEST_NAME: Final = 253
"""RFC 1035 2.3.4, without the full stop at the end."""
_WEB: Final = re.compile(
    rf"(?P<host>{_LABEL}(?:\.{_LABEL})*)(?:%3A(?P<port>[1-9][0-9]{{0,4}}))?(?P<path>(?::[A-Za-z0-9._-]+)*)"
)
_LOCAL_TOP: Final = frozenset({"localhost", "local", "internal", "lan", "home", "arpa", "onion"})


def multikey(public: bytes) -> str:
    """An Ed25519 public key as Multikey text.

    >>> multikey(bytes.fromhex("3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"))
    'z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp'
    """
    return _written(_ED25519, public)


def public_of_multikey(text: str) -> bytes:
    """The Ed25519 public key of Multikey text.

    >>> public_of_multikey("z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp").hex()[:8]
    '3b6a27bc'
    """
    return _read(_ED25519, text)


def agreement_multikey(public: bytes) -> str:
    """An X25519 public key as Multikey text.

    >>> agreement_multikey(bytes(32))[:4]
    'z6LS'
    """
    return _written(_X25519, public)


def public_of_agreement_multikey(text: str) -> bytes:
    """The X25519 public key of Multikey text.

    >>> public_of_agreement_multikey(agreement_multikey(bytes(32))) == bytes(32)
    True
    """
    return _read(_X25519, text)


def did_key(public: bytes) -> str:
    """The did:key of an Ed25519 public key.

    >>> did_key(bytes.fromhex("3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"))
    'did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp'
    """
    return _DID_KEY + multikey(public)


def public_of_did_key(did: str) -> bytes:
    """The Ed25519 public key inside a did:key; a fragment or any other method is refused.

    >>> public_of_did_key("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp").hex()[:8]
    '3b6a27bc'
    """
    if not did.startswith(_DID_KEY):
        raise DidInvalid(expected="did:key:z6Mk...", got=_shown(did))
    return public_of_multikey(did.removeprefix(_DID_KEY))


def verification_method(did: str) -> str:
    """The verification method of a did:key: the key names itself.

    >>> verification_method("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp").partition("#")[2]
    'z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp'
    """
    public_of_did_key(did)
    return f"{did}#{did.removeprefix(_DID_KEY)}"


def check_did(text: str, *, allow_local: bool = False) -> None:
    """Refuse what is no did:key of an Ed25519 key and no did:web of a public host.

    `allow_local` is for one machine that plays several members; a real network never sets it.

    >>> check_did("did:web:producer.example")
    >>> check_did("did:web:customs.example:members:agency-4")
    >>> check_did("did:web:127.0.0.1")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    transire.crypto.errors.DidInvalid: This is not a decentralised ... Expected a public DNS name, got ...
    """
    if len(text) > DID_LIMIT:
        raise DidInvalid(expected=f"at most {DID_LIMIT} characters", got=len(text))
    if text.startswith(_DID_KEY):
        public_of_did_key(text)
    elif text.startswith(_DID_WEB):
        _check_did_web(text, allow_local=allow_local)
    else:
        raise DidInvalid(expected="did:key or did:web", got=_shown(text))


def _check_did_web(did: str, *, allow_local: bool) -> None:
    match = _WEB.fullmatch(did.removeprefix(_DID_WEB))
    if match is None or len(match["host"]) > _LONGEST_NAME:
        raise DidInvalid(expected="did:web:host, with %3A before a port and : between folders", got=_shown(did))
    if match["port"] is not None and int(match["port"]) > 65535:
        raise DidInvalid(expected="a port up to 65535", got=match["port"])
    if any(part in {".", ".."} for part in match["path"].split(":")):
        raise DidInvalid(expected="folder names", got=_shown(did))
    if not allow_local and _is_local(match["host"]):
        raise DidInvalid(expected="a public DNS name", got=_shown(match["host"]))


def is_public_name(host: str) -> bool:
    """Whether a host is named as a host of the Internet: in lower case, no address, no name of a network of one's own.

    >>> [is_public_name(host) for host in ("producer.example", "localhost", "10.0.0.1", "0x7f.1", "printer.lan")]
    [True, False, False, False, False]
    """
    return len(host) <= _LONGEST_NAME and _NAME.fullmatch(host) is not None and not _is_local(host)


def _is_local(host: str) -> bool:
    """Addresses end in a numeric label (WHATWG URL 3.5: such a host is parsed as IPv4, 0x forms too)."""
    top = host.rpartition(".")[2]
    return "." not in host or top in _LOCAL_TOP or re.fullmatch(r"[0-9]+|0x[0-9a-f]*", top) is not None


def _written(codec: bytes, public: bytes) -> str:
    if len(public) != PUBLIC_SIZE:
        raise DidInvalid(expected=f"a public key of {PUBLIC_SIZE} bytes", got=f"{len(public)} bytes")
    return multibase(codec + public)


def _read(codec: bytes, text: str) -> bytes:
    try:
        data = unmultibase(text)
    except EncodingInvalid as error:
        raise DidInvalid(expected="multibase base58btc", got=_shown(text)) from error
    if len(data) != len(codec) + PUBLIC_SIZE or not data.startswith(codec):
        raise DidInvalid(expected="a Multikey of the right kind and 32 bytes", got=_shown(text))
    return data[len(codec) :]


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")
