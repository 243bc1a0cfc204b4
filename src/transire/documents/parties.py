"""Who and when: the parties, officials and periods that every trade document names."""

from __future__ import annotations

from datetime import date

import msgspec


class Address(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A postal address; the country is an ISO 3166-1 alpha-2 code."""

    street: str
    city: str
    country: str
    region: str | None = None
    postal_code: str | None = None


class Party(
    msgspec.Struct, frozen=True, kw_only=True, rename={"did": "id", "tax_number": "taxNumber"}, omit_defaults=True
):
    """An organisation; `did` where it is a member of the network."""

    name: str
    address: Address
    did: str | None = None
    phone: str | None = None
    email: str | None = None
    tax_number: str | None = None

    @property
    def country(self) -> str:
        return self.address.country


class SigningOfficial(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The responsible official or authorised agent who signs a document."""

    name: str
    title: str
    address: Address | None = None
    phone: str | None = None
    email: str | None = None


class Period(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from", "end": "until"}):
    """A period of days, both ends included."""

    start: date
    end: date

    def covers(self, day: date) -> bool:
        return self.start <= day <= self.end


def is_same_party(one: Party, other: Party) -> bool:
    """Whether two documents mean the same organisation: by DID where both give one, else by name and country.

    >>> here = Address(street="1 Quay", city="Laredo", country="US")
    >>> is_same_party(Party(name="Acme  Imports, Inc.", address=here), Party(name="ACME IMPORTS INC", address=here))
    True
    """
    if one.did is not None and other.did is not None:
        return one.did == other.did
    return _plain(one.name) == _plain(other.name) and one.country == other.country


def is_called(party: Party, name: str, did: str | None) -> bool:
    """Whether a document that gives a name, and perhaps a DID, means this organisation: by DID where both give one.

    >>> here = Address(street="1 Quay", city="Laredo", country="US")
    >>> is_called(Party(name="Acme  Imports, Inc.", address=here), "ACME IMPORTS INC", None)
    True
    """
    if party.did is not None and did is not None:
        return party.did == did
    return _plain(party.name) == _plain(name)


def _plain(name: str) -> str:
    """A name without case, punctuation and spacing, which documents of one firm write in different ways."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())
