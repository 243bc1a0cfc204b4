"""Sends one notice by e-mail: under TLS, signed in where the settings say so, in the words of the reader's language.

A mail says how many items wait and when the first is due; who wants to know more signs in.
"""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec

from transire.node.errors import NoticeUntold
from transire.node.settings import MailSettings


class Words(msgspec.Struct, frozen=True):
    """The sentences of a mail in one language."""

    subject_one: str
    subject_many: str
    body_one: str
    body_many: str
    due: str
    where: str
    why: str


@cache
def words() -> dict[str, Words]:
    """The sentences by language."""
    return msgspec.json.decode((files(__package__) / "words.json").read_bytes(), type=dict[str, Words])


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a mail says: of which member, how many items, the first last day, and where to look."""

    member: str
    items: int
    first_due: datetime | None
    address: str

    def subject(self, language: str) -> str:
        """The subject in a language; English where there are no words of it."""
        said = _of(language)
        return (said.subject_one if self.items == 1 else said.subject_many).format(count=self.items, member=self.member)

    def body(self, language: str) -> str:
        """The text in a language.

        >>> told = Told(member="Gateway", items=2, first_due=None, address="https://node.example/m/gateway/inbox")
        >>> print(told.body("en").splitlines()[0])
        2 items wait in the inbox of Gateway.
        """
        said = _of(language)
        lines = [(said.body_one if self.items == 1 else said.body_many).format(count=self.items, member=self.member)]
        if self.first_due is not None:
            lines.append(said.due.format(day=f"{self.first_due:%Y-%m-%d}"))
        return "\n".join([*lines, "", said.where.format(address=self.address), "", said.why]) + "\n"


class Mailer:
    """Sends mails by the settings; each is a connection of its own, for they are few."""

    def __init__(self, settings: MailSettings) -> None:
        self.settings = settings

    @property
    def is_on(self) -> bool:
        """Whether a mail server is named."""
        return bool(self.settings.host)

    def send(self, to: str, language: str, told: Told, *, now: datetime) -> None:
        """Hand one mail to the mail server; raises `NoticeUntold` when that fails, whatever the cause."""
        try:
            self._hand_over(self._mail(to, language, told, now))
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise NoticeUntold(got=type(error).__name__, where=self.settings.host) from error

    def _mail(self, to: str, language: str, told: Told, now: datetime) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.settings.sender
        message["To"] = to
        message["Subject"] = told.subject(language)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = make_msgid(domain=self.settings.sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers it
        message.set_content(told.body(language))
        return message

    def _hand_over(self, message: EmailMessage) -> None:
        said = self.settings
        with smtplib.SMTP(said.host, said.port, timeout=said.timeout_s) as server:
            if said.starttls:  # raises where the server does not offer it: nothing goes on in clear
                server.starttls(context=ssl.create_default_context(cafile=said.ca_file or None))
            if said.username:
                server.login(said.username, Path(said.password_file).read_text(encoding="utf-8").strip())
            server.send_message(message)


def _of(language: str) -> Words:
    return words().get(language.partition("-")[0], words()["en"])
