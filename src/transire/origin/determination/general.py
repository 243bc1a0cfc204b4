"""What must hold whatever makes a good originate: where it was produced, what happened to it on the way, its thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from transire.origin.case import Case, Movement
from transire.origin.code import digits_of
from transire.origin.determination.conditions import Condition
from transire.origin.determination.line import Line
from transire.origin.determination.notes import NotesInForce
from transire.origin.determination.subject import Subject
from transire.origin.determination.verdict import Need, Verdict, all_of, any_of
from transire.origin.ranges import held
from transire.origin.rule.notes import ThreadFormed
from transire.origin.rule.tree import Goods
from transire.origin.terms import FurtherProduction, Terms

OPERATIONS = frozenset(
    {
        "unloading",
        "reloading",
        "separation_from_bulk",
        "storing",
        "labelling",
        "preserving",
        "transport",
        "further_production",
    }
)
IsParty = Callable[[str], bool]


def general_conditions(case: Case, subject: Subject, notes: NotesInForce, is_party: IsParty) -> list[Condition]:
    """The conditions that stand beside every criterion; empty where the case gives no occasion for one."""
    conditions = []
    if case.good.produced_in:
        conditions.append(_produced(case.good.produced_in, subject.terms, is_party))
    if case.movement:
        conditions.append(_transit(case, subject, is_party))
    for note, citation in notes.threads():
        if (condition := _thread(note, citation, subject)) is not None:
            conditions.append(condition)
    return conditions


def _produced(countries: Sequence[str], terms: Terms, is_party: IsParty) -> Condition:
    outside = [country for country in countries if not is_party(country)]
    return Condition(
        "production in the territory",
        f"production entirely in {terms.territory}",
        "produced in " + ", ".join(countries),
        not outside,
        citation=terms.citations["product_rule"],
    )


def _transit(case: Case, subject: Subject, is_party: IsParty) -> Condition:
    """Customs control, and no operation beyond those that keep the good and move it (s.16; s.10; 19 USC 4033(l))."""
    term = subject.terms.transit
    allowed = ", ".join(sorted(name.replace("_", " ") for name in term.allowed))
    verdicts: list[Verdict] = []
    needs: list[Need] = []
    found = []
    for at, movement in enumerate(case.movement):
        if is_party(movement.country):
            continue
        verdict, asked, words = _moved(movement, at, subject)
        verdicts.append(verdict)
        needs += asked
        found.append(f"{movement.operation.replace('_', ' ')} in {movement.country}{words}")
    verdict = all_of(verdicts)
    return Condition(
        "transit and direct shipment",
        f"customs control outside the territory, and nothing but {allowed}",
        "; ".join(found) or "the good did not leave the territory",
        verdict,
        tuple(needs) if verdict is None else (),
        term.citation,
    )


def _moved(movement: Movement, at: int, subject: Subject) -> tuple[Verdict, list[Need], str]:
    term, where = subject.terms.transit, f"movement[{at}]"
    needs: list[Need] = []
    operation: Verdict = movement.operation in term.allowed
    if movement.operation not in OPERATIONS:
        operation = None
        why = f"it is not told whether {movement.operation!r} is more than {', '.join(sorted(term.allowed))}"
        needs.append(Need(f"{where}.operation", why, term.citation))
    elif movement.operation == "further_production":
        operation, asked = _further_production(movement, where, subject)
        needs += asked
    control: Verdict = movement.customs_control
    if control is None:
        needs.append(Need(f"{where}.customs_control", "the good must stay under customs control", term.citation))
    words = {True: ", under customs control", False: ", not under customs control", None: ""}[control]
    return all_of((operation, control)), needs, words


def _further_production(movement: Movement, where: str, subject: Subject) -> tuple[Verdict, list[Need]]:
    """Some semiconductors may be worked on outside as long as their number stays (s.16(3); s.10(3))."""
    for exception in subject.terms.transit.further_production:
        if held(subject.digits, exception.goods) is not True:
            continue
        if movement.tariff is None:
            return None, [Need(f"{where}.tariff", "its code afterwards must be the same", exception.citation)]
        return _stays(subject.digits, digits_of(movement.tariff, f"/{where}/tariff"), exception), []
    return False, []


def _stays(before: str, after: str, exception: FurtherProduction) -> bool:
    if exception.change_to == "any_other_subheading":
        return before[:6] == after[:6]
    return held(after, exception.goods) is True


def _thread(note: ThreadFormed, citation: str, subject: Subject) -> Condition | None:
    """Sewing thread, narrow elastics, pocket bags and coated fabric must be formed and finished in the territory."""
    concerned = [line for line in _all(subject.bill.lines) if _used_as(line, note)]
    if not concerned:
        return None
    foreign = [line for line in concerned if not line.originating]
    use = note.use.replace("_", " ")
    return Condition(
        use,
        f"{use} formed and finished in {subject.terms.territory}",
        ", ".join(f"{line.id} ({'originating' if line.originating else 'non-originating'})" for line in concerned),
        not foreign,
        citation=citation,
    )


def _used_as(line: Line, note: ThreadFormed) -> bool:
    if line.role != note.use:
        return False
    codes = [goods for goods in note.materials if goods.codes]
    return not codes or any_of(_of(line, goods) for goods in codes) is not False


def _of(line: Line, goods: Goods) -> Verdict:
    return held(line.digits, goods.codes)


def _all(lines: Sequence[Line]) -> Iterator[Line]:
    for line in lines:
        yield line
        if line.inside and not line.originating:
            yield from _all(line.inside)
