"""What an action would do if it stood in the next block: the rules themselves, on a sheet that is thrown away.

Nothing is signed and nothing reaches the ledger. Who asks learns beforehand, in the ledger's own words, what it would
refuse; what other actions change meanwhile nobody can know.
"""

from __future__ import annotations

from collections.abc import Callable

from transire.crypto.canonical import Json, canonical_bytes
from transire.crypto.digests import sha256
from transire.ledger.action import Action, read_terms
from transire.ledger.governance import rules_version
from transire.ledger.machine import RULES, ActionUnknownToRules, rules_unknown
from transire.ledger.rules import Context, Events
from transire.ledger.state import Changes, Committed, Since


def rehearse(
    state: Callable[[str], Json | None], action: str, body: dict[str, Json], *, by: str, height: int, time: int
) -> Events:
    """The events of an action by a member in a block of that height and time (whole seconds since 1970).

    `state` gives the present value of a key of the state. Raises what the rules would refuse (`Refused`), what is
    malformed (`ActionMalformed`), and `RulesUnknown` where this program does not have the rules of that height. Whether
    the member's key may sign it is not asked: no key is needed.
    """

    def load(key: bytes) -> bytes | None:
        value = state(key.decode())
        return None if value is None else canonical_bytes(value)

    view = Committed(load)
    version = rules_version(view, height)
    rules = RULES.get(version)
    if rules is None:
        raise rules_unknown(Since(height, version))
    terms = read_terms(action, dict(body))
    if action not in rules:
        raise ActionUnknownToRules(got=action)
    raw = canonical_bytes({"action": action, "body": body, "by": by})
    digest = sha256(raw)
    unsigned = Action(
        action=action,
        terms=terms,
        by=by,
        expires="",
        expires_at=time,
        key="",
        network="",
        nonce="",
        signature=b"",
        raw=raw,
        digest=digest,
        consumed_id=digest,
    )
    return rules[action](Context(Changes(view), unsigned, height, time))
