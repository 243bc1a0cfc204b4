"""What notes let in beside the rule of the annex, and what they ask on top of it.

A process or a fabric may make a good originate that its rule does not; a preparation that is merely frozen or packed
needs fresh goods of the territory; a good isolated from a mixture needs a reaction. All of it rests on declared facts:
what would only open a further way and is not declared is not claimed.
"""

from __future__ import annotations

from collections.abc import Iterator

from transire.origin.case import FactName
from transire.origin.determination.conditions import Condition
from transire.origin.determination.facts import described, is_named, stated, text_of, told
from transire.origin.determination.line import Line
from transire.origin.determination.question import Question
from transire.origin.determination.verdict import Need
from transire.origin.ranges import held
from transire.origin.rule.codes import CodeRange
from transire.origin.rule.notes import FabricConfers, FreshObtained, ProcessConfers, SeparationDenies
from transire.origin.terms import ElastomericTerm, FormedHere

_FRESH = (CodeRange("07", "08"),)
_DECLARED: dict[str, FactName] = {
    "chemical_reaction": "chemical_reaction",
    "purification": "purification",
    "mixture": "mixture",
    "particle_size": "particle_size",
    "standard_material": "standard_material",
    "isomer_separation": "isomer_separation",
    "biotechnology": "biotechnology",
}


def conferring(question: Question) -> Condition | None:
    """The note by which a declared process or fabric makes the good originate."""
    for effect in question.notes.effects:
        if isinstance(effect.note, ProcessConfers) and _process(question, effect.note):
            name = effect.note.words or effect.note.process.replace("_", " ")
            return _conferred(question, name, effect.citation)
        if isinstance(effect.note, FabricConfers) and _fabric(question, effect.note):
            return _conferred(question, "fabric of the outer shell", effect.citation)
    if question.bindings.notes_apply:
        for term in question.terms.processes:
            covered = held(question.digits, term.goods) is True and held(question.digits, term.apart) is False
            if covered and told(question.case.good.facts, term.fact) is True:
                return _conferred(question, term.fact.replace("_", " "), term.citation)
    return None


def _conferred(question: Question, name: str, citation: str) -> Condition:
    needed = f"{name} in {question.terms.territory}"
    return Condition("process or material that confers origin", needed, "declared", True, citation=citation)


def listed(question: Question) -> Condition | None:
    """The table by which a good originates that comes from the territory of a party (USMCA Table 2.10.1)."""
    exporter = question.case.exporter_country
    if exporter is None or not question.is_party(exporter) or not question.bindings.notes_apply:
        return None
    for term in question.terms.listed:
        if held(question.digits, term.goods) is not True:
            continue
        if term.words and described(question.case.good.facts, term.words) is not True:
            continue
        needed = f"a good of the table, imported from {question.terms.territory}"
        return Condition("good of a table", needed, f"exported from {exporter}", True, citation=term.citation)
    return None


def _process(question: Question, note: ProcessConfers) -> bool:
    facts, digits = question.case.good.facts, question.digits
    if held(digits, note.goods.codes) is not True or is_named(facts, note.goods, digits) is not True:
        return False
    if note.process in _DECLARED:
        return told(facts, _DECLARED[note.process]) is True
    process = text_of(facts, "process")
    return process is not None and (process == note.words or process in note.words.split(" or "))


def _fabric(question: Question, note: FabricConfers) -> bool:
    facts = question.case.good.facts
    if is_named(facts, note.goods, question.digits) is not True or told(facts, "cut_and_sewn") is not True:
        return False
    shell = [line for line in question.bill.lines if line.role == "determining"]
    return bool(shell) and all(
        any(
            held(line.digits, one.codes) is True and is_named(line.facts, one, line.digits) is True
            for one in note.fabrics
        )
        for line in shell
    )


def added_conditions(question: Question, conferred: bool) -> Iterator[Condition]:
    """What notes ask on top of the product rule; the short lists of fabrics are free of some of it."""
    for effect in question.notes.effects:
        if isinstance(effect.note, FreshObtained):
            yield from _fresh(question, effect.note, effect.citation)
        if isinstance(effect.note, SeparationDenies):
            yield from _separated(question, effect.note, effect.citation)
    if question.bindings.notes_apply and question.terms.elastomeric is not None:
        yield from _elastomeric(question, question.terms.elastomeric)
    if question.bindings.notes_apply and not conferred:
        noted = {note.use for note, _ in question.notes.threads()}
        for term in question.terms.formed_here:
            if term.use not in noted and (condition := _formed(question, term)) is not None:
                yield condition


