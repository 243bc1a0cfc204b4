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
├── ExchangeKeyUntold      node.exchange-key-untold
├── LedgerSilent           node.ledger-silent
├── RecipientUnknown       node.recipient-unknown
├── HybridKeyMissing       node.hybrid-key-missing
├── RecipientUnreachable   node.recipient-unreachable
├── EndpointUnfit          node.endpoint-unfit
├── NoticeUntold           node.notice-untold
├── WebhookGone            node.webhook-gone
├── WebhooksOff            node.webhooks-off
├── AnswerUnfit            node.answer-unfit
├── DeliveryMalformed      node.delivery-malformed
├── BringerUnknown         node.bringer-unknown
├── BringerDiffers         node.bringer-differs
├── NetworkDiffers         node.network-differs
├── ReceptionFailed        node.reception-failed
├── CheckpointUnknown      node.checkpoint-unknown
├── WitnessUnknown         node.witness-unknown
├── BackupInvalid          node.backup-invalid
├── BackupExists           node.backup-exists
├── BackupFailed           node.backup-failed
└── AddressUnusable        node.address-unusable
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


class ExchangeKeyUntold(TransireError):
    code = "node.exchange-key-untold"
    sentence = "This member has no key for readers outside of the network, since its identifier tells of no other keys."
    fix = "A did:key is its one key for ever. Give the member a did:web when it is enrolled."
    status = 409


class LedgerSilent(TransireError):
    code = "node.ledger-silent"
    sentence = "The ledger has not answered in time; the action may still be accepted until it expires."
    fix = "Look whether it took effect before you repeat it. A network needs more than two thirds of its validators."
    status = 503


class RecipientUnknown(TransireError):
    code = "node.recipient-unknown"
    sentence = "The recipient is no member of this network, so nothing can be delivered to it."
    fix = "Check the recipient's identifier on the network page, or ask a registrar to enrol it."


class HybridKeyMissing(TransireError):
    code = "node.hybrid-key-missing"
    sentence = "The recipient has published no key that withstands quantum computers, and the settings demand one."
    fix = "Let its operator run transire node hybrid-key, or set delivery.post_quantum to offer. Until then it waits."


class RecipientUnreachable(TransireError):
    code = "node.recipient-unreachable"
    sentence = "The recipient's node cannot be reached now."
    fix = "Nothing is lost: the envelope stays in the outbox and is tried again."
    status = 503


class NoticeUntold(TransireError):
    """A mail server or a receiver that could not be reached, or took nothing."""

    code = "node.notice-untold"
    sentence = "A notice could not be handed over."
    fix = "Nothing is lost: the item waits in the inbox, and the notice is tried again some times."
    status = 503


class WebhookGone(TransireError):
    """A receiver that answered that it is gone (status 410)."""

    code = "node.webhook-gone"
    sentence = "The program that was told says that it is gone."
    fix = "Name its new address, if it has one."
    status = 410


class WebhooksOff(TransireError):
    code = "node.webhooks-off"
    sentence = "This node tells no programs: its settings do not let it."
    fix = "Ask whoever runs the node for the setting webhooks.enabled."
    status = 409


class EndpointUnfit(TransireError):
    code = "node.endpoint-unfit"
    sentence = "Nothing is delivered to the address that the recipient's record on the ledger names."
    fix = "The recipient enters the address of its node; a private one needs the setting delivery.private_addresses."
    status = 503


class AnswerUnfit(TransireError):
    code = "node.answer-unfit"
    sentence = "What the recipient's node answered is no answer to this delivery."
    fix = "Nothing is lost: the envelope is tried again. Ask whoever runs that node to look into its log."
    status = 503


class DeliveryMalformed(TransireError):
    code = "node.delivery-malformed"
    sentence = "The delivery is not a run of envelopes, one a line."
    fix = "Send what spec/delivery.md describes; one request holds at most 32 envelopes."


class BringerUnknown(TransireError):
    code = "node.bringer-unknown"
    sentence = "The message is signed by no active member of this network with a transport key in force."
    fix = "Sign with the transport key that stands in the member's record; one that was entered just now needs a block."
    status = 401


class BringerDiffers(TransireError):
    code = "node.bringer-differs"
    sentence = "The envelope bears the name of another member than the one that brought it."
    fix = "Each member's node brings that member's own envelopes, under its own transport key."
    status = 403


class NetworkDiffers(TransireError):
    code = "node.network-differs"
    sentence = "The delivery is of another network than this node's."
    fix = "Compare the networks' fingerprints: the sender's node, or the address in the member's record, is wrong."
    status = 421


class ReceptionFailed(TransireError):
    code = "node.reception-failed"
    sentence = "The recipient's node could not take the envelope in, through no fault of the sender."
    fix = "Nothing is lost: the envelope is brought again. Look into the log of the recipient's node."
    status = 503


class CheckpointUnknown(TransireError):
    code = "node.checkpoint-unknown"
    sentence = "This is no checkpoint of this node's log."
    fix = "Ask the node for its checkpoint again. If it was this network's, somebody shows two logs: keep both."
    status = 409


class WitnessUnknown(TransireError):
    code = "node.witness-unknown"
    sentence = "No countersignature on the checkpoint is by a witness whom this node knows."
    fix = "Give the node's operator your verifier key: it is entered in the setting `witnesses`."
    status = 403


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


class AddressUnusable(TransireError):
    code = "node.address-unusable"
    sentence = "The node cannot listen at its address."
    fix = "Stop what listens there, or choose another port: the setting `port` of a node, --port of the demo."


class OfferInvalid(TransireError):
    code = "node.offer-invalid"
    sentence = "This is not the offer of an organisation that wants to be in a network."
    fix = "Ask it for the file that `transire ledger offer` wrote."
