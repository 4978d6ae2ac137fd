"""Make the pictures of the page: `withsense demo --no-browser`, then `python docs/make_page_pictures.py ADDRESS`.

It needs Playwright and Debian's Chromium; a picture is what a browser of 1280 x 800 shows.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

SIZE = {"width": 1280, "height": 800}
SEARCH = "/search?q=a+horse+in+the+desert+-umbrella"
PAGES = {"search": SEARCH, "law": "/search?q=a+small+child", "side_by_side": "/models?q=a+dog+on+a+beach"}


def main(address: str, folder: Path) -> None:
    """Open each page in English and light colours, and keep what it looks like."""
    with sync_playwright() as driver:
        # A container's only user may be root, whom the sandbox does not take.
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(base_url=address, locale="en", viewport=SIZE, color_scheme="light")
        for name, path in PAGES.items():
            page = context.new_page()
            page.goto(path)
            page.wait_for_load_state("networkidle")
            if path == SEARCH:
                _open_filters(page)
            Image.open(io.BytesIO(page.screenshot())).save(folder / f"{name}.webp", quality=82, method=6)
        browser.close()


def _open_filters(page: Page) -> None:
    page.locator("#filters summary").click()
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    main(sys.argv[1], Path(__file__).parent / "pictures")
