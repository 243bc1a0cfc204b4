"""What a case came to, before it is worded: the way that it takes, what must hold beside it, and the outcome."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from transire.origin.determination.conditions import Condition
from transire.origin.determination.routes import Route
from transire.origin.determination.subject import Subject
from transire.origin.determination.verdict import Need, Verdict


class Found(msgspec.Struct, frozen=True, eq=False):
    """A good with its bill, the way that it takes, and what that comes to."""

    case: str | None
    """The name of the case."""
    subject: Subject
    route: Route
    verdict: Verdict
    general: Sequence[Condition] = ()
    needs: Sequence[Need] = ()
    notices: Sequence[str] = ()
