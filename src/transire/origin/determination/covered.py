"""What USMCA asks of vehicles beside their rule: labour value, steel and aluminium, core parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from transire.origin.automotive import automotive
from transire.origin.case import AgreementId, Fact
from transire.origin.determination.conditions import Condition
from transire.origin.determination.facts import described, stated
from transire.origin.determination.verdict import Need


def covered_conditions(agreement: AgreementId, digits: str, facts: Sequence[Fact]) -> Iterator[Condition]:
    """What USMCA asks of a vehicle beside its rule: nothing of it is worked out here, each must be declared.

    A vehicle that is declared not to be one of those covered (a motorhome, an ambulance, one for use off the road) is
    free of it.
    """
    covered = automotive().covered
    if agreement != covered.agreement or described(facts, covered.called) is False:
        return
    why = f"asked of a {covered.called}; a good that is none says so with a description of these words"
    for words in covered.requirements(digits):
        declared = stated(facts, words)
        found = {True: "declared", False: "declared not to be so", None: "not declared"}[declared]
        needs = (Need(f"good.facts[as_stated: {words}]", why, covered.citation),) if declared is None else ()
        yield Condition("vehicle", words, found, declared, needs, covered.citation)
