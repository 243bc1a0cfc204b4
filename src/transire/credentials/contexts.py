"""JSON-LD contexts as tables of terms, each known by its URL and pinned by the SHA-256 of the published file.

Nothing is ever fetched. Of the W3C contexts the house keeps facts only (`terms.json`: digest and terms with their
IRIs); its own context is `documents/context.jsonld`, whose digest stands in the same list. This is the part of
JSON-LD 1.1 that the term check needs: definitions, protection, `@vocab`, prefixes, scoped contexts. Not a JSON-LD
processor: what it does not know (`@import`, `@base`, `@reverse`, `@propagate`) it refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Final, NamedTuple

import orjson

from transire.credentials.abridge import Known, Table, abridge, is_prefix
from transire.credentials.canonical import read_object
from transire.credentials.errors import ContextMalformed, ContextNotPinned, TermRedefined
from transire.crypto.digests import sha256

V2: Final = "https://www.w3.org/ns/credentials/v2"
OWN_CONTEXT: Final = "https://w3id.org/transire/v1"

MAX_CONTEXTS: Final = 16
"""Contexts of one credential: more has no use and makes the reader work."""
_MEMO_LIMIT: Final = 256

# An absolute URL as far as syntax goes (RFC 3986): a scheme, then no white space and no delimiter of other languages.
# The schemes of hosts need one.
_URL: Final = re.compile(r"(?!(?i:https?|wss?|ftp):(?!//[^/?#]))[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+")


class Definition(NamedTuple):
    """What a context says of a term; `iri` is None for a term that is cut off on purpose.

    An empty `language` or `direction` leaves the context's own in force; None takes it away.
    """

    iri: str | None
    kind: str | None = None
    container: tuple[str, ...] = ()
    scope: Sequence[Any] | None = None
    protected: bool = False
    prefix: bool = False
    language: str | None = ""
    direction: str | None = ""
    index_by: str | None = None


@dataclass(frozen=True, eq=False)
class ActiveContext:
    """The definitions in force at one place of a document (JSON-LD 1.1 API 4.1)."""

    terms: Mapping[str, Definition]
    vocab: str | None = None
    previous: ActiveContext | None = None
    language: str | None = None
    direction: str | None = None
    memo: dict[Any, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def plain(self) -> frozenset[str]:
        """The words under which any scalar is right: they have an IRI, and do not take text for one."""
        return frozenset(name for name, term in self.terms.items() if _is_plain(name, term))

    @cached_property
    def links(self) -> frozenset[str]:
        """The words under which any absolute URL is right."""
        return frozenset(("@id", *(name for name, term in self.terms.items() if _is_link(name, term))))

    @cached_property
    def type_words(self) -> tuple[str, ...]:
        """The words for `@type`."""
        return ("@type", *(name for name, term in self.terms.items() if term.iri == "@type"))

    @cached_property
    def by_urls(self) -> dict[tuple[str, ...], ActiveContext]:
        """What lists of URLs led to from here. A dictionary of its own: the key comes from a foreign document."""
        return {}

    @cached_property
    def _of_urls(self) -> dict[str, bool]:
        return {}

    def is_term_of_url(self, name: str) -> bool:
        """Whether a word is a term that stands for a URL; what is not may still be a URL itself."""
        found = self._of_urls.get(name)
        if found is None:
            if name not in self.terms:
                return False
            # Terms alone are kept, and so few: what a foreign document calls its things is not.
            found = self._of_urls[name] = is_url(meaning(name, self))
        return found


class ContextRegistry:
    """The contexts that are known; `restricted` gives a smaller set for a stricter reader."""

    def __init__(self, tables: Mapping[str, Table], digests: Mapping[str, str]) -> None:
        self._tables = dict(tables)
        self.digests = dict(digests)
        self._start = ActiveContext({})

    def restricted(self, urls: Iterable[str]) -> ContextRegistry:
        """A registry of only these contexts.

        >>> sorted(pinned_contexts().restricted([V2]).digests)
        ['https://www.w3.org/ns/credentials/v2']
        """
        chosen = sorted(urls)
        return ContextRegistry({url: self._tables[url] for url in chosen}, {url: self.digests[url] for url in chosen})

    def extended(self, files: Mapping[str, bytes]) -> ContextRegistry:
        """A registry of these contexts besides, for a reader who has their files from a source that it trusts.

        >>> known = pinned_contexts().extended({"https://a.example/v1": b'{"@context": {"hue": "https://a.example/#hue"}}'})
        >>> known.active(["https://a.example/v1"]).terms["hue"].iri
        'https://a.example/#hue'
        """
        tables, digests = dict(self._tables), dict(self.digests)
        for url, raw in files.items():
            if url in tables:
                raise ContextMalformed(expected="a context that is not pinned here", got=url[:200])
            tables[url] = abridge(read_object(raw).get("@context"), where=url[:200])
            digests[url] = sha256(raw).hex()
        return ContextRegistry(tables, digests)

    def known_digests(self, url: str) -> dict[str, bytes]:
        """The digests of a context's file by the name of their function, as far as they are listed."""
        listed = {"sha256": self.digests[url], "sha384": self._tables[url].get("sha384")}
        return {name: bytes.fromhex(text) for name, text in listed.items() if text is not None}

    def table(self, url: str, where: str = "/@context") -> Table:
        """The terms behind a URL."""
        if url not in self._tables:
            raise ContextNotPinned(got=url[:200], where=where)
        return self._tables[url]

    def active(self, contexts: Any, *, onto: ActiveContext | None = None, where: str = "/@context") -> ActiveContext:
        """Apply the value of an `@context` member."""
        active = self._start if onto is None else onto
        listed = contexts if isinstance(contexts, list) else [contexts]
        kept = _kept(active, listed)
        if kept is not None:
            return kept
        if len(listed) > MAX_CONTEXTS:
            raise ContextMalformed(expected=f"at most {MAX_CONTEXTS} contexts", got=len(listed), where=where)
        if all(isinstance(item, str) for item in listed):
            return self._remembered(active, tuple(listed), where)
        for item in listed:
            active = self._step(active, _readable(item, active, where), False, where)
        return active

    def scoped(self, active: ActiveContext, scope: Sequence[Any], *, override: bool, where: str) -> ActiveContext:
        """Apply a context that stands in a term definition; a property's own may override protected terms."""
        kept = active.memo.get(("scope", id(scope)))
        # The scope is kept with what it led to: so no other one can come to have its identity.
        if kept is not None and kept[0] is scope and override:
            result: ActiveContext = kept[1]
            return result
        found = active
        for item in scope:
            found = self._step(found, item, override, where)
        if override and len(active.memo) < _MEMO_LIMIT:
            active.memo[("scope", id(scope))] = (scope, found)
        return found

    def entered(
        self, members: Mapping[str, Any], active: ActiveContext, term: Definition | None, where: str
    ) -> ActiveContext:
        """The context inside of an object: back out of a type-scoped one, the property's own, the object's own."""
        if active.previous is not None and "@value" not in members and not _is_reference(members, active):
            active = active.previous
        if term is not None and term.scope is not None:
            active = self.scoped(active, term.scope, override=True, where=where)
        if "@context" in members:
            active = self.active(members["@context"], onto=active, where=f"{where}/@context")
        return active

    def typed(self, members: Mapping[str, Any], active: ActiveContext, where: str) -> ActiveContext:
        """The context after the types of an object, taken by name (JSON-LD 1.1 API 5.1.2 step 11)."""
        given = [members[word] for word in active.type_words if word in members]
        if not given:
            return active
        names = tuple(sorted({name for value in given for name in _texts(value) if name in active.terms}))
        kept: ActiveContext | None = active.memo.get(("named", names))
        if kept is None:
            kept = self._typed(names, active, where)
            if len(active.memo) < _MEMO_LIMIT:
                active.memo[("named", names)] = kept
        return kept

    def _typed(self, names: tuple[str, ...], active: ActiveContext, where: str) -> ActiveContext:
        scoped = tuple(name for name in names if active.terms[name].scope is not None)
        if not scoped:
            return active
        found: ActiveContext | None = active.memo.get(("types", scoped))
        if found is None:
            found = active
            for name in scoped:
                found = self.scoped(found, active.terms[name].scope or (), override=False, where=where)
            # A type-scoped context ends where the next object begins (JSON-LD 1.1 4.1.5).
            found = replace(found, previous=active, memo={})
            active.memo[("types", scoped)] = found
        return found

    def _remembered(self, active: ActiveContext, urls: tuple[str, ...], where: str) -> ActiveContext:
        found = active
        for url in urls:
            found = self._step(found, url, False, where)
        if len(active.by_urls) < _MEMO_LIMIT:
            active.by_urls[urls] = found
        return found

    def _step(self, active: ActiveContext, item: Any, override: bool, where: str) -> ActiveContext:
        if item is None:
            _check_nullable(active, override, where)
            return self._start
        table = self.table(item, where) if isinstance(item, str) else item
        return _merged(active, table, override, where)


