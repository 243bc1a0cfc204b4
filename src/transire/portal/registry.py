"""Where pages are declared: each module of pages has one `Pages`, in which its functions register themselves.

A page is a plain function from a `Visit` to a response. What is declared beside it is data that tests read: the
operation of the permission matrix that it carries out, and the page to show again when a form is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from transire.portal.visit import Visit

Show = Callable[["Visit"], Response]


def N_(text: str) -> str:
    """Marks a text for the message catalogues where it stands; it is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Page:
    """One address and method under `/m/<slug>`."""

    method: str
    path: str
    show: Show
    operation: str | None
    public: bool
    own: bool
    again: Show | None


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the way around: shown to persons who may do the operation, at members with one of the roles."""

    path: str
    label: str
    group: str
    operation: str
    member_roles: frozenset[str] = frozenset()
    """Empty: every member."""
    also: tuple[str, ...] = ()
    """Further addresses that belong to it."""
    apart: tuple[str, ...] = ()
    """Addresses below it that are places of their own."""

    def holds(self, path: str) -> bool:
        """Whether an address (without the member) is in this place.

        >>> place = Place("/documents", "All documents", "", "documents.read", apart=("/documents/new",))
        >>> place.holds("/documents/abc"), place.holds("/documents/new/packing-list")
        (True, False)
        """
        return _is_below(path, (self.path, *self.also)) and not _is_below(path, self.apart)


def _is_below(path: str, roots: Sequence[str]) -> bool:
    return path in roots or any(path.startswith(f"{root}/") for root in roots if root != "/")


@dataclass(frozen=True, slots=True)
class Item:
    """How an item of the inbox is said, and where it leads: `{document_id}` and `{statement_id}` are filled in."""

    sentence: str
    path: str


class Pages:
    """The pages of one module, in the order of their declaration, and the words that other pages need of it.

    Each page says who may ask for it: `operation`, a row of the permission matrix; `own`, what concerns only the person
    who is signed in; or `public`. One that says nothing, or two things, cannot be declared.
    """

    def __init__(
        self,
        *places: Place,
        told: Mapping[str, str] | None = None,
        kinds: Mapping[str, str] | None = None,
        items: Mapping[str, Item] | None = None,
        documents: Mapping[str, str] | None = None,
        drafts: Mapping[str, str] | None = None,
    ) -> None:
        self.places = places
        self.told = dict(told or {})
        """What a page says after a step was done, by the word in `?told=`."""
        self.kinds = dict(kinds or {})
        """What a member did when it made a statement of a kind, as the story of a document says it."""
        self.items = dict(items or {})
        """The items of the inbox, by their kind."""
        self.documents = dict(documents or {})
        """The page of a document, by its schema id."""
        self.drafts = dict(drafts or {})
        """The page of a draft, by its kind."""
        self.pages: list[Page] = []

    def get(
        self, path: str, *, operation: str | None = None, public: bool = False, own: bool = False
    ) -> Callable[[Show], Show]:
        """Declare a page that shows something."""
        return self._declare("GET", path, operation, public, own, None)

    def post(
        self,
        path: str,
        *,
        operation: str | None = None,
        public: bool = False,
        own: bool = False,
        again: Show | None = None,
    ) -> Callable[[Show], Show]:
        """Declare a page that does something; `again` shows the form with what was refused and why."""
        return self._declare("POST", path, operation, public, own, again)

    def _declare(
        self, method: str, path: str, operation: str | None, public: bool, own: bool, again: Show | None
    ) -> Callable[[Show], Show]:
        if (operation is not None) + public + own != 1:
            raise TypeError(f"{method} {path} does not say who may ask for it")

        def declare(show: Show) -> Show:
            self.pages.append(Page(method, path, show, operation, public, own, again))
            return show

        return declare
