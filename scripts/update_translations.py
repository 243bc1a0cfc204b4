"""Brings the message catalogues of the portal up to date with its pages; says what is not translated yet.

    python scripts/update_translations.py           write the catalogues
    python scripts/update_translations.py --check   change nothing; fail when something is missing or left over

English stands in the sources. Messages come from templates and from `N_(...)` and `say(...)` in the doors, and from
what other rooms say in words that pages show: refusals, permissions, titles of documents and of checks.
"""

from __future__ import annotations

import ast
import importlib
import io
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

import transire
from transire.api import changes
from transire.desk.permissions import MATRIX
from transire.documents import pdf_invoice, problems
from transire.documents.catalogue import common_definition, document_type, schema_bytes, schema_ids
from transire.documents.form import Group, Table, form_of
from transire.errors import catalogue
from transire.ledger import verify
from transire.origin.agreements import agreements
from transire.portal.rendering import spaced
from transire.procedures.clocks import clocks
from transire.procedures.entry_summary.checks import CHECKS
from transire.procedures.entry_summary.receivers import REASONS
from transire.procedures.origin_verification.questions import questions
from transire.procedures.solicitation.reasons import reasons
from transire.tariff.agencies import agency_programmes

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "transire"
METHODS = [
    ("**/templates/**.html", "jinja2.ext:babel_extract"),
    ("portal/**.py", "python"),
    ("**/pages.py", "python"),
    ("**/*_pages.py", "python"),
]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "say": None}
OPTIONS = {"**/templates/**.html": {"newstyle_gettext": "true", "trimmed": "true"}}
LANGUAGES = ("es",)
SPOKEN_CODES = (
    "portal",
    "desk",
    "documents",
    "records",
    "procedures",
    "certification",
    "determination",
    "authority",
    "entry",
    "verification",
    "refund",
    "solicitation",
    "credentials",
)
"""The errors that persons meet on pages; those of ledger and engine are met by operators, who read the log."""
GOVERNING = ("governance", "members", "parameters", "possession", "proof.errors", "rules")
"""Modules of the ledger whose refusals are met on pages: by governors and registrars, and by who looks at a proof."""


def messages() -> Iterator[tuple[str, str | tuple[str, str]]]:
    """Every message with the room that says it: the portal, or a procedure."""
    found = extract_from_dir(str(PACKAGE), METHODS, OPTIONS, KEYWORDS, strip_comment_tags=True)
    for path, _, message, _, _ in found:
        yield room_of(path), message if isinstance(message, str) else (message[0], message[1])
    for text in spoken_words():
        yield "portal", text


def spoken_words() -> Iterator[str]:
    """What other rooms say in words that pages show: refusals, permissions, titles of documents and checks, fields."""
    for module in pkgutil.walk_packages(transire.__path__, "transire."):
        if module.name.rsplit(".", 1)[-1] == "errors":
            importlib.import_module(module.name)  # the catalogue knows the errors of modules that were imported
    for code, kind in catalogue().items():
        if code.partition(".")[0] in SPOKEN_CODES or kind.__module__ in map("transire.ledger.{}".format, GOVERNING):
            yield from (kind.sentence, kind.fix)
    yield from changes.SENTENCES.values()
    yield from (row.sentence for row in MATRIX)
    yield from (reason.title for reason in reasons().values())
    yield from (verify._FORM_TITLE, *(rule.title for rule in verify._RULES.values()))
    yield from problems._SENTENCES.values()
    for law in agreements().values():
        yield from (law.title, *(criterion.title for criterion in law.criteria.values()))
        yield from (spaced(name) for name in law.criteria if len(name) > 1)  # the others are letters of the law
    for path in sorted((PACKAGE / "documents").glob("*.py")):
        yield from _refused_cells(ast.parse(path.read_text(encoding="utf-8")))
    yield from (question.text for question in questions())
    yield from (clock.title for clock in clocks())
    for check in CHECKS:
        yield from (check.sentence, check.fix)
    for schema_id in schema_ids():
        yield document_type(schema_id).title
        yield from (spaced(name) for name in _names(msgspec.json.decode(schema_bytes(schema_id))))
        if document_type(schema_id).issued_by:
            yield document_type(schema_id).description
            yield from _words_of_form(schema_id)
    yield from (
        spaced(name)
        for name in _names([common_definition(name) for name in ("tradeParty", "tradePlace", "knownAddress")])
    )
    yield from (programme.title for programme in agency_programmes())
    yield from REASONS
    yield from pdf_invoice.REASONS