def _kept(active: ActiveContext, listed: list[Any]) -> ActiveContext | None:
    """What this list of URLs led to before."""
    try:
        return active.by_urls.get(tuple(listed))
    except TypeError:  # an object among them
        return None


def meaning(name: str, active: ActiveContext) -> str | None:
    """The IRI or keyword that a word stands for, or None when it stands for nothing (JSON-LD 1.1 API 5.2)."""
    if name.startswith("@"):
        return name
    definition = active.terms.get(name)
    if definition is not None:
        return definition.iri
    if ":" in name:
        return whole(name, active)
    return None if active.vocab is None else active.vocab + name


def whole(text: str, active: ActiveContext) -> str | None:
    """A compact IRI written out, an absolute URL as it is; None for anything else."""
    prefix, colon, rest = text.partition(":")
    base = active.terms.get(prefix) if colon else None
    if base is not None and base.prefix and base.iri is not None and not rest.startswith("//"):
        return base.iri + rest
    return text if is_url(text) else None


def is_url(value: object) -> bool:
    """Whether a value is one absolute URL.

    >>> is_url("did:web:producer.example"), is_url("https ://example.org"), is_url("producer"), is_url("https:x")
    (True, False, False, False)
    """
    return isinstance(value, str) and _URL.fullmatch(value) is not None


