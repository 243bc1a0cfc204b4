"""In-bond (immediate transportation, I.T.) numbers: nine digits, the last of which checks the eight before it."""

from __future__ import annotations

import re
from typing import Final

from transire.documents.errors import InBondNumberMalformed

_DIGITS: Final = re.compile(r"[0-9]{8}", re.ASCII)
_NUMBER: Final = re.compile(r"([0-9]{8})([0-9])", re.ASCII)


def in_bond_check_digit(digits: str) -> str:
    """The ninth digit: what is left when the eight are divided by seven (CBP Form 7512, guide to its completion).

    >>> in_bond_check_digit("82345678"), in_bond_check_digit("25770003"), in_bond_check_digit("25770005")
    ('2', '0', '2')
    """
    if _DIGITS.fullmatch(digits) is None:
        raise InBondNumberMalformed(got=repr(digits)[:40], expected="eight digits")
    return str(int(digits) % 7)


def check_in_bond_number(text: str) -> None:
    """Refuse an I.T. number whose form or check digit is wrong.

    >>> check_in_bond_number("823456782")
    """
    matched = _NUMBER.fullmatch(text)
    if matched is None:
        raise InBondNumberMalformed(got=repr(text)[:40], expected="nine digits")
    digit = in_bond_check_digit(matched[1])
    if digit != matched[2]:
        raise InBondNumberMalformed(got=f"check digit {matched[2]} in {text}", expected=f"check digit {digit}")
