"""A node of a network of several organisations: what it offers to a genesis, and beginning with one.

    prepare_node    makes keys in a new folder; gives the parts of a genesis that this organisation answers for
    (whoever founds the network puts the parts of all together: `Genesis.of`)
    join_network    begins with the genesis, or later with the one of a network that runs already

Nothing private leaves the folder: the parts hold public keys, each with its proof of possession.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, cast, get_args

import msgspec
from msgspec.structs import replace

from transire.crypto.canonical import Json, canonical_bytes
from transire.crypto.errors import KeyUnknown
from transire.crypto.keystore import KeyStore
from transire.engines.cometbft.files import node_id
from transire.ledger.bodies import Role
from transire.ledger.genesis import Genesis
from transire.node.enrolment import (
    CUSTODIAN_KEY,
    POWER,
    VALIDATOR_KEY,
    VALIDATOR_NAME,
    did_of,
    enrolment,
    make_member_keys,
    next_validator_key,
    validator_entry,
)
from transire.node.errors import HomeExists, OfferInvalid, SettingsInvalid, UnknownTenant
from transire.node.home import Home, read_secret
from transire.node.ledger import P2P_KEY, begin_again
from transire.node.settings import FILE_NAME, MemberSettings, NodeSettings, check_slug, read_settings, write_settings

NOWHERE: Final = ("", "0.0.0.0", "::", "[::]")  # noqa: S104 - what nobody can dial
"""Listening there takes connections from everywhere; as an address of a peer it leads nowhere."""


class Candidate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one organisation brings to a network: its enrolment, its validator, and where its node is found by peers."""

    format: Literal["transire/offer/1"] = "transire/offer/1"
    did: str
    member: dict[str, object]
    validator: dict[str, object]
    node_id: str
    address: str = ""

    @property
    def peer(self) -> str:
        """The node as others name it in `ledger.peers`."""
        return f"{self.node_id}@{self.address}"

    @property
    def raw(self) -> bytes:
        """The offer as a file; it holds nothing private."""
        return msgspec.json.format(msgspec.json.encode(self)) + b"\n"

    @classmethod
    def read(cls, path: Path) -> Candidate:
        """An offer from its file."""
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError) as error:
            raise OfferInvalid(got=error, where=str(path)) from error


def prepare_node(
    path: Path,
    settings: NodeSettings,
    *,
    slug: str,
    name: str,
    roles: Sequence[str],
    governs: bool = True,
    endpoint: str = "",
    keys_cost: str = "interactive",
    did: str = "",
) -> Candidate:
    """Make the keys of a node and of the member that runs it, in an empty folder."""
    if (path / "keys.json").exists():
        raise HomeExists(where=str(path))
    check_slug(slug)
    for role in roles:  # found out by whoever founds the network, all keys would have to be made anew
        if role not in get_args(Role):
            raise SettingsInvalid(got=role, expected=", ".join(get_args(Role)), where="role")
    address = settings.ledger.external_address or f"{settings.ledger.p2p_host}:{settings.ledger.p2p_port}"
    if address.rpartition(":")[0] in NOWHERE:
        expected = "host:port under which the others reach it (--external)"
        raise SettingsInvalid(got=address, expected=expected, where="ledger.external_address")
    secret, home = read_secret(settings), Home(path)
    home.make(slug)
    keys = KeyStore.create(home.keys, secret, profile=keys_cost)
    custodian, validator = keys.new_signing_key(CUSTODIAN_KEY), keys.new_signing_key(VALIDATOR_KEY)
    peer = keys.new_signing_key(P2P_KEY)
    member_keys = KeyStore.create(home.member(slug) / "keys.json", secret, profile=keys_cost)
    did = make_member_keys(member_keys, governs=governs, did=did)
    body = enrolment(member_keys, did=did, name=name, roles=roles, custodian=custodian, endpoint=endpoint)
    return Candidate(
        did=did,
        member=cast("dict[str, object]", body),
        validator=cast("dict[str, object]", validator_entry(did, validator)),
        node_id=node_id(peer.public),
        address=address,
    )


def found_together(
    name: str, candidates: Sequence[Candidate], *, time: str, registrars: Sequence[str], parameters: dict[str, int]
) -> Genesis:
    """The genesis of a network in which each of these governs and validates."""
    return Genesis.of(
        name,
        time=time,
        governors=[candidate.did for candidate in candidates],
        registrars=list(registrars),
        validators=[cast("dict[str, Json]", candidate.validator) for candidate in candidates],
        members=[cast("dict[str, Json]", candidate.member) for candidate in candidates],
        parameters=parameters,
    )


def join_network(path: Path, settings: NodeSettings, genesis: Genesis, *, slug: str, did: str = "") -> None:
    """Begin with a network in a folder that `prepare_node` made. Settings come last: what has them is a whole node.

    `did` is the did:web that was given there, if one was.
    """
    if (path / FILE_NAME).exists():
        raise HomeExists(where=str(path))
    secret, home = read_secret(settings), Home(path)
    keys = KeyStore.open(home.keys, secret)
    member_keys = KeyStore.open(home.member(slug) / "keys.json", secret)
    own = did_of(member_keys, did)
    ledger = replace(settings.ledger, engine="cometbft")
    begin_again(home, ledger, keys, genesis)
    home.network.write_bytes(canonical_bytes(genesis.trust_root()))
    home.genesis.write_bytes(genesis.raw)
    write_settings(home.path, replace(settings, ledger=ledger, member=(MemberSettings(slug, own),)))


def offer_validator_key(path: Path, *, slug: str, power: int = POWER, name: str = "") -> tuple[str, dict[str, Json]]:
    """Make a further validator key for the node in a folder; returns its name and the change that governors vote on.

    With a name it is that key, which is there. The node goes on with its present one until the setting
    `ledger.validator_key` names another.
    """
    settings, home = read_settings(path), Home(path)
    keys = KeyStore.open(home.keys, read_secret(settings))
    operator = next((member.did for member in settings.member if member.slug == slug), None)
    if operator is None:
        raise UnknownTenant(got=slug, expected=", ".join(member.slug for member in settings.member))
    if name and not VALIDATOR_NAME.match(name):
        raise KeyUnknown(got=name, expected="a validator's key, such as validator-2")  # no other key ever votes
    name, key = (name, keys.signing_key(name)) if name else next_validator_key(keys)
    return name, {"type": "validator", **validator_entry(operator, key, power=power)}