def _words_of_form(schema_id: str) -> Iterator[str]:
    """The hints and choices of a form that is made from the schema of a type."""
    for part in form_of(schema_id):
        fields = part.fields if isinstance(part, Group) else part.columns if isinstance(part, Table) else (part,)
        for field in fields:
            if not (isinstance(part, Table) and field.kind != "choice"):  # cells of a table show no hint
                yield from (text for text in (field.hint,) if text)
            yield from (spaced(choice) for choice in field.choices if not choice.isdigit())


def _refused_cells(tree: ast.Module) -> Iterator[str]:
    """Sentence and fix of every `CellRefused(code, sentence, fix)`, and sentence of every `Unclear(sentence)`, that are
    constant: what is wrong with a table, and why something on a page was not read."""
    first = {"CellRefused": 1, "Unclear": 0}
    for node in ast.walk(tree):
        name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name in first:
            for said in node.args[first[name] :]:
                if isinstance(said, ast.Constant) and isinstance(said.value, str):
                    yield said.value


def _names(schema: Any) -> Iterator[str]:
    """The names of all members in a JSON Schema."""
    if isinstance(schema, Mapping):
        yield from schema.get("properties", {})
        for inner in schema.values():
            yield from _names(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _names(inner)


def room_of(path: str) -> str:
    parts = path.split("/")
    return f"procedures/{parts[1]}" if parts[0] == "procedures" else parts[0]


def wanted() -> dict[str, dict[str, str | tuple[str, str]]]:
    """The messages of each room; one that the portal says too is the portal's."""
    rooms: dict[str, dict[str, str | tuple[str, str]]] = {"portal": {}}
    for room, message in messages():
        rooms.setdefault(room, {})[message if isinstance(message, str) else message[0]] = message
    for room, said in rooms.items():
        if room != "portal":
            for key in [key for key in said if key in rooms["portal"]]:
                del said[key]
    return rooms


def updated(path: Path, language: str, said: dict[str, str | tuple[str, str]]) -> Catalog:
    """The catalogue with exactly these messages, and the translations that it had."""
    before = read_po(path.open("rb"), locale=language) if path.is_file() else Catalog(locale=language)
    catalogue = Catalog(locale=language, project="transire", header_comment="# Messages of the pages of this room.")
    catalogue.mime_headers = [("Content-Type", "text/plain; charset=utf-8")]
    for key, message in sorted(said.items()):
        old = before.get(key)
        catalogue.add(message, old.string if old is not None else None)
    return catalogue


def text_of(catalogue: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=110, omit_header=True, sort_output=True, no_location=True)
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    header += '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    return header.encode() + buffer.getvalue()


def main() -> int:
    check, failures = "--check" in sys.argv, 0
    for room, said in sorted(wanted().items()):
        for language in LANGUAGES:
            path = PACKAGE / room / "translations" / f"{language}.po"
            catalogue = updated(path, language, said)
            text = text_of(catalogue)
            missing = [m.id for m in catalogue if m.id and not (all(m.string) if m.pluralizable else m.string)]
            stale = not path.is_file() or path.read_bytes() != text
            if not check and stale:
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(text)
            failures += len(missing) + (stale and check)
            print(
                f"{room}: {len(said)} messages, {len(missing)} not in {language}"
                + (", stale" if stale and check else "")
            )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
