"""Where operations are declared, and what an operation is given and gives back.

An operation is a plain function from a `Call` to a value; what is declared beside it stands in the contract too. It
does what a page does: hands `tenant` and `person` to a service and returns what the service gives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from transire.api.errors import BearerMissing, RequestInvalid, VersionStale
from transire.desk.person import Person
from transire.records.errors import CursorInvalid

if TYPE_CHECKING:
    from transire.node.node import Node
    from transire.node.tenant import Tenant

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, checked against the contract."""

    node: Node
    hosted: Tenant | None
    caller: Person | None
    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any = field(default=None, repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    if_match: str | None = None
    raw: bytes = field(default=b"", repr=False)
    """The body as it was sent."""
    sender: str | None = None
    """The member whose transport key signed the request."""

    @property
    def tenant(self) -> Tenant:
        """The member in whose name it is asked."""
        assert self.hosted is not None, "an operation outside of /m/{slug} has no member"
        return self.hosted

    @property
    def person(self) -> Person:
        """For whom the token acts, narrowed to its scopes."""
        if self.caller is None:
            raise BearerMissing
        return self.caller

    def file(self, name: str) -> bytes:
        """A file of the form. The contract let the form through, so that it may still have been sent as a field."""
        content = self.files.get(name)
        if content is None:
            raise RequestInvalid([(f"body/{name}", "this part is a file and must be sent with a file name")])
        return content

    def expected_version(self) -> int | None:
        """The version that If-Match names; None when the caller does not care."""
        if self.if_match is None or self.if_match == "*":
            return None
        if not (self.if_match.isascii() and self.if_match.isdigit() and len(self.if_match) < 10):
            raise VersionStale(got=self.if_match, expected="the ETag of the draft as you read it")
        return int(self.if_match)

    def number_after(self) -> int | None:
        """The cursor of a list that is numbered."""
        cursor = self.query.get("after")
        if cursor is None:
            return None
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 16):
            raise CursorInvalid(got=cursor[:40])
        return int(cursor)

    def into(self, kind: type[T]) -> T:
        """The body as a typed value. The contract let it through, so a failure here is a fault of the contract."""
        try:
            return msgspec.convert(self.body, kind)
        except msgspec.ValidationError as error:
            raise RequestInvalid([("", str(error))]) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A value with more to say of it than 200: made (201, where), nothing to show (204), a file, a version."""

    value: Any = None
    status: int = 200
    location: str | None = None
    """Where what was made is found, under the member: `/certifications/...`."""
    version: str | None = None
    """A version to be named in If-Match by who changes it."""
    raw: bytes | None = None
    media_type: str = "application/json"
    file_name: str | None = None


@dataclass(frozen=True, slots=True)
class Collection(Generic[T]):
    """Some rows of a list, and the cursor behind them."""

    items: Sequence[T]
    next: str | None = None
    beside: Mapping[str, Any] = field(default_factory=dict)
    """Further members of the answer, such as counts."""


Perform = Callable[[Call], Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the contract, and who may call it.

    `scope` is its row of the permission matrix; `own` is what any token may; `public` needs none; `transport` is for
    other members' nodes. One that says nothing, or two things, cannot be declared.
    """

    method: str
    path: str
    name: str
    perform: Perform
    scope: str | None
    public: bool
    own: bool
    transport: bool
    shown_once: bool
    """Whether its answer holds a secret: it is not kept to be repeated."""


class Operations:
    """The operations of one module. A path is under `/m/{slug}`, unless the module is the node's own."""

    def __init__(self, *, prefix: str = "/m/{slug}") -> None:
        self.prefix = prefix
        self.operations: list[Operation] = []

    def op(
        self,
        method: str,
        path: str,
        name: str,
        *,
        scope: str | None = None,
        public: bool = False,
        own: bool = False,
        transport: bool = False,
        shown_once: bool = False,
    ) -> Callable[[Perform], Perform]:
        """Declare an operation under its name in the contract (`operationId`)."""
        if (scope is not None) + public + own + transport != 1:
            raise TypeError(f"{name} does not say who may call it")

        def declare(perform: Perform) -> Perform:
            self.operations.append(
                Operation(method, self.prefix + path, name, perform, scope, public, own, transport, shown_once)
            )
            return perform

        return declare
