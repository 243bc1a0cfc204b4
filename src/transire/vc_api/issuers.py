"""The issuers of one instance: a name, a key, and the way it signs; and the names by which a path finds each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from transire.credentials.resolve import verification_method_of
from transire.crypto.ecdsa import CURVES, EcdsaKey
from transire.crypto.keys import SigningKey
from transire.crypto.multikey import Signer, public_key_of, write_multikey
from transire.vc_api.errors import IssuerUnknown

ENVELOPE: Final = "vc+jwt"
SD_JWT: Final = "vc+sd-jwt"
DEFAULT: Final = "eddsa-jcs-2022"
STATUS: Final = "status"


@dataclass(frozen=True, slots=True)
class Plan:
    """What an issuer of this name does: how it signs, with which kind of key, whether it keeps a status list."""

    name: str
    way: str
    kind: str
    status: bool = False


# The first of a way is the one found by the way's own name.
PLANS: Final = (
    Plan("eddsa-jcs-2022", "eddsa-jcs-2022", "Ed25519"),
    Plan("eddsa-rdfc-2022", "eddsa-rdfc-2022", "Ed25519"),
    Plan("ecdsa-rdfc-2019", "ecdsa-rdfc-2019", "P-256"),
    Plan("ecdsa-rdfc-2019-p384", "ecdsa-rdfc-2019", "P-384"),
    Plan("ecdsa-jcs-2019", "ecdsa-jcs-2019", "P-256"),
    Plan("ecdsa-jcs-2019-p384", "ecdsa-jcs-2019", "P-384"),
    Plan("ecdsa-sd-2023", "ecdsa-sd-2023", "P-256"),
    Plan("vc-jwt-es256", ENVELOPE, "P-256"),
    Plan("vc-jwt-es384", ENVELOPE, "P-384"),
    Plan("vc-jwt-eddsa", ENVELOPE, "Ed25519"),
    Plan("sd-jwt", SD_JWT, "P-384"),
    Plan(STATUS, "eddsa-jcs-2022", "Ed25519", True),
)

# Other names for the same, as callers of other services know them; letters, digits and hyphens only.
_ALIASES: Final[Mapping[str, str]] = {
    "vc-jwt": "vc-jwt-es384",
    "jwt": "vc-jwt-es384",
    "jose": "vc-jwt-es384",
    "vc-jose-cose": "vc-jwt-es384",
    "enveloped": "vc-jwt-es384",
    "enveloping": "vc-jwt-es384",
    "envelopingproof": "vc-jwt-es384",
    "enveloping-proof": "vc-jwt-es384",
    "es384": "vc-jwt-es384",
    "es256": "vc-jwt-es256",
    "vc2-0": DEFAULT,
    "vc-sd-jwt": "sd-jwt",
    "dc-sd-jwt": "sd-jwt",
    "bitstring-status-list": STATUS,
    "bitstringstatuslist": STATUS,
}


@dataclass(frozen=True, slots=True)
class Issuer:
    """One issuer with its key."""

    plan: Plan
    key: Signer

    @property
    def did(self) -> str:
        """The did:key of its key."""
        return f"did:key:{write_multikey(public_key_of(self.key))}"

    def method(self, did: str | None = None) -> str:
        """The verification method of its key under its own or another DID."""
        return verification_method_of(did or self.did, self.key)


class Issuers:
    """The issuers of one instance, by name."""

    def __init__(self, keys: Mapping[str, Signer]) -> None:
        self._by_name = {plan.name: Issuer(plan, keys[plan.name]) for plan in PLANS}

    @classmethod
    def made(cls, make: Callable[[Plan], Signer]) -> Issuers:
        """Issuers whose keys are made or fetched one by one."""
        return cls({plan.name: make(plan) for plan in PLANS})

    def __iter__(self) -> Iterator[Issuer]:
        return iter(self._by_name.values())

    def named(self, name: str, kind: str | None = None) -> Issuer:
        """The issuer that a part of a path names, or an option names with a kind of key; the default for no name."""
        plain = name.lower().replace("+", "-").replace("_", "-").replace("/", "-").replace(".", "-") or DEFAULT
        plain = plain.removesuffix("-p-256").removesuffix("-p256").replace("-p-384", "-p384")
        if kind == "P-384" and f"{plain}-p384" in self._by_name:
            plain = f"{plain}-p384"
        found = self._by_name.get(_ALIASES.get(plain, plain))
        if found is None:
            raise IssuerUnknown(expected=", ".join(self._by_name), got=name[:60])
        return found


def new_key(plan: Plan) -> Signer:
    """A new key of the kind that a plan asks for."""
    return SigningKey.generate() if plan.kind not in CURVES else EcdsaKey.generate(CURVES[plan.kind])
