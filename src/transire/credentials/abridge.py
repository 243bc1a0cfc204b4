"""Reduce a JSON-LD context to a table of terms with whole IRIs.

This is the part of context processing (JSON-LD 1.1 API 4.1, 4.2) that needs no other context than those already in
force. What it does not know (`@import`, `@base`, `@reverse`, `@propagate`, `@nest`) it refuses, because a context that
is read halfway gives words another meaning than their issuer's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, NoReturn

from transire.credentials.errors import ContextMalformed

Table = Mapping[str, Any]
"""`{"protected"?: bool, "vocab"?: IRI, "language"?: tag, "direction"?: "ltr" or "rtl", "terms": {name: IRI | null |
definition}}`, a definition being `{"iri", "type"?, "container"?, "scope"?, "protected"?, "language"?, "direction"?,
"index"?, "prefix"?}`; a scope is a list of tables, URLs and null."""

MAX_SCOPES: Final = 8
"""Levels of contexts inside term definitions; the W3C ones have three."""

_KEYWORD: Final = re.compile(r"@[A-Za-z]+")
_CONTEXT_MEMBERS: Final = frozenset({"@version", "@protected", "@vocab", "@language", "@direction"})
_TERM_MEMBERS: Final = frozenset(
    {"@id", "@type", "@container", "@context", "@protected", "@prefix", "@language", "@direction", "@index"}
)
_DELIMITERS: Final = tuple(":/?#[]@")
"""RFC 3986 gen-delims: a term whose IRI ends in one can be a prefix (JSON-LD 1.1 API 4.2.2 step 14.2.5)."""


class Known(NamedTuple):
    """What is known of a word around a context: its IRI, and whether it may begin a compact IRI."""

    iri: str
    prefix: bool


def is_prefix(name: str, given: Any, iri: str | None) -> bool:
    """Whether a term may begin a compact IRI: said so, or a plain one whose IRI ends in a delimiter."""
    if isinstance(given, Mapping):
        return bool(given.get("prefix", given.get("@prefix", False)))
    return iri is not None and iri.endswith(_DELIMITERS) and not {":", "/"} & set(name)


def abridge(
    context: Any, *, known: Mapping[str, Known] | None = None, vocab: str | None = None, where: str = "/@context"
) -> Table:
    """Reduce the object form of a context to a table of terms with whole IRIs.

    >>> abridge({"ex": "https://example.org/#", "Seal": "ex:Seal"})
    {'terms': {'ex': 'https://example.org/#', 'Seal': 'https://example.org/#Seal'}}
    """
    if isinstance(context, dict) and set(context) == {"@context"} and isinstance(context["@context"], dict):
        # A whole context document in the place of its content, as the tests of W3C write it.
        context = context["@context"]
    return _Abridger(dict(known or {}), vocab, where).table(context, 0)


class _Abridger:
    """One context being reduced; prefixes of the contexts around it are known."""

    def __init__(self, known: dict[str, Known], vocab: str | None, where: str) -> None:
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
        result |= {name[1:]: self._tag(context, name) for name in ("@language", "@direction") if name in context}
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
        if len(parts) == 1 and iri is not None and is_prefix(name, iri, iri):
            # Written out, a definition is no prefix unless it says so: this must not be lost with the braces.
            return {"iri": iri, "prefix": False}
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
        if self._flag(given, "@prefix"):
            parts["prefix"] = True
        if "@index" in given:
            parts["index"] = self._iri(self._text(given["@index"], "@index"), local, ())
        return parts | {name[1:]: self._tag(given, name) for name in ("@language", "@direction") if name in given}

    def _scope(self, given: Any, local: Mapping[str, Any], depth: int) -> list[Any]:
        plain = {name: self._iri(text, local, (name,)) for name, text in local.items() if isinstance(text, str)}
        known = self._known | {name: Known(iri, is_prefix(name, iri, iri)) for name, iri in plain.items()}
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
            return text if base is None or not base.prefix else base.iri + rest
        if colon:
            return text
        found = self._named(text, local, seen)
        if found is not None:
            return found.iri
        if self._vocab is None:
            self._refuse("an IRI", text)
        return self._vocab + text

    def _named(self, name: str, local: Mapping[str, Any], seen: tuple[str, ...]) -> Known | None:
        given = local.get(name)
        if given is None or name in seen:
            return self._known.get(name)
        written = given if isinstance(given, str) else given.get("@id") if isinstance(given, dict) else None
        if not isinstance(written, str) or len(seen) > MAX_SCOPES:
            return None
        iri = self._iri(written, local, (*seen, name))
        return Known(iri, is_prefix(name, given, iri))

    def _text(self, value: Any, name: str) -> str:
        if not isinstance(value, str):
            self._refuse(f"text for {name}", value)
        return value

    def _tag(self, source: Mapping[str, Any], name: str) -> str | None:
        value = source[name]
        if value is not None and (not isinstance(value, str) or (name == "@direction" and value not in ("ltr", "rtl"))):
            self._refuse(f"text or null for {name}", value)
        return value

    def _flag(self, source: Mapping[str, Any], name: str) -> bool:
        value = source.get(name, False)
        if not isinstance(value, bool):
            self._refuse(f"true or false for {name}", value)
        return value

    def _refuse(self, expected: str, got: Any) -> NoReturn:
        raise ContextMalformed(expected=expected, got=repr(got)[:120], where=self._where)
