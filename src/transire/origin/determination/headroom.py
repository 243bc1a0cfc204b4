"""How far an answer holds, and what would change it: amounts that may move, materials that are worth sourcing here.

Under net cost a price that rises is a cost that rises: `value_non_originating_may_rise` is by how much the price of
non-originating materials may rise with everything else as it is. `value_may_fall` is by how much the good's value (or,
under net cost, its other costs) may fall. Negative: by how much the amount must change.
"""

from __future__ import annotations

from collections.abc import Sequence

from transire.origin.amounts import HUNDRED, ZERO, shown_quotient
from transire.origin.answer import Headroom, ToSource
from transire.origin.determination.content import MethodFound
from transire.origin.determination.line import Line
from transire.origin.determination.routes import Route
from transire.origin.determination.subject import Subject
from transire.origin.determination.weighing import Weighed


def headroom_of(subject: Subject, route: Route) -> Headroom:
    """The headroom of a route that was tried."""
    best = route.content.best if route.content is not None else None
    rise, fall, originating_fall = _amounts(best)
    sources = () if route.verdict is True else _to_source(subject, route)
    nearest = route.weighed.number if route.weighed is not None and route.verdict is not True else None
    return Headroom(
        value_non_originating_may_rise=rise,
        value_may_fall=fall,
        value_originating_may_fall=originating_fall,
        not_shifting_may_rise=_within_tolerance(route.weighed),
        materials_to_source=sources,
        alternative=nearest,
    )


def _amounts(best: MethodFound | None) -> tuple[str | None, str | None, str | None]:
    """By how much the non-originating value may rise, the value fall, and the originating value fall."""
    if best is None or best.spare is None:
        return None, None, None
    spare, needed = best.spare, best.needed
    if best.method == "build_up":
        return None, None, shown_quotient(spare, HUNDRED)
    # (V - VNM) / V >= needed, for V: the value may fall to VNM x 100 / (100 - needed).
    fall = shown_quotient(spare, HUNDRED - needed) if needed < HUNDRED else None
    if best.method == "net_cost":
        # A dearer material raises net cost too: (NC - VNM) / (NC + x) >= needed.
        return shown_quotient(spare, needed) if needed else None, fall, None
    return shown_quotient(spare, HUNDRED), fall, None


def _within_tolerance(weighed: Weighed | None) -> str | None:
    """By how much the materials that do not change may become dearer, or heavier, and still be tolerated.

    A dearer material raises the total cost that it is measured by as well, a heavier one the weight of the whole.
    """
    found = None if weighed is None or weighed.moved is None else weighed.moved.tolerance
    if found is None or found.amount is None or found.whole is None or found.excluded:
        return None
    grows = found.base in ("total_cost", "weight")
    spare = found.limit * found.whole - HUNDRED * found.amount
    return shown_quotient(spare, HUNDRED - found.limit if grows else HUNDRED)


def _to_source(subject: Subject, route: Route) -> tuple[ToSource, ...]:
    """What must come from the region: every material that fails to change, or the fewest that bring the content."""
    weighed = route.weighed
    if (
        weighed is not None
        and weighed.moved is not None
        and weighed.moved.failing
        and weighed.moved.verdict is not True
    ):
        why = "it does not make the change in tariff classification"
        return tuple(ToSource(line.id, why) for line in weighed.moved.failing)
    best = route.content.best if route.content is not None else None
    if best is None or best.base is None or best.regional is None or best.met is not False or best.base <= 0:
        return ()
    lacking = (best.needed * best.base - best.regional * HUNDRED) / HUNDRED
    chosen = []
    for line in sorted(_foreign(subject.bill.lines), key=lambda line: (-(line.value or ZERO), line.id)):
        if lacking <= 0:
            break
        value = line.value or ZERO
        chosen.append(ToSource(line.id, f"its {value:f} would count as regional"))
        lacking -= value
    return tuple(chosen) if lacking <= 0 else ()


def _foreign(lines: Sequence[Line]) -> list[Line]:
    """Purchased non-originating lines with a value, those inside self-produced materials among them."""
    found = []
    for line in lines:
        if line.originating:
            continue
        if line.made is not None:
            found += _foreign(line.inside or ())
        elif line.value:
            found.append(line)
    return found
