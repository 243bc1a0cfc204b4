"""What the desk refuses.

DeskError
├── PermissionDenied      the person's roles do not carry the operation
├── ScopeMissing          the API token was not given the operation
├── PersonUnknown, LoginTaken, RoleUnknown, LastAdministrator
├── SignInRefused         wrong login, password or code: one answer for all, so that nothing can be probed
│   SecondFactorNeeded, TooManyAttempts, PasswordTooWeak, SecondFactorUnknown
├── SessionEnded, CsrfMismatch, TokenRefused, ScopeUnknown, TokenLifeUnsuitable
├── SignInLinkRefused, SupplierLinkRefused, SupplierLinkUnknown, LinkLifeUnsuitable, DevelopmentPartRefused
├── DraftUnknown, DraftChanged, DraftClosed, FieldUnknown
├── HoldUnknown, HoldRuns
├── WebhookUnknown
└── ProductUnknown, NoteUnknown, ViewUnknown, TextUnsuitable, LoginUnsuitable, ParticularsMissing
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from transire.errors import TransireError

if TYPE_CHECKING:
    from transire.desk.drafts import Draft


class DeskError(TransireError):
    """The base of what the desk refuses."""

    code = "desk.error"
    sentence = "The desk refused."


class PermissionDenied(DeskError):
    code = "desk.permission-denied"
    sentence = "Your role does not permit this."
    fix = "Ask a person of your organisation who has the role, or your administrator to give it to you."
    status = 403


class ScopeMissing(DeskError):
    code = "desk.scope-missing"
    sentence = "This API token was not given the scope for this."
    fix = "Create a token with the scope, and keep it as narrow as the work allows."
    status = 403


class PersonUnknown(DeskError):
    code = "desk.person-unknown"
    sentence = "There is no such person at this member."
    fix = "Look at the list of persons; a person who has left cannot act any more."
    status = 404


class LoginTaken(DeskError):
    code = "desk.login-taken"
    sentence = "Another person of this member already signs in with this address."
    fix = "Use the person's own address."
    status = 409


class RoleUnknown(DeskError):
    code = "desk.role-unknown"
    sentence = "There is no such role."
    fix = "Use one or several of the roles that are listed."


class LastAdministrator(DeskError):
    code = "desk.last-administrator"
    sentence = "This is the member's only administrator."
    fix = "Make another person administrator first."
    status = 409


class SignInRefused(DeskError):
    code = "desk.sign-in-refused"
    sentence = "The address, the password or the code is not right."
    fix = "Check them and try again, or ask your administrator for a new password."
    status = 401


class SecondFactorNeeded(DeskError):
    code = "desk.second-factor-needed"
    sentence = "This account needs the six digits of its authenticator as well."
    fix = "Enter the code that your authenticator shows now."
    status = 401


class SecondFactorUnknown(DeskError):
    code = "desk.second-factor-unknown"
    sentence = "No authenticator is being set up for this person."
    fix = "Begin the set-up again and scan the new picture."
    status = 409


class TooManyAttempts(DeskError):
    code = "desk.too-many-attempts"
    sentence = "There were too many failed sign-ins with this address."
    fix = "Wait, then try again; if it was not you, tell your administrator."
    status = 429


class PasswordTooWeak(DeskError):
    code = "desk.password-too-weak"
    sentence = "This password is too easy to guess."
    fix = "Choose a sentence or a few random words that you use nowhere else."
    status = 422


class SessionEnded(DeskError):
    code = "desk.session-ended"
    sentence = "You are not signed in any more."
    fix = "Sign in again; what you had saved is still there."
    status = 401


class CsrfMismatch(DeskError):
    code = "desk.csrf-mismatch"
    sentence = "This form does not belong to your session."
    fix = "Load the page again and repeat the step."
    status = 403


class TokenRefused(DeskError):
    code = "desk.token-refused"
    sentence = "This API token is not valid."
    fix = "Create a new one: tokens expire, and can be revoked."
    status = 401


class TokenUnknown(DeskError):
    code = "desk.token-unknown"
    sentence = "There is no such API token."
    fix = "Look at the list of tokens."
    status = 404


class ScopeUnknown(DeskError):
    code = "desk.scope-unknown"
    sentence = "There is no such scope, or the person's roles do not carry it."
    fix = "Choose from the scopes that the person's roles permit."
    status = 422


class TokenLifeUnsuitable(DeskError):
    code = "desk.token-life-unsuitable"
    sentence = "An API token must end within a year."
    fix = "Choose an end between now and a year from now."
    status = 422


class SupplierLinkRefused(DeskError):
    code = "desk.supplier-link-refused"
    sentence = "This link is not known, was used already, or has run out."
    fix = "Ask the organisation that sent it for a new one."
    status = 404


class SupplierLinkUnknown(DeskError):
    code = "desk.supplier-link-unknown"
    sentence = "This member made no such link."
    fix = "Look at the links of the request."
    status = 404


class LinkLifeUnsuitable(DeskError):
    code = "desk.link-life-unsuitable"
    sentence = "A link for a supplier lives from one day to ninety."
    fix = "Choose a number of days between these; a further link can be made at any time."
    status = 422


class SignInLinkRefused(DeskError):
    code = "desk.sign-in-link-refused"
    sentence = "This sign-in link was used already, or has expired."
    fix = "Make a new one, or sign in with your password."
    status = 401


class DevelopmentPartRefused(DeskError):
    code = "desk.development-part-refused"
    sentence = "Sign-in links are for demonstrations and do not work under the production profile."
    fix = "Sign in with address, password and code."
    status = 403


class DraftUnknown(DeskError):
    code = "desk.draft-unknown"
    sentence = "There is no such draft."
    fix = "Look at the list of drafts."
    status = 404


class DraftChanged(DeskError):
    """Somebody else saved first. `current` is the draft as it stands, so that the two can be merged."""

    code = "desk.draft-changed"
    sentence = "Somebody else has changed this draft since you opened it."
    fix = "Compare your changes with the present draft and save again."
    status = 409

    def __init__(self, current: Draft, *, expected: int) -> None:
        self.current = current
        super().__init__(got=f"version {current.version}", expected=f"version {expected}")


class DraftClosed(DeskError):
    code = "desk.draft-closed"
    sentence = "This draft is finished and cannot be changed."
    fix = "Start a new draft from it."
    status = 409


class FieldUnknown(DeskError):
    code = "desk.field-unknown"
    sentence = "The draft has no place for this field."
    fix = "Use a JSON pointer to a field of the draft."
    status = 422


class ProductUnknown(DeskError):
    code = "desk.product-unknown"
    sentence = "There is no product with this number."
    fix = "Import the product first."
    status = 404


class HoldUnknown(DeskError):
    code = "desk.hold-unknown"
    sentence = "There is no such legal hold, or it was lifted."
    fix = "Look at the document's holds."
    status = 404


class HoldRuns(DeskError):
    code = "desk.hold-runs"
    sentence = "The document is under a legal hold."
    fix = "Ask the compliance officer who set it; only that role lifts it."
    status = 409


class NoteUnknown(DeskError):
    code = "desk.note-unknown"
    sentence = "There is no such note of yours."
    fix = "Only its writer can remove a note."
    status = 404


class ViewUnknown(DeskError):
    code = "desk.view-unknown"
    sentence = "You have no saved view of this name."
    fix = "Look at your list of saved views."
    status = 404


class WebhookUnknown(DeskError):
    code = "desk.webhook-unknown"
    sentence = "This member's programs are told nowhere, or their secret was sealed by another key store."
    fix = "Name the address again; the new secret is shown once."
    status = 404


class TextUnsuitable(DeskError):
    code = "desk.text-unsuitable"
    sentence = "This text is empty, too long, or holds characters that cannot be shown."
    fix = "Shorten it and leave out control characters."
    status = 422


class LoginUnsuitable(TextUnsuitable):
    code = "desk.login-unsuitable"
    sentence = "This is not an e-mail address."
    fix = "Write the whole address with its @, for example clerk@acme.example."


class ParticularsMissing(DeskError):
    code = "desk.particulars-missing"
    sentence = "This member has not written yet who it is in its documents: its name, address and numbers."
    fix = "Write the member's particulars once; every document takes them from there."
    status = 409
