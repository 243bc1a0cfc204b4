"""What this room refuses.

TransireError
└── CredentialRefused
    ├── CredentialMalformed              credentials.malformed
    │   ├── ContextOrder                 credentials.context-order
    │   ├── ContextMalformed             credentials.context-malformed
    │   ├── ContextNotPinned             credentials.context-not-pinned
    │   ├── TermRedefined                credentials.protected-term-redefined
    │   ├── TermNotMapped                credentials.term-not-mapped
    │   ├── DataLoss                     credentials.data-loss
    │   ├── GraphTooComplex              credentials.graph-too-complex
    │   ├── PointerUnmatched             credentials.pointer-unmatched
    │   ├── TypeMissing                  credentials.type-missing
    │   ├── TypeNotMapped                credentials.type-not-mapped
    │   ├── IdNotUrl                     credentials.id-not-url
    │   ├── SubjectEmpty                 credentials.subject-empty
    │   ├── DateMalformed                credentials.date-malformed
    │   ├── ValidityReversed             credentials.validity-reversed
    │   └── RelatedResourceRefused       credentials.related-resource
    ├── ProofRefused                     credentials.proof
    │   ├── ProofMissing                 credentials.proof-missing
    │   ├── ProofMalformed               credentials.proof-malformed
    │   │   └── ProofForHolder           credentials.proof-for-holder
    │   ├── ProofUnsupported             credentials.proof-unsupported
    │   ├── ProofContextDiffers          credentials.proof-context-differs
    │   ├── ProofPurposeDiffers          credentials.proof-purpose
    │   ├── ProofExpired                 credentials.proof-expired
    │   ├── ProofChainBroken             credentials.proof-chain-broken
    │   ├── ProofAudienceDiffers         credentials.proof-audience
    │   ├── ProofInvalid                 credentials.proof-invalid
    │   ├── ProofKeyUnfit                credentials.proof-key-unfit
    │   ├── JwsMalformed                 credentials.jws-malformed
    │   ├── EnvelopeMalformed            credentials.envelope-malformed
    │   ├── DisclosureRefused            credentials.disclosure
    │   └── NothingDisclosed             credentials.nothing-disclosed
    ├── KeyUnresolved                    credentials.key-unresolved
    │   └── DidUnresolved                credentials.did-unresolved
    ├── WebRefused                       credentials.web-refused
    ├── JweRefused                       credentials.jwe-refused
    │   ├── JweMalformed                 credentials.jwe-malformed
    │   ├── JweRecipientUnfit            credentials.jwe-recipient-unfit
    │   └── JweUnopened                  credentials.jwe-unopened
    ├── IssuerNotKeyHolder               credentials.issuer-not-key-holder
    ├── NotYetValid                      credentials.not-yet-valid
    ├── Expired                          credentials.expired
    └── StatusRefused                    credentials.status
        ├── StatusListMalformed          credentials.status-list-malformed
        │   └── StatusListTooShort       credentials.status-list-too-short
        ├── StatusListUnproved           credentials.status-list-unproved
        ├── StatusNotCovered             credentials.status-not-covered
        │   └── StatusOutOfRange         credentials.status-out-of-range
        ├── StatusSet                    credentials.status-set
        ├── StatusNotRetrieved           credentials.status-not-retrieved
        │   └── StatusNotFetched         credentials.status-not-fetched
        └── StatusDisagrees              credentials.status-disagrees
"""

from __future__ import annotations

from transire.errors import TransireError


class CredentialRefused(TransireError):
    code = "credentials.refused"
    sentence = "The credential was refused."
    fix = "See the details."


class CredentialMalformed(CredentialRefused):
    code = "credentials.malformed"
    sentence = "The credential does not have the form that the W3C data model 2.0 demands."
    fix = "Ask the issuer for a corrected credential; it was not issued by conforming software."


class ContextOrder(CredentialMalformed):
    code = "credentials.context-order"
    sentence = "The first context of the credential is not that of the W3C data model 2.0."
    fix = "Put https://www.w3.org/ns/credentials/v2 first in @context and issue the credential again."


class ContextMalformed(CredentialMalformed):
    code = "credentials.context-malformed"
    sentence = "A context of the credential cannot be read."
    fix = "Use the URLs of known contexts, or an object of plain term definitions."


class ContextNotPinned(CredentialMalformed):
    code = "credentials.context-not-pinned"
    sentence = "The credential uses a context whose content is not known here; contexts are never fetched."
    fix = "Use a pinned context, or ask the operator of the node whether this one should be added."


class TermRedefined(CredentialMalformed):
    code = "credentials.protected-term-redefined"
    sentence = "A context gives a protected word another meaning."
    fix = "Choose another word for the new meaning and issue the credential again."


class TermNotMapped(CredentialMalformed):
    code = "credentials.term-not-mapped"
    sentence = "The credential uses a word that none of its contexts defines, so that nobody can say what it means."
    fix = "Remove the member, correct its spelling, or name the context that defines it."


