"""Allowances: quantities that can be spent only once (LEDGER.md 5), what a shared ledger is *for*.

available = quantity - given - drawn, and no draw or split ever takes more than is available. Draws are signed by keys
of the allowance's own, so that they do not say who uses it. A draw is bound to its one use by a salted commitment
(`for`); it is given back by the releaser only, never by whoever drew. A part that was split off is an allowance by
itself.

Only who opened an allowance says who releases it: if a drawing key could, it would name itself, return its draws, and
draw twice.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from msgspec import UNSET, structs

from transire.crypto.encoding import unb64url
from transire.crypto.keys import check_public_key
from transire.errors import TransireError
from transire.ledger.block import Event
from transire.ledger.bodies import (
    AllowanceClose,
    AllowanceDraw,
    AllowanceOpen,
    AllowanceReturn,
    AllowanceSplit,
)
from transire.ledger.errors import Refused
from transire.ledger.fields import scaled, unscaled
from transire.ledger.rules import Context, Events, active_member
from transire.ledger.state import Allowance, Draw, Return, View

NOTHING: Final = "0"


class AllowanceUnknown(Refused):
    code = "ledger.allowance-unknown"
    sentence = "The ledger has no such allowance."
    fix = "Check its id: it is the id of the action that opened it."


class AllowanceClosed(Refused):
    code = "ledger.allowance-closed"
    sentence = "The allowance is closed."
    fix = "Ask the member who opened it for a new one."


class AllowanceExceeded(Refused):
    code = "ledger.allowance-exceeded"
    sentence = "The allowance does not have that much left."
    fix = "Draw what is available, or ask the member who opened it for more."


class NothingDrawn(Refused):
    code = "ledger.nothing-drawn"
    sentence = "Nothing was drawn for this use, or it was returned already."
    fix = "Check the allowance and the commitment to the use."


class UseTaken(Refused):
    code = "ledger.use-taken"
    sentence = "This allowance was drawn for that use before."
    fix = "Make a new commitment to the use, with a new salt, for each draw."


class NotTheirs(Refused):
    code = "ledger.allowance-not-theirs"
    sentence = "This signer may not do that with the allowance."
    fix = "Opening member: split and close. Drawing keys: draw and split. Releaser: return."


class AllowanceMalformed(Refused):
    code = "ledger.allowance-malformed"
    sentence = "The allowance cannot be made like this."
    fix = "Give a quantity above zero and different, usable keys."


def allowance_key(allowance: str) -> str:
    """The state key of an allowance."""
    return f"allowance/{allowance}"


def draw_key(allowance: str, use: str) -> str:
    """The state key of what was drawn for one use."""
    return f"draw/{allowance}/{use}"


def return_key(allowance: str, use: str) -> str:
    """The state key whose absence means that a draw still counts."""
    return f"return/{allowance}/{use}"


def available(allowance: Allowance) -> int:
    """What is left, in billionths."""
    return scaled(allowance.quantity) - scaled(allowance.given) - scaled(allowance.drawn)


def open_allowance(context: Context) -> Events:
    """`allowance.open/1`: a member authorises keys to draw a quantity; its id is the action's."""
    body = context.action.terms
    assert isinstance(body, AllowanceOpen)
    active_member(context.view, body.releaser, context.height)
    made = Allowance(
        opener=context.action.by,
        unit=body.unit,
        quantity=body.quantity,
        drawn=NOTHING,
        given=NOTHING,
        keys=_usable(body.keys),
        releaser=body.releaser,
        opened=context.height,
    )
    return (_begun(context, made, _positive(body.quantity)),)


def draw(context: Context) -> Events:
    """`allowance.draw/1`: takes a quantity for one use, if that much is left."""
    body = context.action.terms
    assert isinstance(body, AllowanceDraw)
    allowance = _open_one(context.view, body.allowance)
    key = context.action.drawing_key
    if key is None or key not in allowance.keys:
        raise NotTheirs(got=context.action.by)
    if context.view.get(draw_key(body.allowance, body.use)) is not None:
        raise UseTaken(got=body.use)
    drawn = scaled(allowance.drawn) + _takeable(allowance, body.quantity)
    context.view.put(allowance_key(body.allowance), structs.replace(allowance, drawn=unscaled(drawn)))
    context.view.put(draw_key(body.allowance, body.use), Draw(quantity=body.quantity, key=key, height=context.height))
    return ({"allowance": body.allowance, "event": "drawn", "for": body.use, "quantity": body.quantity},)


