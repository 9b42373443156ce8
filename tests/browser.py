"""A real browser: the machine's own Chromium, driven by Playwright."""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
)
SHOTS = Path(__file__).parent.parent / "build" / "shots"
WIDE = {"width": 1200, "height": 800}


def chromium():
    """Return the path of a Chromium, or skip the test and say why."""
    found = os.environ.get("THREEBATH_CHROMIUM") or next(
        filter(None, map(shutil.which, NAMES)), None
    )
    if not found:
        pytest.skip("no Chromium on this machine: install it, or set THREEBATH_CHROMIUM")
    return found


class Browser:
    """Opens windows that know nothing of each other, and notes what goes wrong in them.

    Attributes:
        troubles: errors of pages and of their scripts and styles; a test ends with none.
    """

    def __init__(self, inner, shots):
        self.inner = inner
        self.shots = shots
        self.troubles = []

    async def window(self, **options):
        """Open a page with cookies of its own."""
        context = await self.inner.new_context(**{"viewport": WIDE, **options})
        page = await context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", self._hear)
        return page

    def _hear(self, message):
        if message.type in ("error", "warning"):
            self.troubles.append(message.text)

    async def shoot(self, page, name):
        """Keep a picture of the page, for people to look at; return its path."""
        self.shots.mkdir(parents=True, exist_ok=True)
        path = self.shots / f"{name}.png"
        await page.screenshot(path=path, full_page=True)
        return path


@contextmanager
def _without_proxies():
    """Reach this machine directly: proxies of the environment are for elsewhere."""
    names = [one for one in os.environ if one.lower().endswith("_proxy")]
    kept = {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ.update(kept)


@pytest.fixture
async def browser():
    """A Chromium; pictures of its pages go to THREEBATH_SHOTS, or else to build/shots."""
    path = chromium()
    playwright = pytest.importorskip(
        "playwright.async_api", reason="Playwright is not installed"
    )
    shots = Path(os.environ.get("THREEBATH_SHOTS", SHOTS))
    with _without_proxies():
        async with playwright.async_playwright() as driver:
            try:
                inner = await driver.chromium.launch(executable_path=path, args=ARGUMENTS)
            except playwright.Error as error:
                pytest.skip(f"Chromium does not start: {error}")
            yield Browser(inner, shots)
            await inner.close()
