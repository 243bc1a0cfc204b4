"""What solicitation refuses.

TransireError
├── SolicitationUnknown     solicitation.unknown
├── SupplierUnsuitable      solicitation.supplier-unsuitable
├── PeriodUnsuitable        solicitation.period-unsuitable
├── GoodsUnsuitable         solicitation.goods-unsuitable
├── NotTheAsker             solicitation.not-the-asker
├── NotTheSupplier          solicitation.not-the-supplier
├── SolicitationClosed      solicitation.closed
├── ReasonIncomplete        solicitation.reason-incomplete
├── RemindedLately          solicitation.reminded-lately
├── NoReminder              solicitation.no-reminder
├── SupplierHasAccount      solicitation.supplier-has-account
├── AnswerIncomplete        solicitation.answer-incomplete
├── NothingStated           solicitation.nothing-stated
└── AskedTooOften           solicitation.asked-too-often
"""

from __future__ import annotations

from transire.errors import TransireError


class SolicitationUnknown(TransireError):
    code = "solicitation.unknown"
    sentence = "This member neither made nor received such a request for a certification."
    fix = "Look at the list of requests; one that was made this moment is on the ledger in a second."
    status = 404


class SupplierUnsuitable(TransireError):
    code = "solicitation.supplier-unsuitable"
    sentence = "This member of the network cannot be asked for a certification."
    fix = "Choose a producer or exporter; a supplier that is no member is asked by its name, through a link."
    status = 422


class PeriodUnsuitable(TransireError):
    code = "solicitation.period-unsuitable"
    sentence = "No certification can cover this period, or be given by this day."
    fix = (
        "Choose a period that begins before it ends and is no longer than the agreement lets it be, and a day to come."
    )
    status = 422


class GoodsUnsuitable(TransireError):
    code = "solicitation.goods-unsuitable"
    sentence = "These are not goods of this request, or not goods that can be asked for."
    fix = "Name each part number once, and only those that the request names."
    status = 422


class NotTheAsker(TransireError):
    code = "solicitation.not-the-asker"
    sentence = "Only the member that made a request can remind of it, withdraw it or make a link to it."
    fix = "Ask the member that made it."
    status = 403


class NotTheSupplier(TransireError):
    code = "solicitation.not-the-supplier"
    sentence = "Only the supplier that was asked can decline."
    fix = "Leave it to the supplier; a request that is not needed any more is withdrawn."
    status = 403


class SolicitationClosed(TransireError):
    code = "solicitation.closed"
    sentence = "This request was withdrawn, or nothing of it is open any more."
    fix = "Make a new one for what is still missing."
    status = 409


class ReasonIncomplete(TransireError):
    code = "solicitation.reason-incomplete"
    sentence = "This reason needs words beside it, or is none of those that can be given."
    fix = "Choose a reason of the list; say in words what it does not say."
    status = 422


class RemindedLately(TransireError):
    code = "solicitation.reminded-lately"
    sentence = "The supplier was asked or reminded already, and not long ago."
    fix = "Wait until the day that is named: no supplier is reminded more often than the request says."
    status = 409


class NoReminder(TransireError):
    code = "solicitation.no-reminder"
    sentence = "A supplier without an account has no inbox here."
    fix = "Send it the link again, or make a further one."
    status = 409


class SupplierHasAccount(TransireError):
    code = "solicitation.supplier-has-account"
    sentence = "This supplier is a member: it finds the request in its inbox, and signs what it answers."
    fix = "Remind it, or ask it as a supplier without an account if nobody works there."
    status = 409


class AnswerIncomplete(TransireError):
    code = "solicitation.answer-incomplete"
    sentence = "Something of this answer is missing, or is not so written."
    fix = "Fill in the field that is named and send the answer again."
    status = 422


class NothingStated(TransireError):
    code = "solicitation.nothing-stated"
    sentence = "Nobody has stated through a link that any of these goods originate."
    fix = "Wait for the answer, or send the supplier a further link."
    status = 409


class AskedTooOften(TransireError):
    code = "solicitation.asked-too-often"
    sentence = "Too many links were tried from here in a short time."
    fix = "Wait a minute, then open the link again."
    status = 429
