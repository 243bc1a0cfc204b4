"""How many organisations it takes: the smallest sets of operators above one third and two thirds of the power.

Above one third they can stop the network or hide an action from it; above two thirds they can write another past. A
single operator can always do both: what it signed alone proves nothing against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from transire.ledger.chain import Validator


class Concentration(msgspec.Struct, frozen=True):
    """The smallest sets of operators that have more than one and more than two thirds of the power."""

    third: tuple[str, ...]
    two_thirds: tuple[str, ...]


def concentration(validators: Sequence[Validator], operators: Mapping[bytes, str]) -> Concentration:
    """Who could break the network together. Validators of unknown operators are taken for one and the same.

    >>> four = [Validator(bytes([i]) * 32, 10) for i in range(4)]
    >>> names = {validator.address: f"did:web:{i}.example" for i, validator in enumerate(four)}
    >>> [len(group) for group in (concentration(four, names).third, concentration(four, names).two_thirds)]
    [2, 3]
    """
    power: dict[str, int] = {}
    for validator in validators:
        operator = operators.get(validator.address, UNKNOWN)
        power[operator] = power.get(operator, 0) + validator.power
    ranked = sorted(power.items(), key=lambda item: (-item[1], item[0]))
    total = sum(power.values())
    return Concentration(_smallest(ranked, total, 1), _smallest(ranked, total, 2))


UNKNOWN = "an operator that the receipt does not show"


def _smallest(ranked: Iterable[tuple[str, int]], total: int, thirds: int) -> tuple[str, ...]:
    """The strongest first: no smaller set can have more than that share."""
    chosen: list[str] = []
    reached = 0
    for operator, power in ranked:
        chosen.append(operator)
        reached += power
        if reached * 3 > total * thirds:
            break
    return tuple(chosen)
