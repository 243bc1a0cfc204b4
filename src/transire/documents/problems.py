"""What a JSON Schema refuses, said so that a trader can mend it.

The schemas help with three annotations of their own: `x-expected` says what a code looks like, `x-sentence` and
`x-where` stand beside `anyOf`, `oneOf`, `not` and `else` and say what those mean. A missing member is explained by its
`description`, which cites the law.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from jsonschema_rs import Draft202012Validator, ValidationError

from transire.documents.errors import Problem

_SENTENCES: Final = {
    "required": "A field that the law or the form asks for is missing.",
    "additionalProperties": "This field is not known here; a misspelt name is not ignored.",
    "type": "The value is of the wrong kind.",
    "pattern": "The value is not written in the form that is needed.",
    "format": "The value is not a valid code of its kind.",
    "enum": "The value is not one of those that are possible here.",
    "const": "The text must be exactly the one that is required.",
    "contains": "The list does not hold what it must hold.",
    "minItems": "The list is too short.",
    "maxItems": "The list is too long.",
    "minLength": "The text is empty or too short.",
    "maxLength": "The text is too long.",
    "minimum": "The number is too small.",
    "maximum": "The number is too large.",
    "falseSchema": "This field does not belong here.",
    "not": "These fields exclude one another.",
    "anyOf": "None of the forms that are possible here fits.",
    "oneOf": "Exactly one of the forms that are possible here must fit.",
}
# Keywords whose meaning only the schema's author knows; the others explain themselves.
_EXPLAINED: Final = frozenset({"falseSchema", "not", "anyOf", "oneOf"})
# What a code looks like is told instead of its pattern or the name of its format.
_SHAPES: Final = frozenset({"pattern", "format", "minLength", "maxLength"})
_DETAILS: Final = ("options", "expected_value", "types", "limit", "format", "pattern")
_SHOWN: Final = 120

Schema = Mapping[str, Any]


def find_schema_problems(
    validator: Draft202012Validator, document: object, *, root: Schema, common: Schema
) -> tuple[Problem, ...]:
    """Every problem that the schema finds, once for each place, in the order of the places."""
    found = {
        problem
        for error in validator.iter_errors(document)
        for problem in _problems_of(error, root=root, common=common)
    }
    patterns = {problem.where for problem in found if problem.code == "documents.pattern"}
    kept = (problem for problem in found if problem.code != "documents.format" or problem.where not in patterns)
    return tuple(sorted(kept, key=lambda problem: (problem.where, problem.code, problem.expected or "")))


def find_floats(value: object, where: str = "") -> Iterator[Problem]:
    """Every number with a point: JSON Schema takes 1.0 for an integer, the typed readers take no float at all."""
    if _has_float(value):  # nearly never: then no pointer is written
        yield from _floats_in(value, where)


def _has_float(value: object) -> bool:
    waiting = [value]
    for each in waiting:  # grows while it is walked: a large entry has tens of thousands of values
        if isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, float):
            return True
    return False


def _floats_in(value: object, where: str) -> Iterator[Problem]:
    if isinstance(value, float):
        yield Problem(
            where=where,
            code="documents.float",
            sentence="Numbers here are whole; everything else is written as text.",
            got=repr(value),
            expected="a whole number, or a decimal in quotation marks",
        )
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _floats_in(member, f"{where}/{escaped(str(name))}")
    elif isinstance(value, list):
        for at, element in enumerate(value):
            yield from _floats_in(element, f"{where}/{at}")


def _problems_of(error: ValidationError, *, root: Schema, common: Schema) -> Iterator[Problem]:
    """One problem for each place: a missing or unknown member is named by its own pointer."""
    keyword, details = error.kind.name, error.kind.as_dict()
    above = _subschemas(error.schema_path, root=root, common=common)
    explained = next((one for one in reversed(above) if "x-sentence" in one), {}) if keyword in _EXPLAINED else {}
    where = _pointer(error.instance_path) + explained.get("x-where", "")
    names = _members(keyword, details)
    for name in names or ("",):
        yield Problem(
            where=f"{where}/{escaped(name)}" if names else where,
            code=f"documents.{_kebab(keyword)}",
            sentence=explained.get("x-sentence") or _SENTENCES.get(keyword, "The value does not fit the schema."),
            got=None if names or explained else _shown(error.instance),
            expected=_expected(keyword, details, above, name),
        )


def _members(keyword: str, details: Mapping[str, Any]) -> tuple[str, ...]:
    if keyword == "required":
        return (str(details["property"]),)
    if keyword == "additionalProperties":
        return tuple(str(name) for name in details["unexpected"])
    return ()


def _expected(keyword: str, details: Mapping[str, Any], above: Sequence[Schema], name: str) -> str | None:
    if keyword == "required":
        described = (one["properties"][name] for one in reversed(above) if name in one.get("properties", {}))
        return next((str(one["description"]) for one in described if "description" in one), "a value here")
    if keyword in _SHAPES and above and "x-expected" in above[-1]:
        return str(above[-1]["x-expected"])
    return next((_shown(details[detail]) for detail in _DETAILS if detail in details), None)


def _subschemas(path: Sequence[str | int], *, root: Schema, common: Schema) -> list[Schema]:
    """The schemas on the way to the keyword that refused, from the outermost to the one that holds it."""
    here: Any = common if path[:1] == ["$defs"] else root
    found = [here]
    for part in path[:-1]:
        here = here[part]
        if isinstance(here, dict):
            found.append(here)
    return found


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _pointer(path: Sequence[str | int]) -> str:
    return "".join(f"/{escaped(str(part))}" for part in path)


def escaped(part: str) -> str:
    """One part of a JSON pointer (RFC 6901 section 3)."""
    return part.replace("~", "~0").replace("/", "~1")


def _kebab(keyword: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in keyword)
