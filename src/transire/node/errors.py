"""What a node refuses.

TransireError
├── SettingsInvalid        node.settings-invalid
├── SettingsMissing        node.settings-missing
├── HomeExists             node.home-exists
├── SecretMissing          node.secret-missing
├── ProductionRefused      node.production-refused
├── UnknownTenant          node.unknown-tenant
├── NotSettled             node.not-settled
├── StatementNotAccepted   node.statement-not-accepted
├── StatementAltered       node.statement-altered
├── EvidenceMissing        node.evidence-missing
├── WitnessRefused         node.witness-refused
├── RecipientUnknown       node.recipient-unknown
├── RecipientUnreachable   node.recipient-unreachable
├── ReceptionFailed        node.reception-failed
├── BackupInvalid          node.backup-invalid
├── BackupExists           node.backup-exists
└── BackupFailed           node.backup-failed
"""

from __future__ import annotations

from transire.errors import TransireError


class SettingsInvalid(TransireError):
    code = "node.settings-invalid"
    sentence = "The settings of this node cannot be used."
    fix = "Correct the named setting in transire.toml or in the environment; `transire config show` prints them all."


class SettingsMissing(TransireError):
    code = "node.settings-missing"
    sentence = "There is no node in this folder."
    fix = "Run `transire node init` first, or name the folder with --home."


class HomeExists(TransireError):
    code = "node.home-exists"
    sentence = "This folder already holds a node, and a ledger is never made over an existing one."
    fix = "Choose an empty folder, or start the node that is there with `transire node run`."


class SecretMissing(TransireError):
    code = "node.secret-missing"
    sentence = "The secret that unlocks this node's keys was not found."
    fix = "Name its file with the setting `secret_file` or the variable TRANSIRE_SECRET_FILE."


class ProductionRefused(TransireError):
    code = "node.production-refused"
    sentence = "A part that is for demonstration and development only does not start under the production profile."
    fix = "Set the profile to `development`, or configure the real part that the message names."


class UnknownTenant(TransireError):
    code = "node.unknown-tenant"
    sentence = "This node hosts no member of that name."
    fix = "`transire node members` lists the hosted members."
    status = 404


class NotSettled(TransireError):
    code = "node.not-settled"
    sentence = "Statements or deliveries are still under way."
    fix = "Wait and look at the outbox; nothing is lost, the node goes on trying."
    status = 503


class StatementNotAccepted(TransireError):
    code = "node.statement-not-accepted"
    sentence = "The ledger has not accepted this statement yet, so there is no receipt for it."
    fix = "Ask again in a moment."
    status = 409


class StatementAltered(TransireError):
    code = "node.statement-altered"
    sentence = "A statement in the journal is not the one that was anchored."
    fix = "Restore the last backup; a partner that received the statement holds it too."
    status = 500


class EvidenceMissing(TransireError):
    code = "node.evidence-missing"
    sentence = "A statement that is to go along as evidence is not held here, so that nothing could be delivered."
    fix = "Name only statements that this member has made or received."
    status = 409


class WitnessRefused(TransireError):
    code = "node.witness-refused"
    sentence = "The ledger refused this member's action."
    fix = "The code says why; a suspended member or a rotated key is mended by the member's registrar."
    status = 502


class RecipientUnknown(TransireError):
    code = "node.recipient-unknown"
    sentence = "The recipient is no member of this network, so nothing can be delivered to it."
    fix = "Check the recipient's identifier on the network page, or ask a registrar to enrol it."


class RecipientUnreachable(TransireError):
    code = "node.recipient-unreachable"
    sentence = "The recipient's node cannot be reached now."
    fix = "Nothing is lost: the envelope stays in the outbox and is tried again."
    status = 503


class ReceptionFailed(TransireError):
    code = "node.reception-failed"
    sentence = "The recipient's node could not take the envelope in, through no fault of the sender."
    fix = "Nothing is lost: the envelope is brought again. Look into the log of the recipient's node."
    status = 503


class BackupInvalid(TransireError):
    code = "node.backup-invalid"
    sentence = "This is not a usable backup of a node."
    fix = "Take another copy; `transire backup check` says of each whether it is whole."


class BackupExists(TransireError):
    code = "node.backup-exists"
    sentence = "There is a file of this name already, and a backup never replaces another one."
    fix = "Choose another name, for instance with the day in it."
    status = 409


class BackupFailed(TransireError):
    code = "node.backup-failed"
    sentence = "The backup could not be written or read; nothing half-done was left behind."
    fix = "Look at the named place: its folder must exist and have room for a second copy of the node."
    status = 500


class OfferInvalid(TransireError):
    code = "node.offer-invalid"
    sentence = "This is not the offer of an organisation that wants to be in a network."
    fix = "Ask it for the file that `transire ledger offer` wrote."
