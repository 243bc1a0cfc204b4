"""What section, chapter and subheading notes do to the rules they stand above, in types.

A note has a scope (the goods it speaks of) and one effect. Effects that only a declared fact can settle keep the words
of the note for that fact. What it is not: the notes of the Harmonized System itself, which decide classification.
"""

from __future__ import annotations

from typing import Literal

from transire.origin.rule.codes import CodeRange
from transire.origin.rule.tree import CutAndSewn, Goods, Node, Proportion

Process = Literal[
    "chemical_reaction",
    "purification",
    "mixture",
    "particle_size",
    "standard_material",
    "isomer_separation",
    "biotechnology",
    "distillation",
    "stated",
]


class ComponentDecides(Node, frozen=True, kw_only=True, tag="component_decides"):
    """The rule applies only to the component that determines the tariff classification of the good.

    `lining` limits a lining requirement to the visible lining in the main body, sleeves excluded, that covers the
    largest surface, removable linings apart.
    """

    lining: bool = False


class LiningShift(Node, frozen=True, kw_only=True, tag="lining_shift"):
    """A visible lining fabric of `codes` changes from any heading outside that group of codes, `less` taken out."""

    codes: tuple[CodeRange, ...]
    less: tuple[CodeRange, ...] = ()


class FabricConfers(Node, frozen=True, kw_only=True, tag="fabric_confers"):
    """Apparel originates if it is cut and assembled in the territory and its outer shell is wholly of these fabrics.

    `goods` name the apparel ("men's or boys' shirts of cotton or man-made fibres"), `exclusive_of` the parts of the
    shell that do not matter ("collars or cuffs").
    """

    goods: Goods
    made: CutAndSewn
    fabrics: tuple[Goods, ...]
    shell: str = "fabric of the outer shell"
    exclusive_of: str = ""


class ProcessConfers(Node, frozen=True, kw_only=True, tag="process_confers"):
    """A good that results from the process in the territory of the parties originates.

    `results` are what the process is, or what it must have brought about: any one of them. `process` "stated" has its
    name in `words`.
    """

    goods: Goods
    process: Process
    words: str = ""
    results: tuple[str, ...] = ()


class SeparationDenies(Node, frozen=True, kw_only=True, tag="separation_denies"):
    """A good isolated from a man-made mixture does not originate by its change, unless a reaction made it."""

    goods: Goods


class ThreadFormed(Node, frozen=True, kw_only=True, tag="thread_formed"):
    """Thread, yarn or fabric of these codes in the good must be formed and finished in the territory.

    `use` is what it is used as (`sewing_thread`, `narrow_elastic`, `pocket_bag`, `coated_fabric`).
    """

    materials: tuple[Goods, ...]
    use: Literal["sewing_thread", "narrow_elastic", "pocket_bag", "coated_fabric"]


class FreshObtained(Node, frozen=True, kw_only=True, tag="fresh_obtained"):
    """Preparations made merely by freezing, packing or roasting originate only if the fresh good was wholly obtained.

    A rule of the catalogue does not help them; whether a preparation is of that kind is a declared fact.
    """

    goods: Goods
    by: str


class Tolerance(Node, frozen=True, kw_only=True, tag="tolerance"):
    """De minimis applies, or does not apply, to a material in these goods, against what the list of exclusions says."""

    applies: bool
    material: Goods
    used_in: Goods


class TreatedAsOriginating(Node, frozen=True, kw_only=True, tag="treated_as_originating"):
    """A material that meets one of the conditions counts as originating in the production of the goods."""

    goods: Goods
    conditions: tuple[str, ...]


class FurtherProductionAllowed(Node, frozen=True, kw_only=True, tag="further_production_allowed"):
    """Further production outside the territory does not take the origin away while the number stays where it is.

    `change_to` is the change that would: another subheading, or one outside the group of the goods' codes.
    """

    goods: Goods
    change_to: Literal["any_other_subheading", "subheading_outside_group"]


class GrownOriginates(Node, frozen=True, kw_only=True, tag="grown_originates"):
    """Goods grown in the territory originate even from seed, bulbs, rootstock or cuttings of another country."""

    goods: Goods


class DryWeight(Node, frozen=True, kw_only=True, tag="dry_weight"):
    """A weight in the rules of these numbers is the dry weight, unless what `unless` says."""

    unless: str = ""


class OriginDisregarded(Node, frozen=True, kw_only=True, tag="origin_disregarded"):
    """The origin of these parts of the good does not matter."""

    goods: Goods
    materials: tuple[Goods, ...]


class SeparatelyDetermined(Node, frozen=True, kw_only=True, tag="separately_determined"):
    """The origin of the good, or of each unit in it, is that of `as_if`."""

    goods: Goods
    as_if: str


class ValueAlternativeBarred(Node, frozen=True, kw_only=True, tag="value_alternative_barred"):
    """The alternative with a value content is closed to goods that are used to produce these others."""

    goods: Goods
    used_in: tuple[Goods, ...]


class Definition(Node, frozen=True, kw_only=True, tag="definition"):
    """What a term in the rules of the scope means; `parts` where it is a list, `share` where it has a limit.

    It decides nothing by itself.
    """

    term: str
    meaning: str = ""
    parts: tuple[str, ...] = ()
    share: Proportion | None = None


Note = (
    ComponentDecides
    | LiningShift
    | FabricConfers
    | ProcessConfers
    | SeparationDenies
    | ThreadFormed
    | FreshObtained
    | Tolerance
    | TreatedAsOriginating
    | FurtherProductionAllowed
    | GrownOriginates
    | DryWeight
    | OriginDisregarded
    | SeparatelyDetermined
    | ValueAlternativeBarred
    | Definition
)
