"""What powers of attorney refuse.

TransireError
├── PrincipalIncomplete     authority.principal-incomplete
├── AgentMissing            authority.agent-missing
├── AuthorityUnknown        authority.unknown
└── NotThePrincipal         authority.not-the-principal
"""

from __future__ import annotations

from transire.errors import TransireError


class PrincipalIncomplete(TransireError):
    code = "authority.principal-incomplete"
    sentence = "A power of attorney states who its principal is, and something of that is not written down yet."
    fix = "Complete the member's particulars: importer number, legal form and signing official."
    status = 409


class AgentMissing(TransireError):
    code = "authority.agent-missing"
    sentence = "The broker's name and address are not known here."
    fix = "Write them this once; a later power of attorney to the same broker takes them from this one."
    status = 422


class AuthorityUnknown(TransireError):
    code = "authority.unknown"
    sentence = "This member holds no such power of attorney."
    fix = "Look at the list of powers of attorney."
    status = 404


class NotThePrincipal(TransireError):
    code = "authority.not-the-principal"
    sentence = "Only the principal that granted a power of attorney can revoke it."
    fix = "Ask the principal; a broker that no longer wants to act tells it so."
    status = 403