class DataLoss(CredentialMalformed):
    code = "credentials.data-loss"
    sentence = "A part of the credential would be lost when it is read as RDF, which this signature covers."
    fix = "Write that part in another form, or use a proof over JSON such as eddsa-jcs-2022."


class GraphTooComplex(CredentialMalformed):
    code = "credentials.graph-too-complex"
    sentence = "The credential is built so that bringing it into canonical form would take too long."
    fix = "Give its parts identifiers, or use a proof over JSON such as eddsa-jcs-2022."


class PointerUnmatched(CredentialMalformed):
    code = "credentials.pointer-unmatched"
    sentence = "A pointer names a part that the credential does not have."
    fix = "Write it as in /credentialSubject/goods/0, with the names and numbers of the credential itself."


class TypeMissing(CredentialMalformed):
    code = "credentials.type-missing"
    sentence = "A part of the credential does not say of what type it is."
    fix = "Add the member `type` and issue the credential again."


class TypeNotMapped(CredentialMalformed):
    code = "credentials.type-not-mapped"
    sentence = "The credential names a type that none of its contexts maps to a URL."
    fix = "Correct the type, or name the context that defines it."


class IdNotUrl(CredentialMalformed):
    code = "credentials.id-not-url"
    sentence = "An identifier in the credential is not one absolute URL."
    fix = "Use one URL, for example a did: or urn:uuid: one."


class SubjectEmpty(CredentialMalformed):
    code = "credentials.subject-empty"
    sentence = "The credential says nothing about its subject."
    fix = "Fill credentialSubject with at least one claim."


class DateMalformed(CredentialMalformed):
    code = "credentials.date-malformed"
    sentence = "A date in the credential is not a date and time with a time zone."
    fix = "Write it as in 2026-11-22T10:15:00Z."


class ValidityReversed(CredentialMalformed):
    code = "credentials.validity-reversed"
    sentence = "The credential ends before it begins."
    fix = "Correct validFrom or validUntil and issue the credential again."


class RelatedResourceRefused(CredentialMalformed):
    code = "credentials.related-resource"
    sentence = "A related resource of the credential is not named once with its right digest."
    fix = "Give each resource one entry with id and digestMultibase or digestSRI of the file as published."


class ProofRefused(CredentialRefused):
    code = "credentials.proof"
    sentence = "The proof of the credential was refused."
    fix = "Ask the issuer for the credential as it was signed."


class ProofMissing(ProofRefused):
    code = "credentials.proof-missing"
    sentence = "The credential bears no proof, so that anybody could have written it."
    fix = "Ask the issuer for the signed credential."


class ProofMalformed(ProofRefused):
    code = "credentials.proof-malformed"
    sentence = "The proof of the credential does not have the form of a Data Integrity proof."
    fix = "Ask the issuer for the credential as it was signed."


class ProofForHolder(ProofMalformed):
    code = "credentials.proof-for-holder"
    sentence = "This credential is for its holder, who makes from it what others are shown."
    fix = "Ask the holder for the parts that you need: transire credential present FILE --show POINTER."


class ProofUnsupported(ProofRefused):
    code = "credentials.proof-unsupported"
    sentence = "The credential is signed in a way that is not verified here."
    fix = "Ask the issuer for a DataIntegrityProof by a suite of the page on credentials, such as eddsa-jcs-2022."


class ProofContextDiffers(ProofRefused):
    code = "credentials.proof-context-differs"
    sentence = "The proof was made under other contexts than the credential now names."
    fix = "Contexts were changed after signing: ask the issuer for the credential as it was signed."


class ProofPurposeDiffers(ProofRefused):
    code = "credentials.proof-purpose"
    sentence = "The proof was made for another purpose."
    fix = "A credential is signed for assertionMethod, a presentation for authentication."


class ProofExpired(ProofRefused):
    code = "credentials.proof-expired"
    sentence = "The proof has expired."
    fix = "Ask the signer for a fresh proof."


class ProofChainBroken(ProofRefused):
    code = "credentials.proof-chain-broken"
    sentence = "A proof rests on an earlier proof that is not there."
    fix = "Ask for the credential with all of its proofs."


class ProofAudienceDiffers(ProofRefused):
    code = "credentials.proof-audience"
    sentence = "The proof was made for another domain or challenge."
    fix = "Ask the holder to present again to this address with the challenge given."


class ProofInvalid(ProofRefused):
    code = "credentials.proof-invalid"
    sentence = "The signature does not match the credential and the key."
    fix = "The credential was altered, or another key signed it: ask the issuer for the original."


class ProofKeyUnfit(ProofRefused):
    code = "credentials.proof-key-unfit"
    sentence = "The proof names a way of signing and a key that do not go together."
    fix = "Ask the issuer for a proof by a key of the kind that its cryptosuite or algorithm demands."


class JwsMalformed(ProofRefused):
    code = "credentials.jws-malformed"
    sentence = "The signed text does not have the form of a JSON Web Signature."
    fix = "Copy it whole: three parts, with full stops between them."


