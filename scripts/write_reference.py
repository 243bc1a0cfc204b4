"""Write the pages of docs/reference that the code says best: commands, settings, errors, permissions, statements.

`python scripts/write_reference.py` writes them; `tests/unit/docs/test_reference.py` compares them with what stands in
docs/reference, so that no page falls behind. Other pages there have a writer of their own, beside the code they show.
"""

from __future__ import annotations

import ast
import inspect
import json
import pkgutil
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import msgspec

import transire
from transire import cli
from transire.desk import permissions
from transire.errors import TransireError, catalogue
from transire.ledger.fields import BYTES_32, DID, TIME
from transire.ledger.kinds import Kind
from transire.ledger.proof.trust import MAX_TRUST_ROOT_BYTES, TrustRoot
from transire.node import settings
from transire.origin.schema import SCHEMAS, schema_of
from transire.procedures.catalogue import procedures
from transire.vault import statements as generic

sys.path.insert(0, str(Path(__file__).resolve().parent))

from write_tariff_reference import clocks_page, duty_page

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
EXAMPLE_NETWORK = ROOT / "vectors" / "receipt" / "four-validators.network.json"
HELP_WIDTH = 92
"""Columns of the help texts: what a page of documentation shows without a scroll bar."""

NOT_MODULES = (".migrations", ".alembic", "__main__")
"""Parts of module names that are run by Alembic or by Python, never imported."""

WRITTEN = "This page is written from the code by `python scripts/write_reference.py`."


# Commands.


def cli_page() -> str:
    parts = [
        "# Commands",
        f"{WRITTEN} It shows the help of every command.",
        "Exit status: 0 done, or all checks hold; 1 refused, with a sentence and the fix; 2 called wrongly, or the "
        "file is not a receipt. Commands that work on a node take its folder with `--home`.",
    ]
    for path, context in _commands(cli.cli, "transire", None):
        if len(path.split()) == 2:
            parts.append(f"## {path.split()[1]}")
        elif len(path.split()) > 2:
            parts.append(f"### {' '.join(path.split()[1:])}")
        parts.append(f"```text\n$ {path} --help\n{context.get_help()}\n```")
    return _joined(parts)


def _commands(command: click.Command, name: str, parent: click.Context | None) -> Iterator[tuple[str, click.Context]]:
    context = click.Context(
        command,
        info_name=name,
        parent=parent,
        terminal_width=HELP_WIDTH,
        max_content_width=HELP_WIDTH,
        **command.context_settings,
    )
    yield context.command_path, context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from _commands(found, below, context)


# Settings.


def settings_page() -> str:
    parts = [
        "# Settings",
        WRITTEN,
        "A node reads `transire.toml` in its folder. A variable of the environment stands over the file. "
        "`transire config show` prints every setting with the value that the node uses. "
        "An unknown setting in the file is refused (`node.settings-invalid`).",
        "## At the top of the file",
        _settings_table(settings.NodeSettings, settings.ENVIRONMENT_PREFIX),
    ]
    for name, table in _tables():
        parts += [f"## `[{name}]`", _summary(table), _settings_table(table, f"{settings.ENVIRONMENT_PREFIX}{name}_")]
    parts += [
        "## `[[member]]`",
        f"{_summary(settings.MemberSettings)} `transire node init` and `transire node add-member` write these; "
        "there are no variables for them.",
        _settings_table(settings.MemberSettings, None),
    ]
    return _joined(parts)


def _tables() -> Iterator[tuple[str, type[msgspec.Struct]]]:
    for field in msgspec.structs.fields(settings.NodeSettings):
        if isinstance(field.default, msgspec.Struct):
            yield field.name, type(field.default)


def _settings_table(struct: type[msgspec.Struct], variable: str | None) -> str:
    said = _said_of_fields(struct)
    columns = ["setting", "default", "variable", "meaning"] if variable else ["setting", "meaning"]
    head = f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|"
    rows = []
    for field in msgspec.structs.fields(struct):
        if field.name not in said:
            continue  # a table of its own
        meaning = f"{said[field.name]}{_choices(field.type)}"
        middle = f" {_default(field.default)} | `{f'{variable}{field.name}'.upper()}` |" if variable else ""
        rows.append(f"| `{field.name}` |{middle} {meaning} |")
    return "\n".join([head, *rows])


def _said_of_fields(struct: type[msgspec.Struct]) -> dict[str, str]:
    """The docstring under each field; a setting without one stops the writer."""
    body = ast.parse(inspect.getsource(struct)).body[0]
    assert isinstance(body, ast.ClassDef)
    said: dict[str, str] = {}
    for field, after in zip(body.body, [*body.body[1:], None], strict=True):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            said[field.target.id] = " ".join(str(after.value.value).split())
        elif not _is_table(struct, field.target.id):
            raise SystemExit(f"the setting {struct.__name__}.{field.target.id} has no docstring")
    return said