def return_draw(context: Context) -> Events:
    """`allowance.return/1`: the releaser gives a whole draw back, even to an allowance closed meanwhile."""
    body = context.action.terms
    assert isinstance(body, AllowanceReturn)
    allowance = _known(context.view, body.allowance)
    if context.action.by != allowance.releaser:
        raise NotTheirs(got=context.action.by, expected=allowance.releaser)
    drawn = context.view.find(draw_key(body.allowance, body.use), Draw)
    if drawn is None or context.view.get(return_key(body.allowance, body.use)) is not None:
        raise NothingDrawn(got=body.use)
    left = scaled(allowance.drawn) - scaled(drawn.quantity)
    context.view.put(allowance_key(body.allowance), structs.replace(allowance, drawn=unscaled(left)))
    context.view.put(return_key(body.allowance, body.use), Return(height=context.height))
    return ({"allowance": body.allowance, "event": "returned", "for": body.use, "quantity": drawn.quantity},)


def split(context: Context) -> Events:
    """`allowance.split/1`: hands a part to other keys for good; the part's id is the action's."""
    body = context.action.terms
    assert isinstance(body, AllowanceSplit)
    allowance = _open_one(context.view, body.allowance)
    _check_splitter(context, allowance)
    given = scaled(allowance.given) + _takeable(allowance, body.quantity)
    context.view.put(allowance_key(body.allowance), structs.replace(allowance, given=unscaled(given)))
    part = structs.replace(
        allowance,
        quantity=body.quantity,
        drawn=NOTHING,
        given=NOTHING,
        keys=_usable(body.keys),
        releaser=allowance.releaser if body.releaser is UNSET else body.releaser,
        parent=body.allowance,
        opened=context.height,
    )
    active_member(context.view, part.releaser, context.height)
    return (_begun(context, part, scaled(body.quantity)),)


def close(context: Context) -> Events:
    """`allowance.close/1`: the opener takes back what was neither drawn nor split off."""
    body = context.action.terms
    assert isinstance(body, AllowanceClose)
    allowance = _open_one(context.view, body.allowance)
    if context.action.by != allowance.opener:
        raise NotTheirs(got=context.action.by, expected=allowance.opener)
    closed = structs.replace(allowance, closed=context.height)
    context.view.put(allowance_key(body.allowance), closed)
    return ({"allowance": body.allowance, "event": "closed", "quantity": unscaled(available(allowance))},)


def _begun(context: Context, allowance: Allowance, quantity: int) -> Event:
    context.view.put(allowance_key(context.action.id), allowance)
    event: Event = {
        "allowance": context.action.id,
        "event": "opened",
        "quantity": unscaled(quantity),
        "unit": allowance.unit,
    }
    return event if allowance.parent is None else event | {"parent": allowance.parent}


def _known(view: View, allowance: str) -> Allowance:
    row = view.find(allowance_key(allowance), Allowance)
    if row is None:
        raise AllowanceUnknown(got=allowance)
    return row


def _open_one(view: View, allowance: str) -> Allowance:
    row = _known(view, allowance)
    if row.closed is not None:
        raise AllowanceClosed(got=allowance)
    return row


def _check_splitter(context: Context, allowance: Allowance) -> None:
    body = context.action.terms
    assert isinstance(body, AllowanceSplit)
    if context.action.by == allowance.opener:
        return
    if context.action.drawing_key not in allowance.keys:
        raise NotTheirs(got=context.action.by)
    if body.releaser not in (UNSET, allowance.releaser):
        raise NotTheirs(got=f"another releaser by {context.action.by}", expected=allowance.releaser)


def _takeable(allowance: Allowance, quantity: str) -> int:
    wanted = _positive(quantity)
    if wanted > available(allowance):
        raise AllowanceExceeded(got=quantity, expected=f"at most {unscaled(available(allowance))} {allowance.unit}")
    return wanted


def _positive(quantity: str) -> int:
    wanted = scaled(quantity)
    if wanted == 0:
        raise AllowanceMalformed(got=quantity, expected="a quantity above zero")
    return wanted


def _usable(keys: tuple[str, ...]) -> tuple[str, ...]:
    """The drawing keys in one order: each once, none of small order."""
    ordered = tuple(sorted(keys))
    if len(set(ordered)) < len(ordered):
        raise AllowanceMalformed(got="the same key twice")
    for key in ordered:
        try:
            _check_key(key)
        except TransireError as error:
            raise AllowanceMalformed(got=key, expected="an Ed25519 public key") from error
    return ordered


@lru_cache(maxsize=10_000)
def _check_key(key: str) -> None:
    """A point is dear to check, and a licensee's keys draw from one licence after the other. Refusals are not kept."""
    check_public_key(unb64url(key, length=32))
