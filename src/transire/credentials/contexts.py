"""JSON-LD contexts as tables of terms, each known by its URL and pinned by the SHA-256 of the published file.

Nothing is ever fetched. Of the W3C contexts the house keeps facts only (`terms.json`: digest and terms with their
IRIs); its own context is `documents/context.jsonld`, whose digest stands in the same list. This is the part of
JSON-LD 1.1 that the term check needs: definitions, protection, `@vocab`, prefixes, scoped contexts. Not a JSON-LD
processor: what it does not know (`@import`, `@base`, `@reverse`, `@propagate`) it refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple, NoReturn

import orjson

from transire.credentials.errors import ContextMalformed, ContextNotPinned, TermRedefined
from transire.crypto.digests import sha256

V2: Final = "https://www.w3.org/ns/credentials/v2"
OWN_CONTEXT: Final = "https://w3id.org/transire/v1"

Table = Mapping[str, Any]
"""`{"protected"?: bool, "vocab"?: IRI, "terms": {name: IRI | null | definition}}`, a definition being
`{"iri", "type"?, "container"?, "scope"?, "protected"?}`; a scope is a list of tables, URLs and null."""

MAX_CONTEXTS: Final = 16
"""Contexts of one credential: more has no use and makes the reader work."""
MAX_SCOPES: Final = 8
"""Levels of contexts inside term definitions; the W3C ones have three."""
_MEMO_LIMIT: Final = 256

_KEYWORD: Final = re.compile(r"@[A-Za-z]+")
_CONTEXT_MEMBERS: Final = frozenset({"@version", "@protected", "@vocab", "@language", "@direction"})
_TERM_MEMBERS: Final = frozenset(
    {"@id", "@type", "@container", "@context", "@protected", "@prefix", "@language", "@direction", "@index"}
)


class Definition(NamedTuple):
    """What a context says of a term; `iri` is None for a term that is cut off on purpose."""

    iri: str | None
    kind: str | None = None
    container: tuple[str, ...] = ()
    scope: Sequence[Any] | None = None
    protected: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ActiveContext:
    """The definitions in force at one place of a document (JSON-LD 1.1 API 4.1)."""

    terms: Mapping[str, Definition]
    vocab: str | None = None
    previous: ActiveContext | None = None
    memo: dict[Any, ActiveContext] = field(default_factory=dict, repr=False)


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

    def table(self, url: str, where: str = "/@context") -> Table:
        """The terms behind a URL."""
        if url not in self._tables:
            raise ContextNotPinned(got=url[:200], where=where)
        return self._tables[url]

    def active(self, contexts: Any, *, onto: ActiveContext | None = None, where: str = "/@context") -> ActiveContext:
        """Apply the value of an `@context` member."""
        active = self._start if onto is None else onto
        listed = contexts if isinstance(contexts, list) else [contexts]
        if len(listed) > MAX_CONTEXTS:
            raise ContextMalformed(expected=f"at most {MAX_CONTEXTS} contexts", got=len(listed), where=where)
        if all(isinstance(item, str) for item in listed):
            return self._remembered(active, tuple(listed), where)
        for item in listed:
            active = self._step(active, _readable(item, active, where), False, where)
        return active

    def scoped(self, active: ActiveContext, scope: Sequence[Any], *, override: bool, where: str) -> ActiveContext:
        """Apply a context that stands in a term definition; a property's own may override protected terms."""
        for item in scope:
            active = self._step(active, item, override, where)
        return active

    def _remembered(self, active: ActiveContext, urls: tuple[str, ...], where: str) -> ActiveContext:
        found = active.memo.get(urls)
        if found is None:
            found = active
            for url in urls:
                found = self._step(found, url, False, where)
            if len(active.memo) < _MEMO_LIMIT:
                active.memo[urls] = found
        return found

    def _step(self, active: ActiveContext, item: Any, override: bool, where: str) -> ActiveContext:
        if item is None:
            _check_nullable(active, override, where)
            return self._start
        table = self.table(item, where) if isinstance(item, str) else item
        return _merged(active, table, override, where)


def _check_nullable(active: ActiveContext, override: bool, where: str) -> None:
    """JSON-LD 1.1 API 4.1.2 step 5.1.1: null would take protection away."""
    if not override and any(definition.protected for definition in active.terms.values()):
        raise TermRedefined(expected="protected terms kept", got="null", where=where)


def _merged(active: ActiveContext, table: Table, override: bool, where: str) -> ActiveContext:
    terms = dict(active.terms)
    protected = bool(table.get("protected", False))
    for name, given in table["terms"].items():
        new = _definition(given, protected)
        old = terms.get(name)
        if old is not None and old.protected and not override:
            # JSON-LD 1.1 API 4.2.2 step 27: the same meaning again is no redefinition.
            if new._replace(protected=True) != old:
                raise TermRedefined(expected=old.iri, got=new.iri or "another definition", where=f"{where}/{name}")
            continue
        terms[name] = new
    return ActiveContext(terms, table.get("vocab", active.vocab), active.previous)


def _definition(given: Any, protected: bool) -> Definition:
    if given is None or isinstance(given, str):
        return Definition(given, protected=protected)
    return Definition(
        given["iri"],
        given.get("type"),
        tuple(given.get("container", ())),
        given.get("scope"),
        given.get("protected", protected),
    )