def _is_table(struct: type[msgspec.Struct], name: str) -> bool:
    default = next(field.default for field in msgspec.structs.fields(struct) if field.name == name)
    return isinstance(default, msgspec.Struct | tuple)


def _summary(struct: type[msgspec.Struct]) -> str:
    return inspect.cleandoc(struct.__doc__ or "")


def _default(value: object) -> str:
    return "empty" if value == "" else f"`{value}`"


def _choices(annotation: object) -> str:
    words = getattr(annotation, "__args__", ())
    return f" One of {', '.join(f'`{word}`' for word in words)}." if words else ""


# Errors.


def errors_page() -> str:
    import_every_room()
    rooms: dict[str, list[type[TransireError]]] = defaultdict(list)
    for code, kind in catalogue().items():
        if kind.__module__.startswith("transire."):  # errors that tests define are none of the house's
            rooms[code.partition(".")[0]].append(kind)
    parts = [
        "# Errors",
        WRITTEN,
        "Every refusal has a code that never changes, a sentence, and what to do about it. The same code stands on the "
        "command line, on the portal's pages and as problem type of the API; `status` is the HTTP status there. "
        "A message also names what was found and what was expected, where there is something to compare. "
        "What the checks of an entry summary find is no error of this list: see [checks](checks.md).",
        " · ".join(f"[{room}](#{room})" for room in sorted(rooms)),
    ]
    for room, kinds in sorted(rooms.items()):
        parts += [f"## {room}", _errors_table(kinds)]
    return _joined(parts)


def import_every_room() -> None:
    """Load every module, so that `errors.catalogue` knows every code."""
    for module in pkgutil.walk_packages(transire.__path__, "transire."):
        if not any(part in module.name for part in NOT_MODULES):
            import_module(module.name)


def _errors_table(kinds: list[type[TransireError]]) -> str:
    rows = [f"| `{kind.code}` | {kind.status} | {_cell(kind.sentence)} | {_cell(kind.fix)} |" for kind in kinds]
    return "\n".join(["| code | status | sentence | what to do |", "|---|---|---|---|", *rows])


# Permissions.


def permissions_page() -> str:
    return _joined(
        [
            "# Permissions",
            WRITTEN,
            "Which person may do what. A row is an operation, which is also a scope of an API token; a column is a "
            "role of a person. A cell names the relations of the person's member to the thing under which the role may "
            "do it: `any` stands for all of them, `-` for none. Everything else is refused (`desk.permission-denied`). "
            "A token may do at most what its person may do at the moment of the call.",
            permissions.render_markdown().strip(),
        ]
    )


# Statements.


def statements_page() -> str:
    parts = [
        "# Statements",
        WRITTEN,
        "Every kind of statement, who may state it, what must precede it about the same subject, and what its body "
        "says. Nodes that receive a statement check this; the ledger does not, and never sees a kind. "
        "A name has one meaning for ever: a changed body gets a new number.",
        "## Documents",
        "Shared by all procedures.",
        *_kinds_of(generic.KINDS, generic),
    ]
    for procedure in procedures():
        module = import_module(f"transire.procedures.{procedure.name}.statements")
        parts += [f"## {procedure.title}", procedure.summary, *_kinds_of(procedure.kinds, module)]
    return _joined(parts)


def _kinds_of(kinds: tuple[Kind, ...], module: Any) -> Iterator[str]:
    said = _comments_above_kinds(inspect.getsource(module))
    for kind in kinds:
        who = " or ".join(sorted(role.replace("_", " ") for role in kind.stated_by)) or "any member"
        before = " or ".join(f"`{name}`" for name in kind.follows)
        after = f"Must follow: {before} about the same subject." if before else "Need follow nothing."
        haste = " Unhurried: it is anchored after a random while." if kind.unhurried else ""
        yield f"### {kind.name}"
        yield said[kind.name]
        yield f"Stated by: {who}. {after}{haste}"
        yield _body_table(kind.body_schema)


def _comments_above_kinds(source: str) -> dict[str, str]:
    """What the comment above each kind says of it; a kind without one stops the writer."""
    lines = source.splitlines()
    said = {}
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "Kind":
            continue
        name = next(str(word.value.value) for word in node.keywords if word.arg == "name")  # type: ignore[attr-defined]
        at = node.lineno - 1
        above: list[str] = []
        while lines[at - 1].startswith("#"):
            at -= 1
            above.insert(0, lines[at].lstrip("# "))
        if not above:
            raise SystemExit(f"the kind {name} has no comment that says what it is")
        said[name] = " ".join(above)
    return said


def _body_table(schema: Mapping[str, Any]) -> str:
    rows = "\n".join(_body_rows(schema, ""))
    return f"| member of the body | needed | is |\n|---|---|---|\n{rows}"


