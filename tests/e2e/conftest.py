"""A real Chromium on a real server: each page is checked for accessibility and for what the console says."""

import datetime
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.factories import PASSWORD, at

# Playwright's own event loop runs in the test's thread; Django would otherwise refuse to query from it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--no-sandbox"]  # fmt: skip
AXE = Axe()
# What a page is made of, whoever it speaks of: its address without numbers, the window, each kind of thing in it.
SHAPE = """() => JSON.stringify([
  location.pathname.replace(/[0-9]+/g, '0'), innerWidth,
  [...new Set([...document.querySelectorAll('*')].map(node => [
    node.localName, node.getAttribute('class'), node.getAttribute('role'), node.getAttribute('type'),
    node.hasAttribute('aria-invalid'), node.getAttribute('aria-current'),
  ].join(' ')))].sort(),
])"""
_looked_at: set[str] = set()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "e2e" in Path(str(item.fspath)).parts:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = os.environ.get("DECLIC_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


class Visitor:
    """Someone in front of the pages: signs in, reads, clicks, fills; anything wrong on the way fails the test."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.complaints: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        # A form refused with 422 is an answer of ours, not a fault of the page.
        if message.type in ("error", "warning") and "422" not in message.text:
            self.complaints.append(message.text)

    def path(self) -> str:
        """Where one stands, without the server."""
        return self.page.url.removeprefix(self.base)

    def meets(self, path: str, status: int) -> "Visitor":
        """Go where the answer may be a refusal: it is the one expected, in a page as good as any other."""
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.status == status, f"{path} answers {answer.status} instead of {status}"
        if status >= 400:
            # The browser notes the refusal itself on its console.
            self.complaints = [words for words in self.complaints if str(status) not in words]
        return self.check()

    def agree(self, button: str) -> "Visitor":
        """Press a button and say yes to the question that it asks before it does anything."""
        self.page.once("dialog", lambda question: question.accept())
        return self.press(button)

    def type(self, **fields: str) -> "Visitor":
        """Fill fields by their names with the keys alone: Tab from one to the next, letters, space to tick."""
        for name, value in fields.items():
            self.reach(f"main [name='{name}']")
            field = self.page.locator("*:focus")
            kind = field.get_attribute("type")
            if field.evaluate("node => node.tagName") == "SELECT":
                label = field.locator(f"option[value='{value}']").inner_text()
                self.page.keyboard.type(label)
            elif kind == "checkbox":
                while field.get_attribute("value") not in (value, None):
                    self.key("Tab")
                    field = self.page.locator("*:focus")
                self.key("Space")
            elif kind == "radio":
                self.key("Space")
                while self.page.locator("*:focus").get_attribute("value") != value:
                    self.key("ArrowDown")
            else:
                self.page.keyboard.type(value)
        return self

    def go(self, path: str) -> "Visitor":
        self.page.goto(self.base + path)
        return self.check()

    def sign_in(self, email: str, password: str = PASSWORD) -> "Visitor":
        self.page.context.clear_cookies()
        self.page.goto(self.base + "/compte/login/")
        self.page.get_by_label("Courriel").fill(email)
        self.page.get_by_label("Mot de passe", exact=True).fill(password)
        self.page.get_by_role("button", name="Se connecter", exact=True).click()
        return self.check()

    def click(self, name: str, *, role: Any = "link") -> "Visitor":
        self.page.get_by_role(role, name=name).first.click()
        return self.check()

    def press(self, name: str) -> "Visitor":
        return self.click(name, role="button")

    def fill(self, **fields: str) -> "Visitor":
        """Fill fields by their names in the form."""
        for name, value in fields.items():
            field = self.page.locator(f"main [name='{name}']").first
            if field.evaluate("node => node.tagName") == "SELECT":
                field.select_option(value)
            elif field.get_attribute("type") == "checkbox" and not field.get_attribute("value"):
                field.check(force=True)
            elif field.get_attribute("type") in ("radio", "checkbox"):
                # The box itself is drawn by its label: what one sees is what one clicks.
                self.page.locator(f"main [name='{name}'][value='{value}']").check(force=True)
            else:
                field.fill(value)
        return self

    def text(self) -> str:
        """What one reads on the page, with ordinary spaces."""
        return " ".join(self.page.locator("body").inner_text().replace("\u00a0", " ").replace("\u202f", " ").split())

    def sees(self, words: str) -> "Visitor":
        text = self.text()
        assert words.casefold() in text.casefold(), f"« {words} » not on {self.page.url}:\n{text[:3000]}"
        return self

    def lacks(self, words: str) -> "Visitor":
        assert words.casefold() not in self.text().casefold(), f"« {words} » is on {self.page.url}"
        return self

    def tells(self, words: str, value: str) -> "Visitor":
        """A line of the page: its words, soon followed by its value."""
        text = " ".join(self.page.locator("main").inner_text().replace("\u00a0", " ").replace("\u202f", " ").split())
        line = rf"{re.escape(words)}(?: \S+){{0,6}}? {re.escape(value)}(?!\w)"
        assert re.search(line, text, re.IGNORECASE), f"« {words} » is not {value} on {self.page.url}:\n{text}"
        return self

    def reach(self, selector: str, *, most: int = 120) -> "Visitor":
        """Press Tab until what `selector` names has the focus: as whoever has no mouse gets there."""
        for _press in range(most):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return self
        raise AssertionError(f"{most} times Tab never reach {selector} on {self.page.url}")

    def key(self, name: str) -> "Visitor":
        """Press a key on what has the focus."""
        self.page.keyboard.press(name)
        return self

    def check(self) -> "Visitor":
        """The page is accessible, quiet on the console, and no wider than the window."""
        self.page.wait_for_load_state()
        assert not self.complaints, f"{self.page.url}: {self.complaints}"
        self._check_accessible()
        wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{self.page.url} is {wider} px wider than the window"
        return self

    def _check_accessible(self) -> None:
        """Axe finds nothing; a page made of the same things as one that it has seen is not asked about again."""
        shape = self.page.evaluate(SHAPE)
        if shape in _looked_at:
            return
        # Nothing is loaded again for rules about sound and video, which no page of ours has.
        results = AXE.run(self.page, options={"resultTypes": ["violations"], "preload": False})
        found = [
            f"{violation['id']}: {node['target']} {node.get('failureSummary', '')}"
            for violation in results.response["violations"]
            for node in violation["nodes"]
        ]
        assert not found, f"{self.page.url}\n" + "\n".join(found)
        _looked_at.add(shape)


class Clock:
    """The clock of the server and of the tests: it runs on from the day that the story has reached."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._late = datetime.timedelta(0)
        real = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: real() - self._late)
        self._real = real

    def turn(self, year: int, month: int, day: int, *, hour: int = 10) -> datetime.date:
        """Go to this day; sessions opened weeks before are over, as they would be."""
        reached = datetime.date(year, month, day)
        self._late = self._real() - at(reached, hour)
        return reached


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stories told on their own dates: `clock.turn(2021, 4, 12)`."""
    return Clock(monkeypatch)


@pytest.fixture
def visitor(browser: Browser, live_server: Any) -> Iterator[Visitor]:
    context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    page = context.new_page()
    yield Visitor(page, live_server.url)
    context.close()


@pytest.fixture
def others(browser: Browser, live_server: Any) -> Iterator[Callable[..., Visitor]]:
    """More people at once, each in front of a browser of her own: `others(width=320)`."""
    contexts = []

    def another(*, width: int = 1280) -> Visitor:
        context = browser.new_context(locale="fr-FR", viewport={"width": width, "height": 640 if width < 400 else 900})
        context.set_default_timeout(20_000)
        contexts.append(context)
        return Visitor(context.new_page(), live_server.url)

    yield another
    for context in contexts:
        context.close()


@pytest.fixture
def small_visitor(browser: Browser, live_server: Any) -> Iterator[Visitor]:
    """The same on a small telephone."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 320, "height": 640})
    context.set_default_timeout(20_000)
    yield Visitor(context.new_page(), live_server.url)
    context.close()
