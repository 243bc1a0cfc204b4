"""How the ledger refuses.

    TransireError
    └── LedgerError
        ├── StatementMalformed          bytes that are no statement
        ├── StatementForeign            a statement whose `by` is not the pool's
        ├── PoolMismatch                an opening or a path that does not lead to the pool on the ledger
        ├── KindUnknown, KindRefused    a statement that its kind does not allow (nodes only, never the machine)
        ├── GenesisInvalid              a genesis that cannot begin a network
        ├── StateDamaged                a row that is not what the roots say
        ├── RulesUnknown                the network voted for rules that this program does not have
        ├── Inadmissible                left out by the proposer; makes a proposal invalid; consumes nothing
        │   ├── ActionMalformed, ActionTooLarge, ActionForAnotherNetwork
        │   ├── ActionExpired, ActionTooEarly, ActionSeen, TooManyActions
        │   └── SignerUnknown, SignatureWrong
        └── Refused                     stands in a block with its code; changes nothing but the consumed id
            └── one class for each rule, in the module of the rule

An `Inadmissible` action can become admissible later or elsewhere; a `Refused` one is used up.
"""

from __future__ import annotations

from transire.errors import TransireError


class LedgerError(TransireError):
    """The base of everything that the ledger refuses."""

    code = "ledger.refused"
    sentence = "The ledger refused this."
    fix = "See the details."
    status = 422


class StatementMalformed(LedgerError):
    code = "ledger.statement-malformed"
    sentence = "This is not a statement in the ledger's form."
    fix = "Build statements with transire and pass their bytes on unchanged."


class StatementForeign(LedgerError):
    code = "ledger.statement-foreign"
    sentence = "The statement was made in the name of another member than the one who anchored it."
    fix = "Refuse it: only a member's own pool can carry its statements."


class PoolMismatch(LedgerError):
    code = "ledger.pool-mismatch"
    sentence = "The statement does not belong to the pool that stands on the ledger."
    fix = "Ask the sender for the statement, its path and its opening again."


class KindUnknown(LedgerError):
    code = "ledger.kind-unknown"
    sentence = "This node does not know this kind of statement."
    fix = "Install the procedure that defines it, or a newer version of Transire."


class KindRefused(LedgerError):
    code = "ledger.kind-refused"
    sentence = "The statement does not keep the rules of its kind."
    fix = "Ask the member who made it to state it anew, correctly."


class GenesisInvalid(LedgerError):
    code = "ledger.genesis-invalid"
    sentence = "No network can begin with this genesis."
    fix = "Correct the field that is named and create the network again."


class StateDamaged(LedgerError):
    code = "ledger.state-damaged"
    sentence = "A row of the ledger's replica is not what its roots say."
    fix = "Stop the node, find out who changed its files, and restore the replica from its blocks or from a partner."
    status = 500


class RulesUnknown(LedgerError):
    code = "ledger.rules-unknown"
    sentence = "The network has moved to rules that this version of Transire does not know."
    fix = "Install the version that the governors agreed on and start the node again."
    status = 503


class Inadmissible(LedgerError):
    """The base of what keeps an action out of every block (LEDGER.md 4, validity)."""

    code = "ledger.inadmissible"
    sentence = "The action cannot enter a block."


class ActionMalformed(Inadmissible):
    code = "ledger.action-malformed"
    sentence = "This is not an action in the ledger's form."
    fix = "Build actions with transire and submit their bytes unchanged."
    status = 400


class ActionTooLarge(Inadmissible):
    code = "ledger.action-too-large"
    sentence = "The action is larger than the ledger takes."
    fix = "Keep documents off the ledger: an action carries commitments only."
    status = 413


class ActionForAnotherNetwork(Inadmissible):
    code = "ledger.other-network"
    sentence = "The action was signed for another network."
    fix = "Sign it anew for this network."


class ActionExpired(Inadmissible):
    code = "ledger.action-expired"
    sentence = "The action's time has passed."
    fix = "Check that it is not on the ledger already, then sign a new one."


class ActionTooEarly(Inadmissible):
    code = "ledger.action-too-early"
    sentence = "The action expires too far ahead."
    fix = "Sign actions to expire within 15 minutes (governance: 24 hours) and check the clock of the machine."


class ActionSeen(Inadmissible):
    code = "ledger.action-seen"
    sentence = "The ledger has had this action already."
    fix = "Look up its outcome; to do the same thing again, sign a new action."
    status = 409


class TooManyActions(Inadmissible):
    code = "ledger.too-many-actions"
    sentence = "The signer has used its share of this block."
    fix = "Wait for the next block; put many statements into one pool."
    status = 429


class SignerUnknown(Inadmissible):
    code = "ledger.signer-unknown"
    sentence = "No active member signs actions of this kind with this key."
    fix = "Check the member's status and keys on the ledger; a key has one purpose only."
    status = 403


class SignatureWrong(Inadmissible):
    code = "ledger.signature-wrong"
    sentence = "The signature is not of this action by this key."
    fix = "Refuse the action and ask the member whether it made it."
    status = 403


class Refused(LedgerError):
    """The base of what a rule answers to an action that was in order but is not allowed."""

    code = "ledger.not-allowed"
    sentence = "The ledger's rules do not allow this action."
    status = 409
