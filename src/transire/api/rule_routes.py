"""Operations on the catalogue of rules of origin: the same for every member, read by all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from transire.api.operations import Call, Operations
from transire.node.own_rules import own_catalogue
from transire.origin.agreements import agreement
from transire.origin.browsing import coverage, rules_shown

OPERATIONS = Operations()


@OPERATIONS.op("GET", "/rules-of-origin/{agreement}", "showRuleCoverage", scope="rules.read")
def show_rule_coverage(call: Call) -> Any:
    """What the catalogue of an agreement holds, and what is wrong in its source."""
    agreement_id = call.path["agreement"]
    return coverage(agreement_id, own_catalogue(call.node.home.path, agreement_id))


@OPERATIONS.op("GET", "/rules-of-origin/{agreement}/{tariff_number}", "showRulesOfOrigin", scope="rules.read")
def show_rules_of_origin(call: Call) -> Any:
    """The rules and notes that bind a tariff number on a day."""
    agreement_id, asked = call.path["agreement"], call.query.get("date")
    day = date.fromisoformat(asked) if asked else agreement(agreement_id).day_to_browse(datetime.now(tz=UTC).date())
    own = own_catalogue(call.node.home.path, agreement_id)
    return rules_shown(agreement_id, call.path["tariff_number"], day, own)
