"""What a program is told when it speaks to a node.

TransireError
├── NodeRefused        client.refused         the node's own refusal; `problem` is what it said
├── NodeUnreachable    client.unreachable
├── AnswerUnreadable   client.answer-unreadable
└── CredentialsUnfit   client.credentials-unfit
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transire.errors import TransireError


class NodeRefused(TransireError):
    """`problem` holds the members of the problem (RFC 9457); `status` is that of the answer."""

    code = "client.refused"
    sentence = "The node refused this."
    fix = "The node's own words say why, and what to do."

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.problem = problem
        self.http_status = status
        self.refusal = str(problem.get("code", ""))
        said = problem.get("detail") or problem.get("sentence") or f"status {status}"
        super().__init__(got=f"{said} ({self.refusal})" if self.refusal else said)


class NodeUnreachable(TransireError):
    code = "client.unreachable"
    sentence = "The node does not answer."
    fix = "Check the address, and that the node runs: `transire network status` or /livez says."
    status = 503


class AnswerUnreadable(TransireError):
    code = "client.answer-unreadable"
    sentence = "What answered is no node of Transire."
    fix = "Check the address."
    status = 502


class CredentialsUnfit(TransireError):
    code = "client.credentials-unfit"
    sentence = "The file that says for whom this program acts cannot be used."
    fix = "It is JSON with url, member, and either token or key_id and seed; only its owner may read it."
