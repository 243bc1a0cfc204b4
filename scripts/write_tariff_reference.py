"""The pages of docs/reference about the tariff and the clocks, written from the code and its tables of law.

`write_reference.py` writes them with the others; they stand here because they are made of other things.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from transire.procedures.clocks import Clock, clocks
from transire.tariff import anomalies, notices
from transire.tariff.case import schema
from transire.tariff.law import Fee, FeeRow, fees, law
from transire.tariff.programmes import programmes
from transire.tariff.rate_reader import MEASURES, PARTS

WRITTEN = "This page is written from the code by `python scripts/write_reference.py`."


def duty_page() -> str:
    """What `transire tariff duty` takes and gives, and the law that it computes with."""
    form = schema()
    parts = [
        "# Duty and fees",
        WRITTEN,
        "What `transire tariff duty` takes and gives. How to use it: "
        "[compute duty and fees](../how-to/compute-duty.md); what is not computable and why: "
        "[duty](../explanation/duty.md).",
        "## A case",
        "One JSON object, or one a line. `transire tariff schema` prints the form as JSON Schema 2020-12. Amounts and "
        "quantities are texts, so that nobody rounds them on the way; what is not listed here is refused "
        "(`tariff.case-malformed`).",
        *_structs(form),
        "## The answer",
        "For each line: the column that applies, a charge for each tariff number and each fee with its `rate`, "
        "`formula`, `exact` amount before rounding, `amount` in US dollars and cents, `citation` and `as_of`, the day "
        "of the edition or of the row of law; the quantities in the units of the schedule; notices and problems. For "
        "the entry: the fees by class, and totals. A figure that is not known is `null`, and so is every total that it "
        "belongs to. Problems have the codes of [errors](errors.md); the exit status is 1 if there are any.",
        "## Notices",
        _table(("code", "what it says"), ((f"`{code}`", said) for code, said in notices.SENTENCES.items())),
        "## Anomalies of an export",
        "What `transire tariff import` tells of a file. Nothing is corrected; "
        f"rates with {', '.join(f'`{code}`' for code in anomalies.DOUBTFUL)} are kept and not computed with.",
        _table(("code", "what it says"), ((f"`{code}`", said) for code, said in anomalies.MEANINGS.items())),
        "## Fees",
        "*Confirmed* figures were read in the law or notice that is cited. The others are what brokers' tables say; an "
        "answer that uses one says so (`tariff.fee-not-confirmed`).",
        *_fees(),
        "## Rounding",
        _table(("what", "how, and by what"), ((f"`{name}`", said) for name, said in _members(law().rounding))),
        "## Column 2",
        f"{law().column_2.citation}.",
        _table(
            ("country", "from", "law"),
            ((one.country, one.start.isoformat(), one.citation) for one in law().column_2.countries),
        ),
        "## Programmes",
        _table(
            ("indicator", "programme", "in force", "law", "frees from the processing fee"),
            (
                (f"`{one.code}`", one.title, _period(one.start, one.end), one.citation, one.fee_citation or "no")
                for one in programmes().values()
            ),
        ),
        "## Measures that rates are by",
        _table(
            ("printed", "unit of quantity", "of"),
            ((f"`{words.strip()}`", _unit(one), one.of or "the goods") for words, one in MEASURES.items()),
        ),
        "## Parts of the value that rates are on",
        _table(
            ("printed", "`part` of the case"),
            ((f"`{words.strip()}`", " and ".join(names)) for words, names in PARTS.items() if names),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def clocks_page() -> str:
    """The statutory clocks."""
    return (
        "\n\n".join(
            [
                "# Statutory clocks",
                WRITTEN,
                "By when something is due. The day of the event is day nought; days are those of the place where "
                "customs decides, and the last one lasts until midnight there. Business days leave out Saturdays, "
                "Sundays and the legal holidays of 5 USC 6103. The law of the day on which a clock "
                "starts counts for all of it. "
                "*Confirmed* rows were read in the law that is cited.",
                _table(
                    ("clock", "for", "starts when", "length", "law", "in force", "confirmed"),
                    (
                        (
                            f"`{row.id}`",
                            row.title,
                            row.starts,
                            _length(row),
                            row.citation,
                            _period(row.start, row.end),
                            "yes" if row.confirmed else "no",
                        )
                        for row in clocks()
                    ),
                ),
            ]
        )
        + "\n"
    )


def _length(row: Clock) -> str:
    told = row.length
    if row.before is not None:
        told += f", at the latest {row.before.days} days before `{row.before.clock}`"
    if row.postponement is not None:
        rule = row.postponement
        told += (
            f"; put off once by at most {rule.most_days} days, asked within {rule.asked_within_days} ({rule.citation})"
        )
    return told


def _structs(form: Mapping[str, Any]) -> Iterator[str]:
    """Each object of the form: what it is, and its members."""
    for name, one in form["$defs"].items():
        if one.get("type") != "object":
            continue
        yield f"### {name}"
        yield " ".join(one.get("description", "").split())
        needed = one.get("required", ())
        yield _table(
            ("member", "needed", "is"),
            (
                (f"`{member}`", "yes" if member in needed else "no", _is(kind))
                for member, kind in one["properties"].items()
            ),
        )


def _is(kind: Mapping[str, Any]) -> str:
    """A type of the schema in words."""
    if "anyOf" in kind:
        return " or ".join(_is(one) for one in kind["anyOf"] if one.get("type") != "null")
    if "$ref" in kind:
        return kind["$ref"].rpartition("/")[2]
    if "enum" in kind:
        return " or ".join(f"`{word}`" for word in kind["enum"] if word is not None)
    if kind.get("type") == "array":
        return f"a list of {_is(kind['items'])}"
    told = [
        kind.get("description")
        or {"integer": "a whole number", "object": "names with values"}.get(kind["type"], "text")
    ]
    if kind.get("format") == "date":
        told = ["a date, YYYY-MM-DD"]
    if "pattern" in kind and "description" not in kind:
        told.append(f"of the form `{kind['pattern']}`")
    if kind.get("default") not in (None, [], {}):
        told.append(f"`{kind['default']}` if left out")
    return _cell(", ".join(told).replace(".,", ","))


def _fees() -> Iterator[str]:
    every = fees()
    for fee in (every.mpf_formal, every.mpf_informal, every.manual_surcharge, every.dutiable_mail, every.hmf):
        yield f"### {fee.class_code} {fee.title}"
        yield f"{fee.law}."
        yield _table(("from", "until", "figure", "source", "confirmed"), _rows(fee))
    yield "### Not computed"
    yield "These may be due and are told of, by chapter. A filer states them (`fees` of the line)."
    yield _table(
        ("class", "fee or tax", "law", "chapters"),
        ((one.class_code, one.title, one.citation, ", ".join(one.chapters)) for one in every.not_computed),
    )


def _rows(fee: Fee) -> Iterator[tuple[str, ...]]:
    for row in fee.rows:
        until = row.end.isoformat() if row.end else ""
        yield row.start.isoformat(), until, _figure(row), row.citation, "yes" if row.confirmed else "no"


def _figure(row: FeeRow) -> str:
    if row.percent is None:
        return f"{row.amount} USD"
    bounds = f", {row.minimum} to {row.maximum} USD" if row.minimum else ""
    return f"{row.percent}%{bounds}"


def _unit(one: Any) -> str:
    return f"{one.count:,} {one.unit}" if one.count > 1 else one.unit


def _members(one: Any) -> Iterator[tuple[str, str]]:
    return ((name, getattr(one, name)) for name in one.__struct_fields__)


def _period(start: Any, end: Any) -> str:
    return f"{start.isoformat()} to {end.isoformat()}" if end else f"from {start.isoformat()}"


def _table(head: tuple[str, ...], rows: Any) -> str:
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(map(_cell, row))} |" for row in rows)])


def _cell(text: str) -> str:
    return text.replace("|", "\\|") if "\\|" not in text else text
