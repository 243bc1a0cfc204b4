"""What the checks of a receipt found, in the language of the page.

The verifier writes English sentences with values in them (`ledger.proof`); here they are known by their form, so that
the sentence is said in the person's language and the values stay as they are. What has no known form is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from transire.portal.registry import N_

Say = Callable[[str], str]

SENTENCES: Final = (
    N_("Compare its fingerprint by telephone: {fingerprint}"),
    N_("Statement {id}, {place} of {count} of its pool"),
    N_("This receipt is of the action alone."),
    N_("{member} with its key {key}, kept by {keeper}"),
    N_("itself"),
    N_("Entered by {registrar}"),
    N_("key {key} of the allowance {allowance}"),
    N_("Opened by {opener}"),
    N_("no custodian keeps the keys of two of the members named"),
    N_("{keeper} keeps the keys of {members}"),
    N_("a custodian of its own for each member"),
    N_("a second member, to compare who keeps the keys"),
    N_("the receipt names no member with keys"),
    N_("the receipt names no member"),
    N_("Not a member: {members}"),
    N_("The time of header {height}, the one after its block."),
    N_("entry {entry} of the log, from block {height}"),
    N_("Action {id}"),
    N_("{power} of {total} of the validators' power: {operators}"),
    N_("Header {height}; header {after} by {power} of {total}."),
    N_("{power} of {total}"),
    N_("more than two thirds"),
    N_("more than two thirds of {total}"),
    N_("the validators of the network file, unchanged as far as the receipt shows"),
    N_("1 change since the network file, the last after height {height}"),
    N_("{changes} changes since the network file, the last after height {height}"),
    N_("{operator} alone; proves nothing against it"),
    N_("two operators or more"),
    N_("above two thirds {most}, above one third {some}"),
    N_("{count} together ({operators})"),
    N_("{operator} alone"),
    N_("Those above two thirds could write another past together, those above one third stop the network."),
    N_("none"),
    N_("none that you named"),
    N_("an outside witness"),
    N_("Not checked, since you did not name their keys: {names}"),
    N_("the state after height {height}, with {size} actions in the log"),
    N_("{present} present, {absent} absent"),
    N_("no document opened"),
    N_("the document and its salt"),
    N_("no credential opened"),
    N_("the document of the statement"),
    N_("{type} signed by {issuer}, valid from {start} until {end}"),
    N_("{type} signed by {issuer}, valid from {start}"),
    N_("{type} signed by {issuer}, valid until {end}"),
    N_("{type} signed by {issuer}"),
    N_("{type} ({size} bytes, a rendering, not compared)"),
    N_("{type} ({size} bytes)"),
    N_("NOT SHOWN"),
    N_("a proof of its status"),
    N_("version {version} of {issuer} not withdrawn as of {moment}"),
    N_("not withdrawn by {issuer} as of {moment}"),
    N_("not withdrawn as of {moment}"),
    N_("withdrawn at height {height}, replaced by {successor}"),
    N_("withdrawn at height {height}"),
    N_("state of {time}, {seconds} s old"),
    N_("state of {time}, in the future of this computer's clock"),
    N_("not judged"),
    N_("that the check “{check}” holds"),
    N_("{sentence} At {where}."),
    N_("{kind} by {by}"),
)
"""The forms of what is found, each before one that would take it too."""

_UNNAMED: Final = N_("not yet a member")
_ROLES: Final[Mapping[str, str]] = {
    "agency": N_("partner agency"),
    "association": N_("guaranteeing association"),
    "broker": N_("customs broker"),
    "chamber": N_("chamber of commerce"),
    "customs": N_("customs administration"),
    "no role": N_("no role"),
    "rights_holder": N_("rights holder"),
}
"""Roles whose words are others than their names; the rest is said as it is named."""
_NUMBER: Final = r"\d+"
_SHAPES: Final[Mapping[str, str]] = {
    "id": r"\S+",
    "kind": r"\S+/\d+",
    "power": _NUMBER,
    "size": _NUMBER,
    "total": _NUMBER,
    "type": r"[\w./+-]+",
}
"""What stands in a place that would take too much otherwise."""
_LISTED: Final = re.compile(r"(; (?![^()]*\))|(?<=\)), )")
"""Between documents, members and their parts, not inside of parentheses."""
_MEMBER: Final = re.compile(r"(?P<name>[^;]+) \((?P<did>did:[^;]+); (?P<roles>[^()]+)\)")
_DOCUMENT: Final = re.compile(r"(?P<version>[\w-]{43}): (?P<parts>.+)")


def said_finding(found: str, say: Say) -> str:
    """The finding in the language of `say`."""
    for sentence, form in _FORMS:
        if fits := form.fullmatch(found):
            values = {name: _value(name, value, say) for name, value in fits.groupdict().items()}
            return say(sentence).format(**values)
    if document := _DOCUMENT.fullmatch(found):
        return f"{document['version']}: {said_finding(document['parts'], say)}"
    if member := _MEMBER.fullmatch(found):
        roles = ", ".join(say(_ROLES.get(role, role)) for role in member["roles"].split(", "))
        name = say(_UNNAMED) if member["name"] == _UNNAMED else member["name"]
        return f"{name} ({member['did']}; {roles})"
    if len(parts := _LISTED.split(found, maxsplit=1)) > 1:
        first, between, rest = parts
        return said_finding(first, say) + between + said_finding(rest, say)
    return say(found) if found.endswith(".") else found  # a sentence of the catalogue of errors; a name is none


def _value(name: str, value: str, say: Say) -> str:
    """Values stay as they are, but for the few that are words."""
    if name == "sentence":
        return say(value)
    return said_finding(value, say) if name in ("keeper", "most", "some") else value


def _form(sentence: str) -> re.Pattern[str]:
    """The expression that a sentence with its values fits."""
    parts = re.split(r"\{(\w+)\}", sentence)
    fixed = [re.escape(part) for part in parts[::2]]
    values = [f"(?P<{name}>{_SHAPES.get(name, '[^;]+?')})" for name in parts[1::2]]
    return re.compile("".join(text for pair in zip(fixed, [*values, ""], strict=True) for text in pair))


_FORMS: Final = tuple((sentence, _form(sentence)) for sentence in SENTENCES)
