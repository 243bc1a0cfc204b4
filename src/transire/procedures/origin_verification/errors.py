"""What the verification of origin refuses.

TransireError
├── RequestUnknown            verification.request-unknown
├── QuestionUnknown           verification.question-unknown
├── NothingAsked              verification.nothing-asked
├── NotAskedHere              verification.not-asked-here
├── AttachmentUnknown         verification.attachment-unknown
├── DueDaysUnsuitable         verification.due-days
├── EntryNotHeld              verification.entry-not-held
├── LineUnknown               verification.line-unknown
├── LineWithoutClaim          verification.line-without-claim
├── CertifierNotKnown         verification.certifier-not-known
├── CertifierNotAsked         verification.certifier-not-asked
├── StepTooEarly              verification.step-too-early
├── AlreadyDecided            verification.already-decided
├── AlreadyAnswered           verification.already-answered
├── NotExtended               verification.not-extended
├── RefundTooLate             verification.refund-too-late
├── ClaimMadeAlready          verification.claim-made-already
├── CertificationDoesNotCover verification.certification-does-not-cover
├── ActionNotTaken            verification.action-not-taken
└── PdfUnavailable            verification.pdf-unavailable
"""

from __future__ import annotations

from transire.errors import TransireError


class RequestUnknown(TransireError):
    code = "verification.request-unknown"
    sentence = "This member knows of no such request."
    fix = "Look at the list of verifications."
    status = 404


class QuestionUnknown(TransireError):
    code = "verification.question-unknown"
    sentence = "The catalogue has no question of this code."
    fix = "Choose from the catalogue of questions, or ask in words."
    status = 422


class NothingAsked(TransireError):
    code = "verification.nothing-asked"
    sentence = "A request asks at least one question."
    fix = "Choose a question of the catalogue, or ask in words."
    status = 422


class NotAskedHere(TransireError):
    code = "verification.not-asked-here"
    sentence = "Customs has not put this request to this member."
    fix = "Whoever was asked answers it: importer or filer of the entry, or the certifier."
    status = 403


class AttachmentUnknown(TransireError):
    code = "verification.attachment-unknown"
    sentence = "This member does not hold a document that the answer is to carry."
    fix = "Choose documents from the member's own lists, or ask whoever holds it to share it."
    status = 404


class DueDaysUnsuitable(TransireError):
    code = "verification.due-days"
    sentence = "So many days to answer cannot be given."
    fix = "Give at least one day; thirty are usual (19 USC 1509; CBP Form 28)."
    status = 422


class EntryNotHeld(TransireError):
    code = "verification.entry-not-held"
    sentence = "This member holds no such entry summary."
    fix = "Look at the list of entries."
    status = 404


class LineUnknown(TransireError):
    code = "verification.line-unknown"
    sentence = "The entry has no line of this number."
    fix = "Use a line number that stands on the entry."
    status = 404


class LineWithoutClaim(TransireError):
    code = "verification.line-without-claim"
    sentence = "This line claims no preference, so that there is no claim to verify."
    fix = "Choose a line with a claim."
    status = 422


class CertifierNotKnown(TransireError):
    code = "verification.certifier-not-known"
    sentence = "The certification of this claim is not at hand, or its certifier is the importer itself."
    fix = "Ask the importer for it; it answers for its own certification."
    status = 409


class CertifierNotAsked(TransireError):
    code = "verification.certifier-not-asked"
    sentence = "The claim rests on the certification of an exporter or producer who was not asked yet."
    fix = "Ask the certifier and wait for the answer or the end of its time before denying (19 CFR 182.75(c)(1))."
    status = 409


class StepTooEarly(TransireError):
    code = "verification.step-too-early"
    sentence = "The verification is not as far as this step needs."
    fix = "Take the steps in the order of the law: ask, hear the certifier, propose, wait for the answer, decide."
    status = 409


class AlreadyDecided(TransireError):
    code = "verification.already-decided"
    sentence = "Customs has decided this claim already."
    fix = "A determination is contested by protest after liquidation (19 USC 1514)."
    status = 409


class AlreadyAnswered(TransireError):
    code = "verification.already-answered"
    sentence = "This is closed, or was answered already."
    fix = "Look at the verification; customs can ask again."
    status = 409


class NotExtended(TransireError):
    code = "verification.not-extended"
    sentence = "The new last day is not after the one that stands."
    fix = "Give a later day, within a year."
    status = 422


class RefundTooLate(TransireError):
    code = "verification.refund-too-late"
    sentence = "Preference can be claimed within a year of importation, and that is over."
    fix = "Nothing can be claimed for this entry any more (19 USC 1520(d))."
    status = 409


class ClaimMadeAlready(TransireError):
    code = "verification.claim-made-already"
    sentence = "This line claims a preference already."
    fix = "Choose a line without a claim."
    status = 409


class CertificationDoesNotCover(TransireError):
    code = "verification.certification-does-not-cover"
    sentence = "No certification is held under this name that covers the good, the importer and the day of importation."
    fix = "Ask the certifier for one, and claim when you hold it."
    status = 409


class ActionNotTaken(TransireError):
    code = "verification.action-not-taken"
    sentence = "Customs has not denied the claim of this line, so that there is no action taken to print."
    fix = "Print the notice of the proposed action from its own page, or wait for the determination."
    status = 409


class PdfUnavailable(TransireError):
    code = "verification.pdf-unavailable"
    sentence = "This node cannot print: the typesetter is not installed."
    fix = "Ask whoever runs the node to install `transire[pdf]`."
    status = 501
