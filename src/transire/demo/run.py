"""Running the demo from the first step to the files that it leaves, and keeping its portal open on a terminal."""

from __future__ import annotations

import logging
import shutil
import sys
from pathlib import Path

from transire.demo import story as steps
from transire.demo.errors import FolderTaken
from transire.demo.leaving import LEFT, leave_proofs
from transire.demo.story import Story
from transire.demo.telling import Telling
from transire.demo.world import WORLD, World, make_world
from transire.node.logs import configure_logs

DEVELOPMENT_PARTS = ("transire.crypto.keystore", "transire.desk")
"""They warn of themselves each time; here it is said once, in the first lines."""

STEPS = (
    steps.import_once,
    steps.sign_once,
    steps.draft_not_key,
    steps.errors_before_filing,
    steps.customs_sees,
    steps.correct,
    steps.audit_of_2018,
)


def run(out: Path, *, port: int) -> None:
    """Run the story in `out`, which is emptied first; then, on a terminal, serve the portal until interrupted."""
    configure_logs("error")
    for part in DEVELOPMENT_PARTS:
        logging.getLogger(part).setLevel(logging.ERROR)
    if sys.stdout.isatty():
        _require_free(port)
    telling = Telling()
    telling.headline("Transire: five members, one node, the embedded engine")
    telling.say("A demonstration: key stores without protection, sign-in links without a password. Not for production.")
    world = make_world(emptied(out), port=port)
    telling.say(f"network {world.node.engine.network}, five members enrolled after {telling.elapsed:.1f} s")
    try:
        tell(world, out, telling)
        if sys.stdout.isatty():
            _keep_open(world, telling)
    finally:
        world.node.close()


def tell(world: World, out: Path, telling: Telling) -> Story:
    """All seven steps; returns what happened in them."""
    story = Story()
    for step in STEPS:
        step(world, telling, story)
    leave_proofs(world, out, telling, story)
    return story


def emptied(out: Path) -> Path:
    """The folder of the demo's node. Only what an earlier demo left is removed."""
    folder = out / "world"
    if folder.exists():
        if not {path.name for path in folder.iterdir()} <= WORLD:
            raise FolderTaken(where=str(folder))
        shutil.rmtree(folder)
    for name in LEFT:
        (out / name).unlink(missing_ok=True)
    folder.mkdir(parents=True)
    return folder


def _require_free(port: int) -> None:
    """Before the work, which would be lost with the portal."""
    from transire.node.settings import NodeSettings
    from transire.portal.server import require_free

    require_free(NodeSettings().host, port)


def _keep_open(world: World, telling: Telling) -> None:
    from transire.portal.server import serve

    def tell() -> None:
        telling.headline("\nThe portal is open. One sign-in link for each member, good for one use:")
        for slug, link in world.sign_in_links().items():
            telling.say(f"{world.actors[slug].tenant.name}\n      {link}")
        telling.say("Ctrl-C ends the demo.")

    serve(world.node, when_open=tell)
