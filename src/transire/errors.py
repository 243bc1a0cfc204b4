"""How Transire refuses: every error has a stable code, a sentence for a trader, and the fix.

    TransireError
    └── one class for each code, defined in the errors.py of the room that raises it

The same code appears in the CLI, as problem type of the API (RFC 9457), on the portal's pages and in the
reference. `catalogue()` lists every code that has been imported, for the doors and for the docs.
"""

from __future__ import annotations

from typing import Any, ClassVar


class TransireError(Exception):
    """The base of every refusal. Subclasses set `code`, `sentence` and `fix`; `status` is for the HTTP doors.

    `got` and `expected` name both sides of a comparison; `where` points into the input (a JSON pointer, a row).

    >>> class SealBroken(TransireError):
    ...     code = "example.seal-broken"
    ...     sentence = "The seal number differs from the manifest."
    ...     fix = "Ask the carrier for the corrected manifest."
    >>> error = SealBroken(got="A1", expected="A2")
    >>> print(error)
    The seal number differs from the manifest. Expected A2, got A1. Ask the carrier for the corrected manifest.
    >>> error.as_problem()["code"]
    'example.seal-broken'
    """

    code: ClassVar[str] = "transire.error"
    sentence: ClassVar[str] = "Something was refused."
    fix: ClassVar[str] = "See the details."
    status: ClassVar[int] = 400

    def __init__(self, *, got: object = None, expected: object = None, where: str | None = None) -> None:
        self.got = got
        self.expected = expected
        self.where = where
        super().__init__(self.explain())

    def explain(self) -> str:
        """The whole refusal as one line of plain sentences."""
        return f"{self.reason()} {self.fix}"

    def reason(self) -> str:
        """What is wrong without what to do: for a refusal that rests on this one and has a fix of its own."""
        parts = [self.sentence]
        if self.expected is not None and self.got is not None:
            parts.append(_ended(f"Expected {self.expected}, got {self.got}"))
        elif self.expected is not None:
            parts.append(_ended(f"Expected {self.expected}"))
        elif self.got is not None:
            parts.append(_ended(f"Got {self.got}"))
        if self.where is not None:
            parts.append(f"At {self.where}.")
        return " ".join(parts)

    def as_problem(self) -> dict[str, Any]:
        """The members that every door shows; absent members are left out."""
        members = {
            "code": self.code,
            "sentence": self.sentence,
            "fix": self.fix,
            "got": None if self.got is None else str(self.got),
            "expected": None if self.expected is None else str(self.expected),
            "where": self.where,
        }
        return {name: value for name, value in members.items() if value is not None}


def _ended(sentence: str) -> str:
    """With one full stop, also where what it quotes is a sentence itself."""
    return sentence if sentence.endswith(".") else f"{sentence}."


def catalogue() -> dict[str, type[TransireError]]:
    """Every error class imported so far, by its code, in order of the code."""
    found: dict[str, type[TransireError]] = {}
    pending = list(TransireError.__subclasses__())
    while pending:
        kind = pending.pop()
        pending.extend(kind.__subclasses__())
        found[kind.code] = kind
    return dict(sorted(found.items()))
