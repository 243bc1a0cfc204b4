"""A person at a browser. Whatever page it looks at must be usable by everybody, on a desk and in a hand."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page

PICTURES = bool(os.environ.get("TRANSIRE_PICTURES"))
DESK, HAND = (1200, 900), (390, 844)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_RUN_AXE = """async (rules) => (await axe.run({runOnly: rules, resultTypes: ["violations"]})).violations
  .map(found => found.id + ": " + found.help + " " + found.nodes.map(node => node.html).join(" | "))"""


@dataclass
class Walker:
    """One browser window at one member. With TRANSIRE_PICTURES=1, `shots` keeps a picture of each page looked at."""

    context: BrowserContext
    site: str
    slug: str
    axe: str
    shots: Path
    page: Page = field(init=False)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.set_viewport_size(_size(DESK))
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    # Going.

    def enter(self, link: str, *, language: str | None = None) -> Walker:
        """Sign in with a one-time link."""
        self.page.goto(link)
        self.page.locator("main button").click()
        self.page.wait_for_url(f"{self.site}/m/{self.slug}/")
        if language:
            self.page.goto(f"{self.site}/m/{self.slug}/language/{language}?back=/m/{self.slug}/")
        return self

    def go(self, path: str) -> Walker:
        self.page.goto(f"{self.site}/m/{self.slug}{path}")
        return self

    @property
    def path(self) -> str:
        """Where it stands, without site, member and question."""
        return self.page.url.removeprefix(f"{self.site}/m/{self.slug}").partition("?")[0].partition("#")[0]

    # Doing.

    def main(self, selector: str, **more: Any) -> Locator:
        return self.page.locator("#main").locator(selector, **more)

    def link(self, name: str) -> Walker:
        self.main("a", has_text=name).first.click()
        return self

    def press(self, name: str) -> Walker:
        self.main("button", has_text=name).first.click()
        return self

    def fill(self, **fields: str) -> Walker:
        for name, value in fields.items():
            self.page.fill(f"#field-{name}", value)
        return self

    def hand_over(self, name: str, content: bytes, *, media_type: str = "text/csv") -> Walker:
        """Choose a file."""
        given = {"name": f"{name}.csv", "mimeType": media_type, "buffer": content}
        self.page.set_input_files(f"#field-{name}", given)  # type: ignore[arg-type]
        return self

    def tick_only(self, name: str, values: Sequence[str]) -> Walker:
        """Tick these check boxes of a group, and no other."""
        for box in self.main(f"input[type=checkbox][name={name}]").all():
            box.set_checked(box.get_attribute("value") in values)
        return self

    def download(self, name: str) -> bytes:
        """Follow a link that hands over a file."""
        with self.page.expect_download() as started:
            self.main("a", has_text=name).first.click()
        return Path(started.value.path()).read_bytes()

    # Looking.

    def focused(self) -> str:
        """The id of the element that the keyboard is at, once the page has loaded."""
        self.page.wait_for_load_state()
        return str(self.page.evaluate("document.activeElement.id"))

    def reads(self, *texts: str) -> Walker:
        shown = self.main("xpath=self::*").inner_text()
        missing = [text for text in texts if text not in shown]
        assert not missing, f"{shown[:2000]}\n\n{self.page.url} does not say {missing}"
        return self

    def look(self, name: str) -> Walker:
        """The page as it stands, on a desk and in a hand: no rule of WCAG broken, nothing cut off, no complaint."""
        self.page.evaluate(self.axe)
        for size in (HAND, DESK):
            self.page.set_viewport_size(_size(size))
            self.photograph(f"{name}-{size[0]}")
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size[0], f"{name}: the page is {wide} pixels wide on a screen of {size[0]}"
            broken = self.page.evaluate(_RUN_AXE, list(RULES))
            assert not broken, f"{name} at {size[0]} pixels: {broken}"
        assert not self.complaints, self.complaints
        return self

    def photograph(self, name: str) -> None:
        """Keep a picture of the whole page, if pictures are asked for."""
        if not PICTURES:
            return
        self.shots.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self.shots / f"{name}.png", full_page=True)

    def _heard(self, message: ConsoleMessage) -> None:
        refused_form = message.text.startswith("Failed to load resource") and "/static/" not in message.location["url"]
        if message.type in ("error", "warning") and not refused_form:
            self.complaints.append(f"{self.page.url}: {message.text}")


def _size(size: tuple[int, int]) -> Any:
    return {"width": size[0], "height": size[1]}