def _readable(item: Any, active: ActiveContext, where: str) -> Any:
    if item is None or isinstance(item, str):
        return item
    known = {name: term.iri for name, term in active.terms.items() if term.iri is not None}
    return abridge(item, known=known, vocab=active.vocab, where=where)


def abridge(
    context: Any, *, known: Mapping[str, str] | None = None, vocab: str | None = None, where: str = "/@context"
) -> Table:
    """Reduce the object form of a context to a table of terms with whole IRIs.

    >>> abridge({"ex": "https://example.org/#", "Seal": "ex:Seal"})
    {'terms': {'ex': 'https://example.org/#', 'Seal': 'https://example.org/#Seal'}}
    """
    return _Abridger(dict(known or {}), vocab, where).table(context, 0)


class _Abridger:
    """One context being reduced; prefixes of the contexts around it are known."""

    def __init__(self, known: dict[str, str], vocab: str | None, where: str) -> None:
        self._known = known
        self._vocab = vocab
        self._where = where

    def table(self, context: Any, depth: int) -> Table:
        if not isinstance(context, dict) or depth > MAX_SCOPES:
            self._refuse("an object of term definitions", context)
        vocab = context.get("@vocab", self._vocab)
        inner = _Abridger(self._known, self._text(vocab, "@vocab") if vocab is not None else None, self._where)
        local = {name: given for name, given in context.items() if not name.startswith("@")}
        result: dict[str, Any] = {}
        if self._flag(context, "@protected"):
            result["protected"] = True
        if "@vocab" in context:
            result["vocab"] = inner._vocab
        strange = {name for name in context if name.startswith("@")} - _CONTEXT_MEMBERS
        if strange:
            self._refuse(" ".join(sorted(_CONTEXT_MEMBERS)), sorted(strange))
        result["terms"] = {name: inner._term(name, local, depth) for name in local}
        return result

    def _term(self, name: str, local: Mapping[str, Any], depth: int) -> Any:
        given = local[name]
        if given is None:
            return None
        if isinstance(given, str):
            return self._iri(given, local, ())
        if not isinstance(given, dict) or not given.keys() <= _TERM_MEMBERS:
            self._refuse(f"a plain definition of {name}", given)
        written = given.get("@id", name)
        iri = None if written is None else self._iri(self._text(written, name), local, (name,))
        parts = {"iri": iri, **self._manner(given, local, depth)}
        return parts["iri"] if len(parts) == 1 else parts

    def _manner(self, given: Mapping[str, Any], local: Mapping[str, Any], depth: int) -> dict[str, Any]:
        parts: dict[str, Any] = {}
        if "@type" in given:
            parts["type"] = self._iri(self._text(given["@type"], "@type"), local, ())
        if "@container" in given:
            listed = given["@container"]
            kinds = listed if isinstance(listed, list) else [listed]
            parts["container"] = sorted(self._text(kind, "@container") for kind in kinds)
        if "@context" in given:
            parts["scope"] = self._scope(given["@context"], local, depth)
        if "@protected" in given:
            parts["protected"] = self._flag(given, "@protected")
        return parts

    def _scope(self, given: Any, local: Mapping[str, Any], depth: int) -> list[Any]:
        plain = {name: text for name, text in local.items() if isinstance(text, str)}
        known = self._known | {name: self._iri(text, local, (name,)) for name, text in plain.items()}
        inner = _Abridger(known, self._vocab, self._where)
        listed = given if isinstance(given, list) else [given]
        return [item if item is None or isinstance(item, str) else inner.table(item, depth + 1) for item in listed]

    def _iri(self, text: str, local: Mapping[str, Any], seen: tuple[str, ...]) -> str:
        """Expand a term, a compact IRI or a word under `@vocab` (JSON-LD 1.1 API 5.2)."""
        if _KEYWORD.fullmatch(text):
            return text
        prefix, colon, rest = text.partition(":")
        if colon and not rest.startswith("//"):
            base = self._named(prefix, local, seen)
            return text if base is None else base + rest
        if colon:
            return text
        found = self._named(text, local, seen)
        if found is not None:
            return found
        if self._vocab is None:
            self._refuse("an IRI", text)
        return self._vocab + text

    def _named(self, name: str, local: Mapping[str, Any], seen: tuple[str, ...]) -> str | None:
        given = local.get(name)
        if given is None or name in seen:
            return self._known.get(name)
        written = given if isinstance(given, str) else given.get("@id") if isinstance(given, dict) else None
        if not isinstance(written, str) or len(seen) > MAX_SCOPES:
            return None
        return self._iri(written, local, (*seen, name))

    def _text(self, value: Any, name: str) -> str:
        if not isinstance(value, str):
            self._refuse(f"text for {name}", value)
        return value

    def _flag(self, source: Mapping[str, Any], name: str) -> bool:
        value = source.get(name, False)
        if not isinstance(value, bool):
            self._refuse(f"true or false for {name}", value)
        return value

    def _refuse(self, expected: str, got: Any) -> NoReturn:
        raise ContextMalformed(expected=expected, got=repr(got)[:120], where=self._where)


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
    return abridge(orjson.loads(raw)["@context"])
