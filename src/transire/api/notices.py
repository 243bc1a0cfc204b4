"""Who is told outside of the portal: a person by e-mail, the member's programs at an address."""

from __future__ import annotations

import msgspec

from transire.desk import notices
from transire.desk.notices import Webhook
from transire.desk.permissions import require
from transire.desk.person import Person
from transire.node.errors import WebhooksOff
from transire.node.notices.mail import Mailer
from transire.node.notices.webhook import Hooks
from transire.node.settings import NodeSettings
from transire.node.tenant import Tenant


class NoticeChoices(msgspec.Struct, frozen=True, kw_only=True):
    """What a person chose and the member named, and what this node offers at all."""

    mail: bool
    mail_offered: bool
    webhook: Webhook | None
    webhooks_offered: bool


class NewWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """An address that is told from now on, with the secret of its signatures: it is shown this once."""

    id: str
    url: str
    secret: str


def show_choices(tenant: Tenant, person: Person, settings: NodeSettings) -> NoticeChoices:
    """What this person chose, and where the member's programs are told."""
    require(person, "notices.choose")
    with tenant.database.reading() as view:
        return NoticeChoices(
            mail=notices.chooses_mail(view, person),
            mail_offered=Mailer(settings.mail).is_on,
            webhook=notices.find_webhook(view),
            webhooks_offered=settings.webhooks.enabled,
        )


def choose_mail(tenant: Tenant, person: Person, *, wanted: bool) -> None:
    """Be told by e-mail of what comes to wait from now on, or no more."""
    require(person, "notices.choose")
    with tenant.transaction() as tx:
        notices.choose_mail(tx, person, wanted=wanted, now=tenant.now())


def name_webhook(tenant: Tenant, person: Person, settings: NodeSettings, url: str) -> NewWebhook:
    """Tell the member's programs at this address; refused where the node tells none, or nothing may be sent there."""
    require(person, "webhooks.manage")
    hooks = Hooks(settings)
    if not hooks.is_on:
        raise WebhooksOff
    hooks.check(url)
    with tenant.transaction() as tx:
        desk_key = tenant.sign_in_desk.desk_key
        hook, secret = notices.set_webhook(tx, person, url, desk_key=desk_key, now=tenant.now())
    return NewWebhook(id=hook.id, url=hook.url, secret=secret)


def end_webhook(tenant: Tenant, person: Person) -> None:
    """Tell the member's programs no more."""
    require(person, "webhooks.manage")
    with tenant.transaction() as tx:
        notices.end_webhook(tx, why="removed", now=tenant.now())
