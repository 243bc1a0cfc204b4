"""From a credential to RDF: JSON-LD 1.1 expansion and deserialisation in one walk over pinned tables of terms.

Runs after `check_terms`, which has refused every word without a meaning; what is left to refuse is what this reader
does not turn into RDF (a map by property value, a graph inside a map). Nothing is ever dropped: a signature over RDF
that lost a member would hold for a document that says something else (VC Data Integrity 5.2, data loss).
Text with a direction becomes a literal of the i18n namespace, as the libraries that others use do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from transire.credentials.canonical import jcs_any
from transire.credentials.contexts import ActiveContext, ContextRegistry, Definition, is_url, meaning, whole
from transire.credentials.errors import CredentialMalformed, DataLoss, IdNotUrl
from transire.credentials.quads import (
    RDF_FIRST,
    RDF_JSON,
    RDF_NIL,
    RDF_REST,
    RDF_TYPE,
    XSD_BOOLEAN,
    XSD_DOUBLE,
    XSD_STRING,
    Quad,
    iri_term,
    literal,
    number_text,
)
from transire.credentials.terms import MAX_DEPTH, escaped

MAX_QUADS: Final = 20_000
"""Statements of one document: a certification of a thousand goods has some twelve thousand."""

_I18N: Final = "https://www.w3.org/ns/i18n#"


class BlankLabels:
    """Labels of blank nodes by the object that has no id of its own.

    Used twice, for a document and for a selection from it, it gives an object and its part the same label; `origin`
    says which object of the document an object of the selection came from.
    """

    def __init__(self) -> None:
        self.origin: dict[int, int] = {}
        self._labels: dict[int, str] = {}

    def of(self, members: Mapping[str, Any]) -> str:
        """The label of an object."""
        key = self.origin.get(id(members), id(members))
        return self._labels.setdefault(key, f"_:b{len(self._labels)}")


def to_quads(document: Mapping[str, Any], contexts: ContextRegistry, labels: BlankLabels | None = None) -> list[Quad]:
    """Every statement of a document, once each, in the order in which they are met; blank nodes are `_:b0` and on.

    With `labels` an ordered list or a graph of its own, whose parts have no object to be known by, is refused.

    >>> from transire.credentials.contexts import V2, pinned_contexts
    >>> from transire.credentials.quads import line_of
    >>> [line_of(*quad) for quad in to_quads({"@context": V2, "name": "seal"}, pinned_contexts())]
    ['_:b0 <https://schema.org/name> "seal" .\\n']
    """
    writer = _Writer(contexts, labels)
    writer.node(document, contexts.active([]), None, "", "", 0)
    return list(writer.quads)


class _Word(NamedTuple):
    """A word under which text stands: its predicate, and what a reader makes of the text."""

    predicate: str
    datatype: str | None
    language: str | None
    direction: str | None

    def said(self, value: str) -> str:
        """The text as a term."""
        return _text(value, self.language, self.direction) if self.datatype is None else _typed(value, self.datatype)


class _Writer:
    """One walk over one document. `quads` is a dict for its order and for each statement once."""

    def __init__(self, contexts: ContextRegistry, labels: BlankLabels | None) -> None:
        self._contexts = contexts
        self._labels = labels
        self._blanks = 0
        self._predicates: dict[str | None, str] = {}
        self._words: dict[ActiveContext, dict[str, _Word | None]] = {}
        self.quads: dict[Quad, None] = {}

    def node(
        self,
        members: Mapping[str, Any],
        active: ActiveContext,
        term: Definition | None,
        graph: str,
        where: str,
        depth: int,
        name: str | None = None,
    ) -> str:
        """Write an object as a node and give its term; `name` is its id where a map gives it."""
        if depth > MAX_DEPTH:
            raise CredentialMalformed(expected=f"at most {MAX_DEPTH} levels", where=where)
        active = self._contexts.entered(members, active, term, where)
        before_types = active
        active = self._contexts.typed(members, active, where)
        terms = active.terms
        meant = {key: terms[key].iri if key in terms else meaning(key, active) for key in members}
        subject = name or self._subject(members, meant, active, where)
        words = self._words.setdefault(active, {})
        for key, iri in meant.items():
            value = members[key]
            word = words.get(key)
            if word is not None and value.__class__ is str:
                self._add(subject, word.predicate, word.said(value), graph)
            elif iri == "@type":
                for each in _listed(value):
                    self._add(subject, RDF_TYPE, iri_term(_absolute(meaning(each, before_types), where)), graph)
            elif iri is not None and not iri.startswith("@"):
                definition = terms.get(key) or Definition(iri)
                self._property(subject, definition, value, active, graph, f"{where}/{escaped(key)}", depth + 1)
                words[key] = self._word(definition, active)
        return subject

    def _word(self, term: Definition, active: ActiveContext) -> _Word | None:
        """What a word makes of text, so that the next line of a list need not ask again; None for what is no text."""
        if term.container or term.scope is not None or str(term.kind).startswith("@"):
            return None
        language = active.language if term.language == "" else term.language
        direction = active.direction if term.direction == "" else term.direction
        return _Word(self._predicates[term.iri], term.kind, language, direction)

    def _subject(
        self, members: Mapping[str, Any], meant: Mapping[str, str | None], active: ActiveContext, where: str
    ) -> str:
        for key, iri in meant.items():
            if iri == "@id":
                return iri_term(_absolute(whole(members[key], active), f"{where}/{escaped(key)}"))
        return self._blank(where) if self._labels is None else self._labels.of(members)

    def _property(
        self, subject: str, term: Definition, value: Any, active: ActiveContext, graph: str, where: str, depth: int
    ) -> None:
        predicate = self._predicates.get(term.iri)
        if predicate is None:
            predicate = self._predicates[term.iri] = iri_term(_absolute(term.iri, where))
        if value.__class__ is str and not term.container and term.kind != "@json":
            self._add(subject, predicate, self._scalar(value, active, term, where), graph)
            return
        if "@list" in term.container:
            self._add(subject, predicate, self._list(value, active, term, graph, where, depth), graph)
            return
        for found in self._values(value, active, term, graph, where, depth):
            self._add(subject, predicate, found, graph)

    def _values(
        self, value: Any, active: ActiveContext, term: Definition, graph: str, where: str, depth: int
    ) -> list[str]:
        """The objects that a value stands for: none for null, several for an array or a map."""
        if depth > MAX_DEPTH:
            raise CredentialMalformed(expected=f"at most {MAX_DEPTH} levels", where=where)
        if term.kind == "@json":
            return [literal(jcs_any(value).decode(), RDF_JSON)]
        if isinstance(value, list):
            return [
                found
                for index, element in enumerate(value)
                for found in self._values(element, active, term, graph, f"{where}/{index}", depth + 1)
            ]
        if isinstance(value, dict):
            return self._object(value, active, term, graph, where, depth)
        if value is None:
            return []
        if "@graph" in term.container:
            raise DataLoss(expected="an object, which is a graph of its own", got=repr(value)[:60], where=where)
        return [self._scalar(value, active, term, where)]

    def _object(
        self, value: dict[str, Any], active: ActiveContext, term: Definition, graph: str, where: str, depth: int
    ) -> list[str]:
        keywords = {meaning(key, active): key for key in value}
        if "@value" in keywords:
            return _value_object({iri: value[key] for iri, key in keywords.items()}, active, where)
        if "@set" in keywords:
            return self._values(value[keywords["@set"]], active, term, graph, where, depth + 1)
        if "@list" in keywords:
            return [self._list(value[keywords["@list"]], active, term, graph, where, depth + 1)]
        kinds = [kind for kind in ("@language", "@index", "@id", "@type") if kind in term.container]
        if "@graph" in term.container:
            if kinds:
                raise DataLoss(expected="one graph a value", got=" ".join(term.container), where=where)
            inner = self._blank(where)
            self.node(value, active, term, inner, where, depth)
            return [inner]
        if kinds:
            return self._map(kinds[0], value, active, term, graph, where, depth)
        return [self.node(value, active, term, graph, where, depth)]

    def _map(
        self,
        kind: str,
        value: dict[str, Any],
        active: ActiveContext,
        term: Definition,
        graph: str,
        where: str,
        depth: int,
    ) -> list[str]:
        """A container whose keys are languages, ids, types or, without meaning in RDF, indexes."""
        if term.index_by is not None or kind == "@type":
            raise DataLoss(
                expected="a map by language, id or index", got=f"a map by {term.index_by or kind}", where=where
            )
        inner = term._replace(container=())
        found: list[str] = []
        for key, element in value.items():
            place = f"{where}/{escaped(key)}"
            if kind == "@id":
                found.append(self._named(key, element, active, inner, graph, place, depth + 1))
            elif kind == "@language":
                found += _in_language(key, element, active, place)
            else:
                found += self._values(element, active, inner, graph, place, depth + 1)
        return found

    def _named(
        self, key: str, element: Any, active: ActiveContext, term: Definition, graph: str, where: str, depth: int
    ) -> str:
        if not isinstance(element, dict):
            raise CredentialMalformed(expected="an object", got=repr(element)[:60], where=where)
        return self.node(element, active, term, graph, where, depth, iri_term(_absolute(whole(key, active), where)))

    def _list(self, value: Any, active: ActiveContext, term: Definition, graph: str, where: str, depth: int) -> str:
        """An ordered list as a chain of cells (RDF Schema 5.2); an array in it is a list of its own."""
        if isinstance(value, dict) and len(value) == 1 and meaning(next(iter(value)), active) == "@list":
            value = next(iter(value.values()))
        items: list[str] = []
        inner = term._replace(container=tuple(kind for kind in term.container if kind != "@list"))
        for index, element in enumerate(_listed(value)):
            place = f"{where}/{index}"
            if isinstance(element, list):
                items.append(self._list(element, active, inner, graph, place, depth + 1))
            else:
                items += self._values(element, active, inner, graph, place, depth + 1)
        rest = RDF_NIL
        for item in reversed(items):
            cell = self._blank(where)
            self._add(cell, RDF_FIRST, item, graph)
            self._add(cell, RDF_REST, rest, graph)
            rest = cell
        return rest

    def _scalar(self, value: Any, active: ActiveContext, term: Definition, where: str) -> str:
        if term.scope is not None:
            active = self._contexts.scoped(active, term.scope, override=True, where=where)
        if isinstance(value, str) and term.kind in ("@id", "@vocab"):
            iri = whole(value, active) if term.kind == "@id" else meaning(value, active)
            return iri_term(_absolute(iri, where))
        datatype = term.kind if term.kind not in ("@id", "@vocab", "@none") else None
        if isinstance(value, str) and datatype is None:
            language = active.language if term.language == "" else term.language
            direction = active.direction if term.direction == "" else term.direction
            return _text(value, language, direction)
        return _typed(value, datatype)

    def _blank(self, where: str) -> str:
        if self._labels is not None:
            raise DataLoss(
                expected="objects and sets, of which a part can be shown", got="a list or graph", where=where
            )
        label = f"_:b{self._blanks}"
        self._blanks += 1
        return label

    def _add(self, subject: str, predicate: str, object: str, graph: str) -> None:
        self.quads[Quad(subject, predicate, object, graph)] = None
        if len(self.quads) > MAX_QUADS:
            raise CredentialMalformed(expected=f"at most {MAX_QUADS} statements", got="more")


def _value_object(members: Mapping[str | None, Any], active: ActiveContext, where: str) -> list[str]:
    value, kind = members["@value"], members.get("@type")
    if kind == "@json":
        return [literal(jcs_any(value).decode(), RDF_JSON)]
    if value is None:
        return []
    if isinstance(value, dict | list):
        raise CredentialMalformed(expected="text, a number or a boolean", got=repr(value)[:60], where=f"{where}/@value")
    if kind is not None:
        return [_typed(value, _absolute(meaning(str(kind), active), f"{where}/@type"))]
    if isinstance(value, str):
        return [_text(value, members.get("@language"), members.get("@direction"))]
    return [_typed(value, None)]


def _in_language(key: str, element: Any, active: ActiveContext, where: str) -> list[str]:
    language = None if meaning(key, active) == "@none" else key
    found = [item for item in _listed(element) if item is not None]
    if not all(isinstance(item, str) for item in found):
        raise CredentialMalformed(expected="text in a language", got=repr(element)[:60], where=where)
    return [_text(item, language, active.direction) for item in found]


def _text(value: str, language: str | None, direction: str | None) -> str:
    # JSON-LD 1.1 API lets a reader write language tags in lower case, and the widespread ones do.
    tag = None if language is None else language.lower()
    if direction is not None:
        return literal(value, f"{_I18N}{tag or ''}_{direction}")
    return literal(value, language=tag)


def _typed(value: Any, datatype: str | None) -> str:
    if isinstance(value, bool):
        return literal("true" if value else "false", datatype or XSD_BOOLEAN)
    if isinstance(value, int | float):
        return literal(*number_text(value, datatype))
    if datatype == XSD_DOUBLE:
        try:
            return literal(*number_text(float(value), datatype))
        except ValueError as error:
            raise CredentialMalformed(expected="a number", got=repr(value)[:40]) from error
    return literal(str(value), datatype or XSD_STRING)


def _absolute(iri: str | None, where: str) -> str:
    if iri is None or not is_url(iri):
        raise IdNotUrl(expected="one absolute URL", got=repr(iri)[:120], where=where)
    return iri


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