class EnvelopeMalformed(ProofRefused):
    code = "credentials.envelope-malformed"
    sentence = "The envelope around the credential is not as the standard demands."
    fix = "Ask the issuer for the credential as application/vc+jwt, by a key that it names in kid."


class DisclosureRefused(ProofRefused):
    code = "credentials.disclosure"
    sentence = "What is disclosed does not belong to what the issuer signed."
    fix = "Ask the holder to present again what it received, without changing it."


class NothingDisclosed(ProofRefused):
    code = "credentials.nothing-disclosed"
    sentence = "Nothing was chosen to be shown."
    fix = "Name at least one part of the credential, such as /credentialSubject/goods."


class KeyUnresolved(CredentialRefused):
    code = "credentials.key-unresolved"
    sentence = "The key that the proof names is not a credential key of its owner."
    fix = "Check the member's keys on the network page; a key counts from its entry to its distrust."


class DidUnresolved(KeyUnresolved):
    code = "credentials.did-unresolved"
    sentence = "The DID document of the signer cannot be had from its host, or is not fit to be used."
    fix = "Ask the signer to serve it over https, or get it by another way that you trust and give it as a file."


class WebRefused(CredentialRefused):
    code = "credentials.web-refused"
    sentence = "The document could not be fetched from its host."
    fix = "Ask its owner to serve it over https at a public address, without a redirect, in the media type it has."


class JweRefused(CredentialRefused):
    code = "credentials.jwe-refused"
    sentence = "The sealed text was refused."
    fix = "See the details."


class JweMalformed(JweRefused):
    code = "credentials.jwe-malformed"
    sentence = "This is not a text that was sealed in a way that is opened here."
    fix = "Ask the sender for a JWE by ECDH-ES and AES-GCM, and copy it whole."


class JweRecipientUnfit(JweRefused):
    code = "credentials.jwe-recipient-unfit"
    sentence = "Nothing can be sealed for this recipient."
    fix = "Give a public key for X25519, P-256 or P-384: a JWK file, a did:key, or a DID document with keyAgreement."


class JweUnopened(JweRefused):
    code = "credentials.jwe-unopened"
    sentence = "The sealed text was not sealed for this key, or was altered."
    fix = "Use the private key whose public half the sender was given; if it is the right one, ask for the text again."


class IssuerNotKeyHolder(CredentialRefused):
    code = "credentials.issuer-not-key-holder"
    sentence = "The credential names one issuer and is signed with the key of another."
    fix = "Only the issuer's own credential key proves that the issuer said this."


class NotYetValid(CredentialRefused):
    code = "credentials.not-yet-valid"
    sentence = "The credential is not valid yet."
    fix = "Use it from its first day of validity."


class Expired(CredentialRefused):
    code = "credentials.expired"
    sentence = "The credential is no longer valid."
    fix = "Ask the issuer for a current one."


class StatusRefused(CredentialRefused):
    code = "credentials.status"
    sentence = "The status of the credential cannot be relied on."
    fix = "See the details."


class StatusListMalformed(StatusRefused):
    code = "credentials.status-list-malformed"
    sentence = "The issuer's status list cannot be read."
    fix = "Ask the issuer to publish the list again; the ledger's own record is not affected."


class StatusListTooShort(StatusListMalformed):
    code = "credentials.status-list-too-short"
    sentence = (
        "The issuer's status list is shorter than the standard allows, so that it hides no credential among others."
    )
    fix = "Ask the issuer for a list of at least 131,072 entries; the ledger's own record is not affected."


class StatusListUnproved(StatusRefused):
    code = "credentials.status-list-unproved"
    sentence = "The status list is not shown to be its issuer's, so that it says nothing."
    fix = "Get the list again from the address that the credential names, or ask the issuer whether it was withdrawn."


class StatusNotCovered(StatusRefused):
    code = "credentials.status-not-covered"
    sentence = "This status list says nothing about this credential."
    fix = "Use the list that the credential names, for the purpose that it names."


class StatusSet(StatusRefused):
    code = "credentials.status-set"
    sentence = "The issuer has withdrawn or suspended this credential."
    fix = "Ask the issuer for its successor."


class StatusNotRetrieved(StatusRefused):
    code = "credentials.status-not-retrieved"
    sentence = "The status list that the credential names is not at hand, and nothing is fetched here."
    fix = "Give the list beside the credential, or ask the issuer whether it was withdrawn."


class StatusNotFetched(StatusNotRetrieved):
    code = "credentials.status-not-fetched"
    sentence = "The status list that the credential names cannot be had from its host."
    fix = "Try again later, get the list by another way that you trust, or ask the issuer whether it was withdrawn."


class StatusOutOfRange(StatusNotCovered):
    code = "credentials.status-out-of-range"
    sentence = "The place that the credential has in the status list lies beyond its end."
    fix = "Ask the issuer for the whole list; the credential names a place that it should have."


class StatusDisagrees(StatusRefused):
    code = "credentials.status-disagrees"
    sentence = "The issuer's status list and the ledger disagree on what has ended."
    fix = "The ledger counts; tell the issuer that its list is wrong."
