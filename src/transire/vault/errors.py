"""What this room refuses. The codes of a refused delivery stand in `document.refused/1`.

    TransireError
    └── VaultError
        ├── DocumentUnknown            vault.document-unknown
        ├── DocumentErased             vault.document-erased
        ├── GrantEnded                 vault.grant-ended
        ├── GrantUnknown               vault.grant-unknown
        ├── PartsImpossible            vault.parts-impossible
        ├── DocumentTooLarge           vault.document-too-large
        ├── PreviousUnknown            vault.previous-unknown
        ├── VersionContradicted        vault.version-contradicted
        └── DeliveryRefused
            ├── EnvelopeMalformed      vault.envelope-malformed
            │   └── EnvelopeTooLarge   vault.envelope-too-large
            ├── EnvelopeMisdirected    vault.envelope-misdirected
            ├── SenderSilent           vault.sender-silent
            ├── ActionNotAccepted      vault.action-not-accepted        not yet: the node asks again later
            ├── PrecedingMissing       vault.preceding-missing          not yet: the node asks again later
            ├── ActionUnfit            vault.action-unfit
            ├── DocumentNotIssued      vault.document-not-issued
            ├── DocumentDiffers        vault.document-differs
            ├── CiphertextDiffers      vault.ciphertext-differs
            ├── KeyNotOurs             vault.key-not-ours
            ├── SealUnopened           vault.seal-unopened
            ├── GrantUnfit             vault.grant-unfit
            ├── PackageMalformed       vault.package-malformed
            ├── CommitmentDiffers      vault.commitment-differs
            ├── CredentialUnfit        vault.credential-unfit
            └── IssuerDiffers          vault.issuer-differs

What another room refuses about a delivery (a credential's signature, a kind, a path) keeps its own code.
"""

from __future__ import annotations

from typing import ClassVar

from transire.errors import TransireError


class VaultError(TransireError):
    code = "vault.refused"
    sentence = "The vault refused this."
    fix = "See the details."


class DocumentUnknown(VaultError):
    code = "vault.document-unknown"
    sentence = "This member does not hold the document."
    fix = "Check the number, or ask whoever issued it to share it."
    status = 404


class DocumentErased(VaultError):
    code = "vault.document-erased"
    sentence = "The document was erased here; its key is destroyed."
    fix = "Ask its issuer for another copy if you are still entitled to it."
    status = 410


class GrantEnded(VaultError):
    code = "vault.grant-ended"
    sentence = "The right to read this document has ended; its key was destroyed here."
    fix = "Ask whoever gave it for a new grant, if there still is a reason to read it."
    status = 410


class PartsImpossible(VaultError):
    code = "vault.parts-impossible"
    sentence = "Single parts of this version cannot be given."
    fix = "Only its issuer gives parts, of a version that was issued in that form; issue a new version, or give all."
    status = 409


class GrantUnknown(VaultError):
    code = "vault.grant-unknown"
    sentence = "This member knows no such grant, or did not give it."
    fix = "Look at the document's page: it lists the grants and who gave them."
    status = 404


class DocumentTooLarge(VaultError):
    code = "vault.document-too-large"
    sentence = "The document is too large."
    fix = "Split it, or send the attachment in a smaller form."
    status = 413


class PreviousUnknown(VaultError):
    code = "vault.previous-unknown"
    sentence = "The version that this one is to follow is not a version of this member's own document."
    fix = "Name the commitment of the last version of the document."
    status = 404


class VersionContradicted(VaultError):
    code = "vault.version-contradicted"
    sentence = "The issuer has stated two different contents for one version of a document."
    fix = "Ask the issuer which one it stands by; both statements can be proven against it."
    status = 409


class DeliveryRefused(VaultError):
    code = "vault.delivery-refused"
    sentence = "The delivery was refused."
    fix = "See the details."
    status = 422
    transient: ClassVar[bool] = False
    """Whether the same envelope may be taken later, when this node has caught up."""


class EnvelopeMalformed(DeliveryRefused):
    code = "vault.envelope-malformed"
    sentence = "What arrived is not an envelope."
    fix = "Update the sender's node, then let it deliver again."
    status = 400


class EnvelopeTooLarge(EnvelopeMalformed):
    code = "vault.envelope-too-large"
    sentence = "The envelope holds more than is accepted in one delivery."
    fix = "Send fewer documents at a time."
    status = 413


class EnvelopeMisdirected(DeliveryRefused):
    code = "vault.envelope-misdirected"
    sentence = "The envelope is for another member."
    fix = "Deliver it to the node of the member it names."


class SenderSilent(DeliveryRefused):
    code = "vault.sender-silent"
    sentence = "The sender delivers nothing that it has stated itself."
    fix = "Whoever shares a document states so; that statement comes first in the envelope."


class ActionNotAccepted(DeliveryRefused):
    code = "vault.action-not-accepted"
    sentence = "The ledger, as this node knows it, has not accepted the statement yet."
    fix = "Deliver again later; if it stays so, the statement was never anchored."
    status = 409
    transient = True


class PrecedingMissing(DeliveryRefused):
    code = "vault.preceding-missing"
    sentence = "A statement that must come before this one has not arrived here."
    fix = "Deliver the earlier statement first, then this one again."
    status = 409
    transient = True


class ActionUnfit(DeliveryRefused):
    code = "vault.action-unfit"
    sentence = "The ledger action that comes with the statement does not witness it."
    fix = "Refuse it: the sender's node delivers the action that anchored the statement's pool."


class DocumentNotIssued(DeliveryRefused):
    code = "vault.document-not-issued"
    sentence = "A document arrived without its issuer's statement that it was issued."
    fix = "Let the sender deliver it together with that statement."


class DocumentDiffers(DeliveryRefused):
    code = "vault.document-differs"
    sentence = "The document's particulars are not those that its issuer stated."
    fix = "Ask the issuer to deliver the document again."


class CiphertextDiffers(DeliveryRefused):
    code = "vault.ciphertext-differs"
    sentence = "The sealed document is not the one whose digest its issuer stated."
    fix = "It was altered on the way: let the sender deliver it again."


class KeyNotOurs(DeliveryRefused):
    code = "vault.key-not-ours"
    sentence = "The document is sealed for a key that this member does not hold."
    fix = "The sender used an old key: let it read this member's record and deliver again."


class SealUnopened(DeliveryRefused):
    code = "vault.seal-unopened"
    sentence = "The sealed document cannot be opened with the key that came with it."
    fix = "Key, purpose, expiry or content was altered: let the sender deliver it again."


class GrantUnfit(DeliveryRefused):
    code = "vault.grant-unfit"
    sentence = "The right to read is not one that whoever gave it could give."
    fix = "It comes from the issuer, or rests on a live grant that may be passed on: same purpose, no longer, no wider."


class PackageMalformed(DeliveryRefused):
    code = "vault.package-malformed"
    sentence = "The opened document is not packed as it should be."
    fix = "Update the issuer's node, then let it issue the document again."


class CommitmentDiffers(DeliveryRefused):
    code = "vault.commitment-differs"
    sentence = "The document is not the one that its issuer committed to on the ledger."
    fix = "Tell the issuer; its statement proves what it committed to."


class CredentialUnfit(DeliveryRefused):
    code = "vault.credential-unfit"
    sentence = "The document is not a credential of the type that its issuer stated."
    fix = "Ask the issuer to issue it again in the form that the type demands."


class IssuerDiffers(DeliveryRefused):
    code = "vault.issuer-differs"
    sentence = "The credential was signed by another member than the one who stated it."
    fix = "Only the credential's own issuer can state that it was issued."
