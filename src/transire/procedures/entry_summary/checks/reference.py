"""The reference of the checks, written from them: `python -m transire.procedures.entry_summary.checks.reference`."""

from __future__ import annotations

from transire.procedures.entry_summary.checks import CHECKS, Check

INTRODUCTION = """\
# Checks of an entry summary

This page is written from the code. The checks run over a draft before it is filed, and again at customs when the entry
arrives, each time over the documents and statements that the member who checks holds itself. An *error* stands in the
way of filing; a *warning* does not. They compare papers: what they do not find may still be wrong.
"""


def render_markdown() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, _table(), "", *map(_section, CHECKS)])


def _table() -> str:
    rows = [f"| [`{check.code}`](#{_anchor(check)}) | {check.severity} | {check.sentence} |" for check in CHECKS]
    return "\n".join(["| code | severity | what it says |", "|---|---|---|", *rows])


def _section(check: Check) -> str:
    return "\n".join(
        [
            f"## {check.code}",
            "",
            f"**{check.sentence}**",
            "",
            f"What to do: {check.fix}",
            "",
            f"Severity: {check.severity}. Law: {check.citation()}.",
            "",
        ]
    )


def _anchor(check: Check) -> str:
    return check.code.replace(".", "")


if __name__ == "__main__":
    print(render_markdown(), end="")
