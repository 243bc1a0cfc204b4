"""The contract, `openapi.yaml`, as the program reads it: what each operation takes, checked with all faults at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import msgspec
import yaml
from starlette.datastructures import QueryParams

from transire.api.errors import MediaTypeRefused, RequestInvalid

FILE: Final = Path(__file__).parent / "openapi.yaml"
METHODS: Final = ("get", "post", "put", "patch", "delete")
_REFERENCE: Final = "#/components/"


class Terms(msgspec.Struct, frozen=True):
    """What one operation takes: the schema of its query, and of its body by media type."""

    query: Mapping[str, Any]
    check_query: Any
    bodies: Mapping[str, Any]
    body_required: bool

    def read_query(self, sent: QueryParams) -> dict[str, Any]:
        """The query with numbers as numbers and defaults filled in; unknown words are refused."""
        properties: Mapping[str, Any] = self.query["properties"]
        given = sent.multi_items()
        values = {name: _typed(text, properties.get(name, {})) for name, text in given}
        if len(values) != len(given):
            raise RequestInvalid([("query", "a parameter is given twice")])
        _require(self.check_query, values, "query")
        defaults = {name: schema["default"] for name, schema in properties.items() if "default" in schema}
        return defaults | values

    def check_body(self, media_type: str, body: Any) -> None:
        """Refuse a body that does not fit."""
        if media_type not in self.bodies:
            raise MediaTypeRefused(got=media_type or "none", expected=", ".join(self.bodies) or "no body")
        _require(self.bodies[media_type], body, "body")


class Contract:
    """The whole contract."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.terms = {name: self._terms(found) for _, _, name, found in self.operations()}

    def operations(self) -> list[tuple[str, str, str, dict[str, Any]]]:
        """Method, path, name and the rest of every operation."""
        return [
            (method.upper(), path, found["operationId"], found | {"shared": item.get("parameters", [])})
            for path, item in self.document["paths"].items()
            for method, found in item.items()
            if method in METHODS
        ]

    def resolve(self, found: dict[str, Any]) -> dict[str, Any]:
        """What a reference into the components names; anything else as it is."""
        reference = found.get("$ref")
        if reference is None:
            return found
        kind, name = str(reference).removeprefix(_REFERENCE).split("/")
        resolved: dict[str, Any] = self.document["components"][kind][name]
        return resolved

    def _terms(self, found: dict[str, Any]) -> Terms:
        parameters = [self.resolve(each) for each in [*found["shared"], *found.get("parameters", [])]]
        asked = [each for each in parameters if each["in"] == "query"]
        query = {
            "type": "object",
            "properties": {each["name"]: each["schema"] for each in asked},
            "required": [each["name"] for each in asked if each.get("required")],
            "additionalProperties": False,
        }
        taken = self.resolve(found.get("requestBody", {}))
        bodies = {media: self._validator(each["schema"]) for media, each in taken.get("content", {}).items()}
        return Terms(query, self._validator(query), bodies, bool(taken.get("required")))

    def _validator(self, schema: Mapping[str, Any]) -> Any:
        whole = {**schema, "components": self.document["components"]}
        return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


@cache
def read_contract() -> Contract:
    """The contract that lies beside this module."""
    return Contract(yaml.load(FILE.read_bytes(), Loader=yaml.CSafeLoader))


def _typed(text: str, schema: Mapping[str, Any]) -> Any:
    """A query is text; a whole number in it is read as one, and left to the schema otherwise."""
    if schema.get("type") == "integer" and text.lstrip("-").isdecimal() and len(text) <= 15:
        return int(text)
    if schema.get("type") == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _require(validator: Any, value: Any, root: str) -> None:
    faults = [
        (f"{root}{''.join(f'/{part}' for part in fault.instance_path)}", str(fault.message))
        for fault in validator.iter_errors(value)
    ]
    if faults:
        raise RequestInvalid(faults)
