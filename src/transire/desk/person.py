"""Who acts for a member: the person as every service receives it, and the roles. Pure, cheap to import."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Role(StrEnum):
    """What a person is to the member (DESIGN 3); a person may have several."""

    ADMINISTRATOR = "administrator"
    PREPARER = "preparer"
    SIGNING_OFFICIAL = "signing_official"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    COMPLIANCE_OFFICER = "compliance_officer"


class Person(msgspec.Struct, frozen=True):
    """A signed-in person. It holds no secret, so that it may be passed around, compared and logged by its id.

    `scopes` narrows what an API token may do for the person; None means a person at the portal or the command line.

    >>> Person("p1", "Export clerk", frozenset({"preparer"}), "es").has_role(Role.PREPARER)
    True
    """

    id: str
    name: str
    roles: frozenset[str]
    language: str = "en"
    scopes: frozenset[str] | None = None

    def has_role(self, role: str) -> bool:
        """Whether the person has this role."""
        return role in self.roles
