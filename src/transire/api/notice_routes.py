"""The API operations of notices: who is told by e-mail, and where programs are told."""

from __future__ import annotations

from typing import Any

from transire.api import notices
from transire.api.operations import Answer, Call, Operations

OPERATIONS = Operations()


@OPERATIONS.op("GET", "/notices", "showNoticeChoices", scope="notices.choose")
def show_choices(call: Call) -> Any:
    """What the caller chose, and where the member's programs are told."""
    return notices.show_choices(call.tenant, call.person, call.node.settings)


@OPERATIONS.op("PUT", "/notices/mail", "chooseMail", scope="notices.choose")
def choose_mail(call: Call) -> Any:
    notices.choose_mail(call.tenant, call.person, wanted=call.body["wanted"])
    return Answer(status=204)


@OPERATIONS.op("PUT", "/notices/webhook", "nameWebhook", scope="webhooks.manage", shown_once=True)
def name_webhook(call: Call) -> Any:
    """Name the address at which programs are told; the secret is shown this once."""
    return notices.name_webhook(call.tenant, call.person, call.node.settings, call.body["url"])


@OPERATIONS.op("DELETE", "/notices/webhook", "endWebhook", scope="webhooks.manage")
def end_webhook(call: Call) -> Any:
    notices.end_webhook(call.tenant, call.person)
    return Answer(status=204)
