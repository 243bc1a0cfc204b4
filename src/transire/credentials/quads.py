"""RDF terms and quads as canonical N-Quads text (RDF Dataset Canonicalization 1.0, section 5).

A term is kept as the text that it has in a line: `<iri>`, `_:label`, `"text"`, `"text"@en`, `"7"^^<type>`. So a quad is
four strings, a line is a join, and nothing is written or escaped twice.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
XSD_STRING: Final = f"{_XSD}string"
XSD_BOOLEAN: Final = f"{_XSD}boolean"
XSD_INTEGER: Final = f"{_XSD}integer"
XSD_DOUBLE: Final = f"{_XSD}double"

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDF_TYPE: Final = f"<{_RDF}type>"
RDF_FIRST: Final = f"<{_RDF}first>"
RDF_REST: Final = f"<{_RDF}rest>"
RDF_NIL: Final = f"<{_RDF}nil>"
RDF_JSON: Final = f"{_RDF}JSON"

# Canonical N-Quads: seven characters have a short escape, other control characters a long one.
_ESCAPES: Final = {
    **{chr(code): f"\\u{code:04X}" for code in (*range(0x20), 0x7F)},
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
}
_ESCAPED: Final = re.compile(r'[\x00-\x1f\x7f"\\]')


class Quad(NamedTuple):
    """Subject, predicate, object and graph, each as it stands in a line; the default graph is empty text."""

    subject: str
    predicate: str
    object: str
    graph: str = ""


def line_of(subject: str, predicate: str, object: str, graph: str = "") -> str:
    """A quad as one line of N-Quads.

    >>> line_of("_:c14n0", RDF_TYPE, "<urn:seal>")
    '_:c14n0 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:seal> .\\n'
    """
    return f"{subject} {predicate} {object} {graph} .\n" if graph else f"{subject} {predicate} {object} .\n"


def is_blank(term: str) -> bool:
    """Whether a term is a blank node; a literal begins with a quotation mark."""
    return term.startswith("_:")


def iri_term(iri: str) -> str:
    """An IRI as a term."""
    return f"<{iri}>"


def literal(text: str, datatype: str = XSD_STRING, language: str | None = None) -> str:
    """A literal as a term; xsd:string is not written.

    >>> literal('a "b"'), literal("7", XSD_INTEGER), literal("sello", language="es")
    ('"a \\\\"b\\\\""', '"7"^^<http://www.w3.org/2001/XMLSchema#integer>', '"sello"@es')
    """
    quoted = f'"{_ESCAPED.sub(lambda found: _ESCAPES[found[0]], text)}"'
    if language is not None:
        return f"{quoted}@{language}"
    return quoted if datatype == XSD_STRING else f"{quoted}^^<{datatype}>"


def number_text(value: float, datatype: str | None) -> tuple[str, str]:
    """A JSON number as lexical form and datatype (JSON-LD 1.1 API 8.2.2).

    >>> number_text(7.0, None)[0], number_text(6.1, None)[0], number_text(7, XSD_DOUBLE)[0], number_text(5e-7, None)[0]
    ('7', '6.1E0', '7.0E0', '5.0E-7')
    """
    whole = value == int(value) if abs(value) < 1e21 else False
    if whole and datatype != XSD_DOUBLE:
        return str(int(value)), datatype or XSD_INTEGER
    mantissa, _, exponent = f"{float(value):.15E}".partition("E")
    trimmed = mantissa.rstrip("0")
    return f"{trimmed}0E{int(exponent)}" if trimmed.endswith(".") else f"{trimmed}E{int(exponent)}", (
        datatype or XSD_DOUBLE
    )
