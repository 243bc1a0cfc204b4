"""The term check: every member, every type and every identifier of a document has a meaning under its contexts.

JSON-LD drops what it cannot map without a word, and `eddsa-jcs-2022` signs it all the same; so both issuer and
verifier refuse what an RDF reader would lose. Follows the order of JSON-LD 1.1 API 5.1.2: back out of a type-scoped
context, property-scoped context, the object's own `@context`, type-scoped contexts by name, then the members.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any, Final

from transire.credentials.contexts import ActiveContext, ContextRegistry, Definition, is_url, meaning
from transire.credentials.errors import (
    ContextMalformed,
    CredentialMalformed,
    IdNotUrl,
    TermNotMapped,
    TypeNotMapped,
)

MAX_DEPTH: Final = 32
"""Levels of a foreign document; our own profile allows 16."""

_VALUE_MEMBERS: Final = frozenset({"@value", "@language", "@direction", "@type"})
_MAPS: Final = frozenset({"@language", "@index", "@id", "@type"})
_BOXES: Final = frozenset({dict, list})


def check_terms(document: Mapping[str, Any], contexts: ContextRegistry) -> None:
    """Refuse a document in which something has no meaning.

    >>> from transire.credentials.contexts import pinned_contexts
    >>> document = {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": "VerifiableCredential"}
    >>> check_terms(document, pinned_contexts())
    >>> check_terms({**document, "colour": "red"}, pinned_contexts())
    Traceback (most recent call last):
        ...
    transire.credentials.errors.TermNotMapped: The credential uses a word ... Got 'colour'. At /colour. ...
    """
    _Walk(contexts).node(document, contexts.active([]), None, "", 0)


class _Walk:
    """One pass over one document."""

    def __init__(self, contexts: ContextRegistry) -> None:
        self._contexts = contexts

    def node(
        self, members: Mapping[str, Any], active: ActiveContext, term: Definition | None, where: str, depth: int
    ) -> None:
        if depth > MAX_DEPTH:
            raise CredentialMalformed(expected=f"at most {MAX_DEPTH} levels", where=where)
        active = self._contexts.entered(members, active, term, where)
        if _is_simple(members, active):
            return
        before_types = active
        active = self._contexts.typed(members, active, where)
        plain, links = active.plain, active.links
        for name, value in members.items():
            if name in plain:
                if type(value) in _BOXES:
                    self._value(value, active, active.terms[name], f"{where}/{escaped(name)}", depth + 1)
            elif name != "@context" and not (name in links and is_url(value)):
                self._member(name, value, active, before_types, f"{where}/{escaped(name)}", depth)

    def _member(
        self, name: str, value: Any, active: ActiveContext, before_types: ActiveContext, where: str, depth: int
    ) -> None:
        iri = meaning(name, active)
        if iri is None:
            raise TermNotMapped(got=repr(name), where=where)
        if iri == "@id":
            _check_id(value, where)
        elif iri == "@type":
            _check_types(value, before_types, where)
        elif iri in ("@list", "@set"):
            self._value(value, active, Definition("@list"), where, depth + 1)
        elif iri.startswith("@"):
            raise ContextMalformed(expected="a member that is no JSON-LD keyword", got=iri, where=where)
        else:
            term = active.terms.get(name) or Definition(iri)
            self._value(value, active, term, where, depth + 1)

    def _value(self, value: Any, active: ActiveContext, term: Definition, where: str, depth: int) -> None:
        if term.kind == "@json":
            return
        if isinstance(value, list):
            if depth > MAX_DEPTH:
                raise CredentialMalformed(expected=f"at most {MAX_DEPTH} levels", where=where)
            simple = not term.container and term.kind is None
            # The context inside of every object of the list that brings none of its own.
            inside = self._contexts.entered({}, active, term, where) if simple and depth < MAX_DEPTH else None
            if inside is not None and _are_simple(value, inside):
                return
            for index, element in enumerate(value):
                if inside is not None and type(element) is dict and _is_simple(element, inside):
                    continue
                if simple and type(element) is dict and "@value" not in element:
                    self.node(element, active, term, f"{where}/{index}", depth + 1)
                else:
                    self._value(element, active, term, f"{where}/{index}", depth + 1)
        elif not isinstance(value, dict):
            self._scalar(value, active, term, where)
        elif "@value" in value:
            _check_value_object(value, active, where)
        elif _MAPS.intersection(term.container):
            self._map(value, active, term, where, depth)
        else:
            self.node(value, active, term, where, depth)

    def _map(self, value: Mapping[str, Any], active: ActiveContext, term: Definition, where: str, depth: int) -> None:
        """A container of `@language`, `@index`, `@id` or `@type`: the keys are data, the values are not."""
        inner = term._replace(container=())
        for key, element in value.items():
            self._value(element, active, inner, f"{where}/{escaped(key)}", depth + 1)

    def _scalar(self, value: Any, active: ActiveContext, term: Definition, where: str) -> None:
        if term.kind == "@id":
            if value is not None:
                _check_id(value, where)
        elif term.kind == "@vocab" and isinstance(value, str):
            if term.scope is not None:
                active = self._contexts.scoped(active, term.scope, override=True, where=where)
            if not active.is_term_of_url(value) and not is_url(meaning(value, active)):
                raise TermNotMapped(got=repr(value)[:120], where=where)


def _is_simple(members: Mapping[str, Any], active: ActiveContext) -> bool:
    """Whether an object, such as a line of an invoice, has but words under which any scalar is right, and scalars."""
    return active.plain.issuperset(members) and _BOXES.isdisjoint(map(type, members.values()))


def _are_simple(listed: list[Any], active: ActiveContext) -> bool:
    """Whether a list has such objects alone: asked of all of them at once, as of the lines of an invoice."""
    return (
        {dict}.issuperset(map(type, listed))
        and active.plain.issuperset(chain.from_iterable(listed))
        and _BOXES.isdisjoint(map(type, chain.from_iterable(map(dict.values, listed))))
    )


def _check_types(value: Any, active: ActiveContext, where: str) -> None:
    listed = value if isinstance(value, list) else [value]
    for name in listed:
        if not isinstance(name, str) or not (active.is_term_of_url(name) or is_url(meaning(name, active))):
            raise TypeNotMapped(expected="a type that maps to an absolute URL", got=repr(name)[:120], where=where)


def _check_id(value: Any, where: str) -> None:
    if not is_url(value):
        raise IdNotUrl(expected="one absolute URL", got=repr(value)[:120], where=where)


def _check_value_object(value: Mapping[str, Any], active: ActiveContext, where: str) -> None:
    strange = sorted(value.keys() - _VALUE_MEMBERS)
    if strange:
        raise TermNotMapped(expected="@value, @language, @direction or @type", got=strange, where=where)
    if "@type" in value and value["@type"] != "@json":
        _check_types(value["@type"], active, f"{where}/@type")


def escaped(name: str) -> str:
    """A member name inside a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name
