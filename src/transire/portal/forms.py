"""A submitted form: read once, then asked for its fields by name and kind. What is missing or unsuitable is refused."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from transire.portal.errors import BodyTooLarge, FieldMissing, FieldUnsuitable, FileMissing, FormUnreadable

MAX_FIELDS = 5000
"""A certification may choose among thousands of goods, one check box each."""
MAX_FILES = 8
MAX_FIELD_BYTES = 256 * 1024
PUBLIC_BYTES = 64 * 1024
"""What anybody may send without a session: a sign-in takes less than one."""


@dataclass(frozen=True, slots=True)
class Form:
    """Fields in the order sent, and files by their field's name.

    >>> form = Form({"agreement": ["usmca "], "goods": ["A-1", "A-2"]})
    >>> form.text("agreement"), form.all("goods"), form.optional("note")
    ('usmca', ['A-1', 'A-2'], None)
    """

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def optional(self, name: str) -> str | None:
        """The field's text without surrounding blanks; None when it is empty or was not sent."""
        values = self.fields.get(name, ())
        return (values[0].strip() or None) if values else None

    def text(self, name: str) -> str:
        value = self.optional(name)
        if value is None:
            raise FieldMissing(where=name)
        return value

    def secret(self, name: str) -> str:
        """As it was typed, blanks included."""
        values = self.fields.get(name, ())
        if not values or not values[0]:
            raise FieldMissing(where=name)
        return values[0]

    def all(self, name: str) -> list[str]:
        """Every non-empty value of a field that may be sent several times."""
        return [value.strip() for value in self.fields.get(name, ()) if value.strip()]

    def some(self, name: str) -> list[str]:
        """Like `all`, but at least one."""
        values = self.all(name)
        if not values:
            raise FieldMissing(where=name)
        return values

    def date(self, name: str) -> datetime.date:
        text = self.text(name)
        try:
            return datetime.date.fromisoformat(text)
        except ValueError as error:
            raise FieldUnsuitable(got=text, expected="a date such as 2026-11-22", where=name) from error

    def whole(self, name: str, *, least: int, most: int) -> int:
        """A whole number between two bounds."""
        text = self.text(name)
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and least <= int(text) <= most):
            raise FieldUnsuitable(got=text, expected=f"a whole number from {least} to {most}", where=name)
        return int(text)

    def one_of(self, name: str, choices: Sequence[str]) -> str:
        text = self.text(name)
        if text not in choices:
            raise FieldUnsuitable(got=text, expected=" / ".join(choices), where=name)
        return text

    def file(self, name: str) -> bytes:
        content = self.files.get(name)
        if not content:
            raise FileMissing(where=name)
        return content


def require_small(request: Request) -> None:
    """Raise unless the form says that it is small, as every browser does; nothing of it is read yet."""
    declared = request.headers.get("content-length", "")
    size = int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 16 else None
    if size is None or size > PUBLIC_BYTES:
        raise BodyTooLarge(got=declared[:16] or "an unknown length", expected=f"at most {PUBLIC_BYTES} bytes")


async def read_form(request: Request) -> Form:
    """The form of a POST; an empty one for everything else."""
    if request.method != "POST":
        return Form()
    try:
        async with request.form(max_fields=MAX_FIELDS, max_files=MAX_FILES, max_part_size=MAX_FIELD_BYTES) as submitted:
            return await _collect(submitted.multi_items())
    except (HTTPException, UnicodeDecodeError) as error:
        raise FormUnreadable from error


async def _collect(items: Sequence[tuple[str, UploadFile | str]]) -> Form:
    fields: dict[str, list[str]] = {}
    files: dict[str, bytes] = {}
    for name, value in items:
        if isinstance(value, UploadFile):
            files[name] = await value.read()
        else:
            fields.setdefault(name, []).append(value)
    return Form(fields, files)
