"""Schemathesis holds the real application to its contract: whatever is sent, the answer is one that was promised.

Each operation gets some requests that fit the contract and some that do not. `TRANSIRE_THOROUGH=1` asks besides for
each single value and each single fault that the contract can express: some 7,000 requests, and minutes.
"""

from __future__ import annotations

import hashlib
import os
import re
from typing import Any

import schemathesis
from api_world import Told
from hypothesis import HealthCheck, settings
from schemathesis.generation import GenerationMode
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.types import ASGIApp, Receive, Scope, Send

from transire.api.contract import read_contract

EXAMPLES = 8
"""Requests for each operation and mode."""


class Later:
    """Operations are collected before the world is made: the application comes later."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@schemathesis.serializer("application/vnd.transire.envelopes")
def envelopes_as_they_are(ctx: object, value: Any) -> bytes:
    """The contract says bytes: they are sent as they were made up."""
    return value if isinstance(value, bytes) else bytes(getattr(value, "data", b"")) or str(value).encode()


later = Later()
schema = schemathesis.openapi.from_dict(read_contract().document)
if not os.environ.get("TRANSIRE_THOROUGH"):
    schema.config.phases.update(phases=["examples", "fuzzing"])
schema.app = later


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)
def test_the_application_keeps_its_contract(case: Case, told: Told) -> None:
    """As a broker, or as customs: with names that exist as often as with any."""
    slug = "customs" if case.operation.path.startswith("/m/{slug}/entries") else "gateway"
    if re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", str(case.path_parameters.get("slug", ""))):
        case.path_parameters["slug"] = slug
    for name, known in known_names(told).items():
        sent = case.path_parameters.get(name)
        if sent is not None and is_meant_well(case) and hashlib.sha256(str(sent).encode()).digest()[0] % 2:
            case.path_parameters[name] = known
    later.app = told.app
    # A request may fit the contract and still ask for what cannot be done: 422 with the code of the refusal.
    case.call_and_validate(
        headers={"Authorization": f"Bearer {broad_token(told, slug)}"}, excluded_checks=[positive_data_acceptance]
    )


def is_meant_well(case: Case) -> bool:
    return case.meta is None or case.meta.generation.mode is GenerationMode.POSITIVE


def known_names(told: Told) -> dict[str, Any]:
    """Things that exist, by the name of the parameter that names them."""
    story = told.story
    return {
        "document_id": story.entries["usmca"].document_id,
        "statement_id": story.certifications["usmca-2"].statement_id,
        "request_id": story.facts["request"],
        "draft_id": story.drafts["usmca-open"],
        "code": "desk.sign-in-refused",
    }


_TOKENS: dict[str, str] = {}


def broad_token(told: Told, slug: str) -> str:
    return _TOKENS.setdefault(slug, told.token(slug))