def _body_rows(schema: Mapping[str, Any], path: str) -> Iterator[str]:
    together = schema.get("dependentRequired", {})
    for name, member in schema["properties"].items():
        with_others = [f"`{path}{other}`" for other in together.get(name, ())]
        needed = "yes" if name in schema["required"] else f"with {', '.join(with_others)}" if with_others else "no"
        yield f"| `{path}{name}` | {needed} | {_meaning(member)} |"
        if member.get("type") == "array" and member["items"].get("type") == "object":
            yield from _body_rows(member["items"], f"{path}{name}[].")


PATTERNS = {
    f"^{BYTES_32}$": "an id or commitment: 32 bytes in base64url, 43 characters",
    f"^{DID}$": "a member's DID",
    f"^{TIME}$": "a time, UTC, whole seconds",
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$": "a date",
    "^[a-z0-9][a-z0-9/-]*/[1-9][0-9]{0,3}$": "a schema id",
    "^[a-z][a-z0-9-]*$": "a word in lower case",
    "^[a-z]+\\.[a-z0-9-]+$": "a code of this reference",
    r"\S": "text",
    "^[A-Za-z0-9_-]{1579}$": "an ML-KEM-768 public key: 1,184 bytes in base64url",
}
"""Patterns in words; one that is not here stops the writer, so that the page never says less than the schema."""


def _meaning(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " or ".join(f"`{word}`" for word in schema["enum"])
    if schema["type"] == "string":
        most = f", at most {schema['maxLength']} characters" if schema["pattern"] == r"\S" else ""
        return f"{PATTERNS[schema['pattern']]}{most}"
    if schema["type"] == "integer":
        return f"a whole number, {schema['minimum']} to {schema['maximum']}"
    if schema["type"] == "array":
        return f"a list of at most {schema['maxItems']}, each one different"
    if schema["type"] == "object":
        optional = set(schema["properties"]) - set(schema["required"])
        names = (f"`{name}`{' (optional)' if name in optional else ''}" for name in schema["properties"])
        return f"an object with {', '.join(names)}"
    return {"boolean": "true or false"}[schema["type"]]


# The network file.

NETWORK_FIELDS = {
    "format": "`transire/network/1`",
    "network": "the network's id: its name and the first 32 hexadecimal digits of the digest of its genesis",
    "genesis": "the digest of the genesis, base64url",
    "time": "when the network began",
    "validators": "the validators at the beginning; later ones are proved by receipts themselves",
    "fingerprint": "forty decimal digits of the digest of the genesis, to compare by telephone",
}
VALIDATOR_FIELDS = {
    "address": "the first 20 bytes of SHA-256 of the public key",
    "operator": "the DID of the member that operates it",
    "power": "its share of the votes",
    "public": "its Ed25519 public key",
}


def network_file_page() -> str:
    raw = EXAMPLE_NETWORK.read_bytes()
    TrustRoot.parse(raw)
    example = json.loads(raw)
    return _joined(
        [
            "# The network file",
            WRITTEN,
            "`network.json` is the trust root: the one file that `transire verify` must have from a source that you "
            "trust. Everything else in a receipt is proved from it. A node keeps it in its folder; the portal offers "
            "it on the network page and beside every proof.",
            "Whoever gives you a false network file can make you believe false receipts. So compare the fingerprint "
            "with somebody you know, by telephone: `transire verify` prints it on its second line.",
            _field_table(NETWORK_FIELDS, example),
            "Each validator:",
            _field_table(VALIDATOR_FIELDS, example["validators"][0]),
            f"No other member may stand in it, none may be missing, and it has at most {MAX_TRUST_ROOT_BYTES:,} bytes. "
            "The network's id, the digest, the fingerprint and the addresses must agree with one another "
            "(`ledger.trust-root-invalid`).",
            f"Example: `{EXAMPLE_NETWORK.relative_to(ROOT)}`, a network of four operators.",
            f"```json\n{json.dumps(example, indent=1)}\n```",
            "The format is fixed in [spec/receipt.md](../../spec/receipt.md), section 2.",
        ]
    )


def _field_table(said: Mapping[str, str], example: Mapping[str, object]) -> str:
    assert sorted(said) == sorted(example), "the network file has other members than this page says"
    return "\n".join(["| member | is |", "|---|---|", *(f"| `{name}` | {said[name]} |" for name in said)])


# The origin case.


def origin_schemas() -> str:
    """The schemas of the origin engine as one JSON file: what docs/reference/origin-case.md describes."""
    return json.dumps({name: schema_of(name) for name in SCHEMAS}, indent=1) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _joined(parts: list[str]) -> str:
    return "\n\n".join(parts) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "settings.md": settings_page,
    "errors.md": errors_page,
    "permissions.md": permissions_page,
    "statements.md": statements_page,
    "network-file.md": network_file_page,
    "duty.md": duty_page,
    "clocks.md": clocks_page,
    "origin-case.schemas.json": origin_schemas,
}
"""Every page, and the function that gives its text."""


def main() -> None:
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
