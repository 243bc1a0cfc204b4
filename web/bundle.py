"""Joins the modules of `web/verify/` into one script, and the script with its styles into one page that needs no host.

Not a general bundler: it knows `import {a, b} from "./x.js";` and `export` before a declaration, which is all that the
modules use, and refuses what it does not know. Each module becomes a function of its own, so no names can meet.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w.-]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async function|function|const|class) (\w+))", re.MULTILINE)
LEFT_OVER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def bundle(entry: Path) -> str:
    """One script for `<script>`: the modules that the entry needs, each after those that it needs."""
    modules: dict[str, str] = {}
    _add(entry, modules, ())
    return '"use strict";\n(() => {\n' + "".join(modules.values()) + "})();\n"


def _add(path: Path, modules: dict[str, str], above: tuple[str, ...]) -> None:
    if path.name in above:
        raise SystemExit(f"web: {' -> '.join((*above, path.name))} import one another")
    if path.name in modules:
        return
    source = path.read_text(encoding="utf-8")
    for _, needed in IMPORT.findall(source):
        _add(path.with_name(needed), modules, (*above, path.name))
    modules[path.name] = _as_function(path.name, source)


def _as_function(name: str, source: str) -> str:
    exports = EXPORT.findall(source)
    body = EXPORT.sub("", IMPORT.sub(_taken, source))
    strange = LEFT_OVER.search(body)
    if strange is not None:
        raise SystemExit(f"web: {name} has an import or export that bundle.py does not know: {strange[0]}")
    return f"const {_variable(name)} = (() => {{\n{body}return {{ {', '.join(exports)} }};\n}})();\n"


def _taken(found: re.Match[str]) -> str:
    names = " ".join(found[1].split()).strip().rstrip(",").replace(" as ", ": ")
    return f"const {{ {names} }} = {_variable(found[2])};\n"


def _variable(name: str) -> str:
    return "module_" + re.sub(r"\W", "_", name.removesuffix(".js"))


def inline_files(styles: str, files: dict[str, bytes]) -> str:
    """The styles with fonts inside of them; a `@font-face` whose file is not given is left out."""
    for name, content in files.items():
        styles = styles.replace(name, f"data:font/woff2;base64,{base64.b64encode(content).decode()}")
    return re.sub(r'@font-face\{[^}]*url\("?fonts/[^}]*\}', "", styles)


def single_page(shell: str, *, script: str, styles: str) -> bytes:
    """The page as one file. Its policy names the digests of its own script and styles, and allows no connection."""
    policy = (
        f"default-src 'none'; script-src '{_integrity(script)}'; style-src '{_integrity(styles)}'; "
        "font-src data:; base-uri 'none'; form-action 'none'"
    )
    for place, content in (("{{policy}}", policy), ("{{styles}}", styles), ("{{script}}", script)):
        if shell.count(place) != 1:
            raise SystemExit(f"web: the page has no single place for {place}")
        shell = shell.replace(place, content)
    if script.lower().count("</script") or styles.lower().count("</style"):
        raise SystemExit("web: the script or the styles would end their own element")
    return shell.encode()


def _integrity(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