def _is_plain(name: str, term: Definition) -> bool:
    iri = term.iri
    return (
        iri is not None and not iri.startswith("@") and not name.startswith("@") and term.kind not in ("@id", "@vocab")
    )


def _is_link(name: str, term: Definition) -> bool:
    iri = term.iri
    return iri == "@id" or (iri is not None and iri[:1] != "@" and name[:1] != "@" and term.kind == "@id")


def _is_reference(members: Mapping[str, Any], active: ActiveContext) -> bool:
    """Whether an object is but a name of another: then it is in the context of whoever names it."""
    return len(members) == 1 and meaning(next(iter(members)), active) == "@id"


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [name for name in listed if isinstance(name, str)]


def _check_nullable(active: ActiveContext, override: bool, where: str) -> None:
    """JSON-LD 1.1 API 4.1.2 step 5.1.1: null would take protection away."""
    if not override and any(definition.protected for definition in active.terms.values()):
        raise TermRedefined(expected="protected terms kept", got="null", where=where)


def _merged(active: ActiveContext, table: Table, override: bool, where: str) -> ActiveContext:
    terms = dict(active.terms)
    protected = bool(table.get("protected", False))
    for name, given in table["terms"].items():
        new = _definition(name, given, protected)
        old = terms.get(name)
        if old is not None and old.protected and not override:
            # JSON-LD 1.1 API 4.2.2 step 27: the same meaning again is no redefinition.
            if new._replace(protected=True) != old:
                raise TermRedefined(expected=old.iri, got=new.iri or "another definition", where=f"{where}/{name}")
            continue
        terms[name] = new
    return ActiveContext(
        terms,
        table.get("vocab", active.vocab),
        active.previous,
        table.get("language", active.language),
        table.get("direction", active.direction),
    )


def _definition(name: str, given: Any, protected: bool) -> Definition:
    if given is None or isinstance(given, str):
        return Definition(given, protected=protected, prefix=is_prefix(name, given, given))
    return Definition(
        given["iri"],
        given.get("type"),
        tuple(given.get("container", ())),
        given.get("scope"),
        given.get("protected", protected),
        given.get("prefix", False),
        given.get("language", ""),
        given.get("direction", ""),
        given.get("index"),
    )


def _readable(item: Any, active: ActiveContext, where: str) -> Any:
    if item is None or isinstance(item, str):
        return item
    known = {name: Known(term.iri, term.prefix) for name, term in active.terms.items() if term.iri is not None}
    return abridge(item, known=known, vocab=active.vocab, where=where)


@cache
def pinned_contexts() -> ContextRegistry:
    """Every context that this version knows.

    >>> pinned_contexts().digests[V2][:16]
    '59955ced6697d61e'
    """
    listed = orjson.loads(files(__package__).joinpath("terms.json").read_bytes())
    tables = {url: _own(entry) if "file" in entry else entry for url, entry in listed.items()}
    return ContextRegistry(tables, {url: entry["sha256"] for url, entry in listed.items()})


def _own(entry: Mapping[str, str]) -> Table:
    """The house's own context: its file is part of the package, its digest part of the list of contexts."""
    raw = files("transire").joinpath(entry["file"]).read_bytes()
    if sha256(raw).hex() != entry["sha256"]:
        raise ContextNotPinned(expected=entry["sha256"], got=sha256(raw).hex(), where=entry["file"])
    return {**abridge(orjson.loads(raw)["@context"]), "sha384": entry["sha384"]}