def _fresh(question: Question, note: FreshObtained, citation: str) -> Iterator[Condition]:
    """Merely frozen, packed or roasted: then the fresh good must be wholly of the territory (chapter 20)."""
    fresh = [line for line in question.bill.lines if held(line.digits, _FRESH) is True]
    foreign = [line for line in fresh if not line.originating]
    if not foreign or held(question.digits, note.goods.codes) is not True:
        return
    process = text_of(question.case.good.facts, "process")
    needed = f"not prepared merely {note.by}, or fresh goods wholly obtained in {question.terms.territory}"
    if process is None:
        needs = (Need("good.facts[process]", needed, citation),)
        yield Condition("fresh goods", needed, "the process is not declared", None, needs, citation)
        return
    merely = any(word.rstrip("ing") in note.by for word in process.split() if len(word) > 4)
    found = f"{process}; non-originating: {', '.join(line.id for line in foreign)}"
    yield Condition("fresh goods", needed, found, not merely, citation=citation)


def _separated(question: Question, note: SeparationDenies, citation: str) -> Iterator[Condition]:
    facts = question.case.good.facts
    process = text_of(facts, "process")
    if process is None or "separat" not in process or is_named(facts, note.goods, question.digits) is not True:
        return
    if held(question.digits, note.goods.codes) is not True:
        return
    reaction = told(facts, "chemical_reaction")
    needed = "a chemical reaction of the material isolated from a man-made mixture"
    found = {True: "declared", False: "declared not to be so", None: "not declared"}[reaction]
    verdict = reaction is True or told(facts, "isomer_separation") is True
    yield Condition("separation from a mixture", needed, found, verdict, citation=citation)


def _elastomeric(question: Question, term: ElastomericTerm) -> Iterator[Condition]:
    """Elastomeric yarns must be wholly formed in the territory, even those that change or are few."""
    if held(question.digits, term.goods) is not True:
        return
    lines = [line for line in question.bill.lines if line.textile is not None and line.textile.elastomeric]
    if held(question.digits, term.whole_good) is not True:
        lines = [line for line in lines if line.role == "determining"]
    if not lines:
        return
    formed = f"wholly formed in {question.terms.territory}"
    foreign = [line.id for line in lines if not line.originating and stated(line.facts, formed) is not True]
    found = f"not so: {', '.join(foreign)}" if foreign else ", ".join(line.id for line in lines)
    yield Condition("elastomeric yarns", f"elastomeric yarns {formed}", found, not foreign, citation=term.citation)


def _formed(question: Question, term: FormedHere) -> Condition | None:
    """Thread, elastics and pocket bags formed and finished in the territory, from the day the note names."""
    on, digits = question.case.import_date, question.digits
    if on < term.start or held(digits, term.goods) is not True or held(digits, term.apart) is True:
        return None
    if not _of_component(question, term):
        return None
    concerned = [line for line in question.bill.lines if _used_as(line, term)]
    if not concerned:
        return None
    use = term.use.replace("_", " ")
    return Condition(
        use,
        f"{use} formed and finished in {question.terms.territory}, from {term.start.isoformat()}",
        ", ".join(f"{line.id} ({'originating' if line.originating else 'non-originating'})" for line in concerned),
        all(line.originating for line in concerned),
        citation=term.citation,
    )


def _of_component(question: Question, term: FormedHere) -> bool:
    if term.component is None and term.other_component is None:
        return True
    deciding = [line for line in question.bill.lines if line.role == "determining"]
    ranges = term.component or term.other_component or ()
    of_it = any(held(line.digits, ranges) is True for line in deciding)
    return of_it if term.component is not None else not of_it


def _used_as(line: Line, term: FormedHere) -> bool:
    if line.role != term.use:
        return False
    return term.materials is None or held(line.digits, term.materials) is not False
