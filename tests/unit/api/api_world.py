"""The demo's world after its story, and programs that call its API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient
from starlette.types import ASGIApp

from transire.demo import story as steps
from transire.demo.story import Story
from transire.demo.telling import Telling
from transire.demo.world import World, make_world
from transire.desk.api_tokens import create_api_token
from transire.desk.permissions import operations_of
from transire.portal.app import create_app

STORY = (
    steps.import_once,
    steps.sign_once,
    steps.draft_not_key,
    steps.errors_before_filing,
    steps.customs_sees,
    steps.correct,
)


@dataclass(frozen=True)
class Told:
    """The world, what its story left behind, and the one application."""

    world: World
    story: Story
    app: ASGIApp

    def token(self, slug: str, *scopes: str) -> str:
        """A token of the member's person; without scopes named, with all that its roles carry."""
        actor = self.world.actors[slug]
        now = actor.tenant.now()
        with actor.tenant.transaction() as tx:
            made = create_api_token(
                tx,
                actor.person.id,
                name="test",
                scopes=scopes or operations_of(actor.person.roles),
                ends_at=now + timedelta(days=1),
                now=now,
            )
        return made.token

    def caller(self, slug: str, *scopes: str) -> Caller:
        return Caller(self.app, slug, self.token(slug, *scopes))


class Caller(TestClient):
    """A program that acts for a member's person."""

    def __init__(self, app: ASGIApp, slug: str, token: str) -> None:
        super().__init__(app, base_url="http://testserver", headers={"authorization": f"Bearer {token}"})
        self.slug = slug

    def at(self, path: str) -> str:
        return f"/v1/m/{self.slug}{path}"

    def read(self, path: str, **query: Any) -> Any:
        answer = self.get(self.at(path), params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


def tell(folder: Path) -> Told:
    """A world of its own in an empty folder, its story told; the caller closes the node."""
    world, story, telling = make_world(folder, port=8400), Story(), Telling(StringIO())
    for step in STORY:
        step(world, telling, story)
    world.node.settle()
    return Told(world, story, create_app(world.node))
