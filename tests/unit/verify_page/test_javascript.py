"""The verifier in JavaScript: its own tests, what it was written from, and how it becomes a page."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from javascript import VERIFIER, build_script, run_node
from transire.cli import cli
from transire.documents.catalogue import document_type, schema_ids


def test_its_own_tests_pass() -> None:
    files = sorted((VERIFIER / "test").glob("*.test.js"))
    assert len(files) >= 4
    done = run_node("--test", *files)
    assert done.returncode == 0, done.stdout[-8000:]
    assert int(re.search(r"^# pass (\d+)$", done.stdout, re.MULTILINE)[1]) >= 25  # type: ignore[index]


def test_the_pinned_contexts_are_those_of_the_credentials(repository: Path) -> None:
    import runpy

    written = runpy.run_path(str(repository / "scripts" / "write_verify_contexts.py"))["text"]()
    assert (VERIFIER / "pinned.js").read_text(encoding="utf-8") == written


def test_documents_are_called_as_the_nodes_call_them() -> None:
    source = (VERIFIER / "kinds.js").read_text(encoding="utf-8").partition("DOCUMENTS")[2].partition("});")[0]
    named = {known.type_name: known.title for known in map(document_type, schema_ids())}
    assert dict(re.findall(r'(\w+): "([^"]+)"', source)) == named


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page as `transire verify-page` writes it."""
    build_script().main()
    target = tmp_path_factory.mktemp("page") / "transire-verify.html"
    done = CliRunner().invoke(cli, ["verify-page", str(target)])
    assert done.exit_code == 0, done.output
    return target.read_text(encoding="utf-8")


def test_the_page_is_one_file_that_can_reach_nothing(page: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    directives = dict(part.split(" ", 1) for part in policy[1].split("; "))
    assert directives["default-src"] == "'none'"
    assert set(directives) == {"default-src", "script-src", "style-src", "font-src", "base-uri", "form-action"}
    for name, tag in (("script-src", "script"), ("style-src", "style")):
        content = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert content is not None
        digest = base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode()
        assert directives[name] == f"'sha256-{digest}'"
    assert not re.search(r'(?:src|href)="', page), "it names no other file"


def test_no_module_reaches_out_or_runs_text() -> None:
    forbidden = r"\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|\beval\(|new Function|innerHTML|localStorage|\.cookie"
    for path in VERIFIER.glob("*.js"):
        if path.name not in ("pinned.js", "judge.js"):
            assert not re.search(forbidden, path.read_text(encoding="utf-8")), path.name


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ('import x from "./words.js";\n', "does not know"),
        ("export default 1;\n", "does not know"),
        ('import { a } from "./self.js";\n', "import one another"),
    ],
)
def test_the_bundle_refuses_what_it_does_not_know(tmp_path: Path, source: str, reason: str) -> None:
    entry = tmp_path / "self.js"
    entry.write_text(source)
    with pytest.raises(SystemExit, match=reason):
        build_script().bundle(entry)


def test_a_bundle_is_what_its_modules_are(tmp_path: Path) -> None:
    exported = "export const shown = own + 1;\nexport function twice(x) {\n  return 2 * x;\n}\n"
    (tmp_path / "one.js").write_text(f"const own = 1;\n{exported}")
    (tmp_path / "two.js").write_text(
        'import { shown, twice as doubled } from "./one.js";\nconst own = 5;\nconsole.log(doubled(shown) + own);\n'
    )
    done = run_node("-e", build_script().bundle(tmp_path / "two.js"))
    assert done.stdout == "9\n"
