"""What the portal itself refuses, before any service is asked.

PortalError
├── PageNotFound, MemberNotHosted, MethodRefused
├── BodyTooLarge, FormUnreadable, FieldMissing, FieldUnsuitable, FileMissing
├── ForeignForm            a form that another site sent
├── StylesMissing          the built styles are not there, or were altered
└── Unexpected             our fault; the sentence says so and names nothing of the inside
"""

from __future__ import annotations

from transire.errors import TransireError


class PortalError(TransireError):
    code = "portal.error"
    sentence = "The page cannot be shown."


class PageNotFound(PortalError):
    code = "portal.page-not-found"
    sentence = "There is no page at this address."
    fix = "Check the address, or start from the home page."
    status = 404


class MemberNotHosted(PortalError):
    code = "portal.member-not-hosted"
    sentence = "This node does not host the member named in the address."
    fix = "Choose your organisation from the list on the first page."
    status = 404


class MethodRefused(PortalError):
    code = "portal.method-refused"
    sentence = "This address does not take that kind of request."
    fix = "Use the links and buttons of the pages."
    status = 405


class BodyTooLarge(PortalError):
    code = "portal.body-too-large"
    sentence = "What was sent is larger than this page takes."
    fix = "Split the file into smaller ones and send them one after the other."
    status = 413


class FormUnreadable(PortalError):
    code = "portal.form-unreadable"
    sentence = "The form that was sent cannot be read."
    fix = "Load the page again and repeat the step."
    status = 400


class FieldMissing(PortalError):
    code = "portal.field-missing"
    sentence = "A field that is needed was left empty."
    fix = "Fill it in and send the form again."
    status = 422


class FieldUnsuitable(PortalError):
    code = "portal.field-unsuitable"
    sentence = "A field was filled in with something that it cannot hold."
    fix = "Correct it and send the form again."
    status = 422


class FileMissing(PortalError):
    code = "portal.file-missing"
    sentence = "No file was chosen."
    fix = "Choose the file and send the form again."
    status = 422


class ForeignForm(PortalError):
    code = "portal.foreign-form"
    sentence = "This form was sent by another site."
    fix = "Load the page again from here and repeat the step."
    status = 403


class StylesMissing(PortalError):
    code = "portal.styles-missing"
    sentence = "The portal's built styles and scripts are missing, or are not those that were built."
    fix = "Run `python web/build.py` in the project, or install the released package again."
    status = 500


class Unexpected(PortalError):
    code = "portal.unexpected"
    sentence = "Something went wrong on our side. Nothing was half done."
    fix = "Try again in a moment. If it happens again, give the number below to whoever runs this node."
    status = 500
