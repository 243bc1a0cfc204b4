"""How an engine refuses.

TransireError
└── EngineError
    ├── PoolFull            too much is waiting; submit again in a moment
    ├── EngineStopped       a fault stopped it: nothing acknowledged is lost, start it again when mended
    ├── ReplicaMissing      no ledger at this place
    ├── ReplicaExists       a ledger at this place already
    ├── ReplicaDiffers      replica and chain do not fit together
    ├── ReplicaDamaged      rows of a ledger that is to be continued are not what was signed
    ├── LedgerUnsettled     the last block is not proved, so no copy is taken
    └── NotOnLedger         an action, block or proof that is not there
"""

from __future__ import annotations

from transire.errors import TransireError


class EngineError(TransireError):
    """The base of everything that an engine refuses."""

    code = "engine.refused"
    sentence = "The ledger engine refused this."
    status = 503


class PoolFull(EngineError):
    code = "engine.pool-full"
    sentence = "Too many actions are waiting for a block."
    fix = "Wait a moment and submit again; the action was not taken."


class EngineStopped(EngineError):
    code = "engine.stopped"
    sentence = "The ledger engine stopped."
    fix = "Mend the cause (disk space, permissions) and start the node again; nothing acknowledged is lost."


class StorageFailed(EngineError):
    code = "engine.storage-failed"
    sentence = "The ledger's files cannot be read or written."
    fix = "Look at disk space, permissions and the disk itself, then start the node again."
    status = 500


class ReplicaInUse(EngineError):
    code = "engine.replica-in-use"
    sentence = "Another process is running this ledger."
    fix = "Stop the other node first: two with one validator key would sign against each other."
    status = 409


class ReplicaMissing(EngineError):
    code = "engine.replica-missing"
    sentence = "There is no ledger at this place."
    fix = "Correct the folder in the settings, or create the network first."
    status = 404


class ReplicaExists(EngineError):
    code = "engine.replica-exists"
    sentence = "There is a ledger at this place already."
    fix = "Open it, or choose an empty folder; a ledger is never overwritten."
    status = 409


class ReplicaDiffers(EngineError):
    code = "engine.replica-differs"
    sentence = "The replica of the ledger does not fit its chain of blocks."
    fix = "Run transire doctor --deep to see what differs, and restore the replica from its blocks or a partner."
    status = 500


class ReplicaDamaged(EngineError):
    code = "engine.replica-damaged"
    sentence = "This copy of a ledger is damaged, so no network can continue it."
    fix = "Restore another backup; what is named differs from what the validators signed."
    status = 500


class LedgerUnsettled(EngineError):
    code = "engine.ledger-unsettled"
    sentence = "The ledger's last block is not proved yet, so no copy of it was taken."
    fix = "Try again when the node is less busy; if it is not running, it crashed: start it once, then try again."


class DoubleSigning(EngineError):
    code = "engine.double-signing"
    sentence = "The validator was asked to sign a height that it has signed already."
    fix = "Never start two nodes with one validator key, nor an old copy of a node; see restore in the manual."
    status = 500


class NotOnLedger(EngineError):
    code = "engine.not-on-ledger"
    sentence = "The ledger has nothing of that name or height."
    fix = "Check the id; an action appears one block after it was submitted."
    status = 404
