"""The columns of the product master and of the bills of material: what an export has to hold, and what it may.

What follows `origin_criterion` and `supplier` is for the origin engine and may be left out: a table of yesterday is one
of today.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, get_args

from transire.documents.csv_cells import (
    amount,
    country,
    currency,
    facts,
    line_of_text,
    one_of,
    positive,
    share,
    tariff_number,
    yes_or_no,
)
from transire.documents.csv_table import Column
from transire.origin.agreements import agreements
from transire.origin.case import Role, Use

FACTS_MEANING: Final = "declared facts that a rule asks for, as words of the origin case: cut_and_sewn; mixture=no"


def _optional(*columns: tuple[str, Callable[[str], str | int], str]) -> tuple[Column, ...]:
    return tuple(Column(*column, required=False) for column in columns)


PRODUCT_COLUMNS: Final = (
    Column("product_number", line_of_text, "the number under which the producer sells the good"),
    Column("description", line_of_text, "what the good is, as it will stand on certification and invoice"),
    Column("tariff_number", tariff_number, "HTSUS number, six to ten digits, dotted or not"),
    Column("country_of_origin", country, "where the good is produced"),
    Column("unit", line_of_text, "the unit in which it is sold: EA, kg, m"),
    Column("currency", currency, "the currency of value and costs"),
    Column("transaction_value", amount, "the price of one unit, without international shipment"),
    Column("labour_cost", amount, "direct labour of one unit"),
    Column("overhead_cost", amount, "factory overhead of one unit"),
    Column("period_cost", amount, "selling, general and administrative costs of one unit", required=False),
    Column("other_cost", amount, "other costs of one unit", required=False),
    Column(
        "promotion_cost",
        amount,
        "sales promotion, marketing and after-sales service contained in the costs",
        required=False,
    ),
    Column("royalty_cost", amount, "royalties contained in the costs", required=False),
    Column("shipping_packing_cost", amount, "shipping and packing contained in the costs", required=False),
    Column("interest_cost", amount, "non-allowable interest contained in the costs", required=False),
    Column(
        "agreement",
        one_of({name: name for name in agreements()}),
        "the agreement under which the producer certifies the good; empty: not certified",
        required=False,
    ),
    Column(
        "origin_criterion", line_of_text, "the criterion of that agreement by which the good originates", required=False
    ),
    *_optional(
        ("destination_country", country, "where it is exported to: some rules differ by direction; empty: not said"),
        ("weight", positive, "kilograms of one unit, for rules that count by weight"),
        ("international_shipment", amount, "costs of international shipment contained in transaction_value"),
        ("related_sale", yes_or_no, "whether it is sold to a related person"),
        ("related_party_share", share, "fraction of units sold to related persons in the preceding six months"),
        ("wholly_obtained", yes_or_no, "whether it is wholly obtained or produced in the territory"),
        ("origin_facts", facts, FACTS_MEANING),
    ),
)

MATERIAL_COLUMNS: Final = (
    Column("product_number", line_of_text, "the good that the material goes into"),
    Column("material_number", line_of_text, "the producer's own number of the material"),
    Column("description", line_of_text, "what the material is"),
    Column("tariff_number", tariff_number, "HTSUS or HS number, six to ten digits"),
    Column(
        "origin",
        one_of({name: name for name in ("originating", "non_originating", "unknown", "self_produced")}),
        "originating, non_originating, unknown, or self_produced: made by the producer itself from its parts",
    ),
    Column("country_of_origin", country, "where the material was produced"),
    Column("quantity", positive, "how much of it goes into one unit of the good"),
    Column("unit", line_of_text, "the unit of that quantity"),
    Column("value", amount, "the value of that quantity; 0 for a self-produced material, whose value is computed"),
    Column("currency", currency, "the currency of the value, that of the good"),
    Column("supplier", line_of_text, "who supplies it; shown to customs alone", required=False),
    *_optional(
        ("part_of", line_of_text, "number of the self-produced material that it goes into; empty: into the good"),
        ("designated", yes_or_no, "whether a self-produced material is designated as intermediate material"),
        ("own_costs", amount, "labour and overhead of the producer in a self-produced material"),
        ("use", one_of({use: use for use in get_args(Use)}), f"{', '.join(get_args(Use))}; empty: material"),
        ("weight", positive, "kilograms of that quantity"),
        ("textile_role", one_of({role: role for role in get_args(Role)}), "what a textile material is in the good"),
        ("elastomeric", yes_or_no, "whether a textile material is elastomeric"),
        ("freight", amount, "freight, insurance and packing to the producer contained in the value"),
        ("duties", amount, "duties, taxes and brokerage fees contained in the value"),
        ("waste", amount, "cost of waste and spoilage contained in the value, less the value of scrap"),
        ("originating_content", amount, "originating materials contained in a non-originating material"),
        ("processing", amount, "processing in the territory contained in a non-originating material"),
        ("assists", amount, "what the buyer supplied free of charge, to be added to the value"),
        ("origin_facts", facts, FACTS_MEANING),
        ("origin_evidence", line_of_text, "what shows the origin: document id or number of the supplier's statement"),
    ),
)
