"""What USMCA asks of vehicles beside their rule: labour value, steel and aluminium, core parts.

Nothing of it is worked out here. The producer of the vehicle certifies each apart from the origin of the good (USMCA
Rules of Origin Regulations ss. 17 and 18; 19 USC 4532(c)): what is declared not to be met keeps the vehicle from
originating, and of what is not declared a notice says that preference asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from transire.origin.automotive import automotive
from transire.origin.case import AgreementId, Fact
from transire.origin.determination.conditions import Condition
from transire.origin.determination.facts import described, stated


def covered_conditions(agreement: AgreementId, digits: str, facts: Sequence[Fact]) -> Iterator[Condition]:
    """Each requirement that was declared, to be met or not to be met."""
    for words in requirements(agreement, digits, facts):
        declared = stated(facts, words)
        if declared is not None:
            found = "declared" if declared else "declared not to be so"
            yield Condition("vehicle", words, found, declared, (), automotive().covered.citation)


def covered_notices(agreement: AgreementId, digits: str, facts: Sequence[Fact]) -> Iterator[str]:
    """What is asked for beside the answer: one sentence, if anything was not declared."""
    open_words = [words for words in requirements(agreement, digits, facts) if stated(facts, words) is None]
    if open_words:
        covered = automotive().covered
        yield (
            f"A {covered.called} has preference only if its producer also certifies, which is not judged here: "
            f"{'; '.join(open_words)} ({covered.citation}). Declare each as a fact as_stated with these words."
        )


def requirements(agreement: AgreementId, digits: str, facts: Sequence[Fact]) -> tuple[str, ...]:
    """What is asked of the good beside its rule, in words.

    A vehicle that is declared not to be one of those covered (a motorhome, an ambulance, one for use off the road) is
    free of it.
    """
    covered = automotive().covered
    if agreement != covered.agreement or described(facts, covered.called) is False:
        return ()
    return covered.requirements(digits)
