"""What the records refuse.

RecordsError
├── CursorInvalid         the place to continue a list from is not one that was given out
├── DocumentUnknown       this member holds no such document
├── StatementUnknown      this member holds no such statement
└── InboxItemUnknown      there is no such item in the inbox
"""

from __future__ import annotations

from transire.errors import TransireError


class RecordsError(TransireError):
    """The base of what the records refuse."""

    code = "records.error"
    sentence = "The records refused."


class CursorInvalid(RecordsError):
    code = "records.cursor-invalid"
    sentence = "This is not a place in the list."
    fix = "Start from the beginning of the list, without a cursor."


class DocumentUnknown(RecordsError):
    code = "records.document-unknown"
    sentence = "Your organisation holds no such document."
    fix = "Check the id, or ask its issuer to share the document with you."
    status = 404


class StatementUnknown(RecordsError):
    code = "records.statement-unknown"
    sentence = "Your organisation holds no such statement."
    fix = "Check the id, or ask who made the statement to deliver it again."
    status = 404


class InboxItemUnknown(RecordsError):
    code = "records.inbox-item-unknown"
    sentence = "There is no such item in the inbox."
    fix = "Look at the inbox again; an item goes when what it speaks of is erased."
    status = 404
