"""Tells a member's persons and programs of what waits in its inbox: what is new is noted down, and told a little later.

What is noted down survives a crash; what was told is told no more. Sending runs beside the turn that asked for it: a
mail server may be slow. One channel is never told twice at a time. A try that fails is made again after a pause, each
longer than the last, and at last given up.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
import structlog

from transire.desk import notices as desk
from transire.desk.errors import WebhookUnknown
from transire.errors import TransireError
from transire.node.errors import WebhookGone
from transire.node.notices.mail import Mailer, Told
from transire.node.notices.webhook import Hooks
from transire.node.settings import NodeSettings
from transire.node.tenant import Tenant
from transire.node.workers import Workers
from transire.records.inbox import InboxItem, items_of, new_items

LOOK_EVERY: Final = timedelta(seconds=10)
"""The inbox is looked through at most this often: nobody is told sooner, and a busy node does not look all the time."""
AT_ONCE: Final = 200
"""Notices that one round tells."""

log = structlog.get_logger(__name__)


class Teller:
    """Tells for one member; called in turns of the beat."""

    def __init__(self, tenant: Tenant, settings: NodeSettings, executor: Workers) -> None:
        self._tenant = tenant
        self._origin = settings.origin
        self._mailer, self._hooks = Mailer(settings.mail), Hooks(settings)
        self._executor = executor
        self._under_way: set[str] = set()
        self._looked_at: datetime | None = None

    @property
    def is_on(self) -> bool:
        """Whether this node tells anybody anything."""
        return self._mailer.is_on or self._hooks.is_on

    def tell(self, now: datetime) -> None:
        """Note down what is new, and have told what is due."""
        if not self.is_on:
            return
        if self._looked_at is None or not self._looked_at <= now < self._looked_at + LOOK_EVERY:
            self._looked_at = now
            self._note_new(now)
        with self._tenant.database.reading() as view:
            due = desk.due_notices(view, now, AT_ONCE)
        by_channel: dict[str, list[desk.Notice]] = {}
        for one in due:
            by_channel.setdefault(one.channel, []).append(one)
        for channel, waiting in by_channel.items():
            if channel not in self._under_way:
                self._send_beside(channel, waiting)

    def next_due(self) -> datetime | None:
        """When something is to be told next; None where nothing is, or is being told now."""
        if not self.is_on or self._under_way:
            return None
        with self._tenant.database.reading() as view:
            return desk.next_notice(view)

    def _note_new(self, now: datetime) -> None:
        with self._tenant.database.reading() as view:
            found = {f"mail:{reader.person_id}": reader.since for reader in self._readers(view)}
            hook = desk.find_webhook(view) if self._hooks.is_on else None
            if hook is not None:
                found[f"hook:{hook.id}"] = hook.created_at
            new = {channel: new_items(view, since, channel) for channel, since in found.items()}
        if not any(new.values()):
            return
        with self._tenant.transaction() as tx:
            for channel, items in new.items():
                desk.put_notices(tx, channel, items, now=now)

    def _readers(self, view: sa.Connection) -> Sequence[desk.MailReader]:
        return desk.mail_readers(view) if self._mailer.is_on else ()

    def _send_beside(self, channel: str, waiting: Sequence[desk.Notice]) -> None:
        self._under_way.add(channel)

        def send() -> None:
            try:
                self.send(channel, waiting, self._tenant.now())
            except Exception:
                log.exception("notice failed, will be tried again", tenant=self._tenant.slug)
                self._postpone(waiting)
            finally:
                self._under_way.discard(channel)
                self._tenant.wake()

        try:
            self._executor.submit(send)
        except RuntimeError:  # the node is closing: the rows wait for its next start
            self._under_way.discard(channel)

    def _postpone(self, waiting: Sequence[desk.Notice]) -> None:
        """After a failure that nobody foresaw: wait as after any other, so that it does not spin."""
        try:
            with self._tenant.transaction() as tx:
                desk.mark_untold(tx, waiting, error="unexpected", now=self._tenant.now())
        except TransireError as error:
            log.error("notice not postponed", tenant=self._tenant.slug, code=error.code)

    def send(self, channel: str, waiting: Sequence[desk.Notice], now: datetime) -> None:
        """Tell what waits for one channel, and write down what became of it."""
        with self._tenant.database.reading() as view:
            wanted = self._is_wanted(view, channel)
            items = items_of(view, [one.item_id for one in waiting]) if wanted else {}
        open_now = [one for one in waiting if one.item_id in items]
        settled = [one for one in waiting if one.item_id not in items]
        told, failed, why = self._told(channel, open_now, items, now)
        tried = {one.item_id for one in (*told, *failed)}
        with self._tenant.transaction() as tx:
            desk.mark_told(tx, settled, outcome="settled")
            desk.mark_told(tx, told)
            desk.mark_untold(tx, failed, error=why, now=now)
            desk.put_off(tx, [one for one in open_now if one.item_id not in tried], now=now)
            if why == WebhookGone.code:
                desk.end_webhook(tx, why="gone", now=now, hook_id=channel.partition(":")[2])

    def _is_wanted(self, view: sa.Connection, channel: str) -> bool:
        """Whether anybody is still told through a channel."""
        hook = desk.find_webhook(view) if self._hooks.is_on else None
        readers = {f"mail:{reader.person_id}" for reader in self._readers(view)}
        return channel in readers or (hook is not None and channel == f"hook:{hook.id}")

    def _told(
        self, channel: str, waiting: Sequence[desk.Notice], items: dict[str, InboxItem], now: datetime
    ) -> tuple[Sequence[desk.Notice], Sequence[desk.Notice], str]:
        """What was told, what was tried in vain, and why. A mail tells of all that waits, a program of one thing."""
        kind, _, name = channel.partition(":")
        told: list[desk.Notice] = []
        for together in _parts(kind, waiting):
            try:
                if kind == "mail":
                    self._mail(name, [items[one.item_id] for one in together], now)
                else:
                    self._hook(name, items[together[0].item_id], now)
            except TransireError as error:
                log.warning("not told, will be tried again", tenant=self._tenant.slug, channel=kind, code=error.code)
                return told, together, error.code
            told += together
        return told, (), ""

    def _mail(self, person_id: str, items: Sequence[InboxItem], now: datetime) -> None:
        with self._tenant.database.reading() as view:
            reader = next(one for one in self._readers(view) if one.person_id == person_id)
        due = [item.due_at for item in items if item.due_at is not None]
        told = Told(
            member=self._tenant.name,
            items=len(items),
            first_due=min(due, default=None),
            address=f"{self._origin}/m/{self._tenant.slug}/inbox",
        )
        self._mailer.send(reader.address, reader.language, told, now=now)

    def _hook(self, hook_id: str, item: InboxItem, now: datetime) -> None:
        with self._tenant.database.reading() as view:
            hook = desk.find_webhook(view)
            if hook is None or hook.id != hook_id:  # replaced meanwhile: the new address gets no old secret
                raise WebhookUnknown(got=hook_id)
            secret = desk.secret_of(view, hook_id, desk_key=self._tenant.sign_in_desk.desk_key)
        payload = {
            "type": "inbox.item",
            "timestamp": now.isoformat(),
            "data": {
                "member": self._tenant.did,
                "item": item.id,
                "kind": item.kind,
                "urgency": item.urgency,
                "due_at": None if item.due_at is None else item.due_at.isoformat(),
                "address": f"{self._origin}/m/{self._tenant.slug}/inbox",
            },
        }
        self._hooks.tell(hook.url, secret, item.id, payload, now=now)


def _parts(kind: str, waiting: Sequence[desk.Notice]) -> Sequence[Sequence[desk.Notice]]:
    """What is told in one go."""
    if kind == "mail":
        return [waiting] if waiting else []
    return [[one] for one in waiting]
