"""A real server over a small index that holds two models, and a real browser before it."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from app_places import Place, law_of
from runs_of_pages import write
from table_of_runs import HYBRID, TOWERS

from withsense_tf.app.guards.slow_heads import HeadTimer
from withsense_tf.app.server import create_app
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.switch_model import take_over
from withsense_tf.matchers.base import Matcher

# How long a step of a page may take at most, in ms: the machine may be busy.
PATIENCE = 120_000
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@contextlib.contextmanager
def running_site(app_base: Path, matcher: Matcher, copy: Path) -> Iterator[str]:
    """Run a server over a copy of the index, and yield its address."""
    root = Path(shutil.copytree(app_base, copy, ignore=shutil.ignore_patterns("photos")))
    index = PhotoIndex(root / "index")
    take_over(index, index.add_model(matcher))
    take_over(index, 1)
    index.close()
    for day, rows in (("20260101", [TOWERS]), ("20260202", [TOWERS | {"r@5": 0.9}, HYBRID])):
        write(root / "reports", day, json.dumps({"rows": rows, "measured_on": {"folds": "m1"}}))
    settings = Place(root / "index", app_base / "photos", law_of(root)).settings(reports=root / "reports")
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings), log_config=None, access_log=False, http=HeadTimer)
    )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="session")
def site(
    app_base: Path, fitted: Callable[[str], Matcher], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Return the address of a server that tests of the browser share; none may add to its index."""
    with running_site(app_base, fitted("closed form"), tmp_path_factory.mktemp("site") / "place") as address:
        yield address


@pytest.fixture
def own_site(app_base: Path, fitted: Callable[[str], Matcher], tmp_path: Path) -> Iterator[str]:
    """Return the address of a server to whose index a test may add: what it adds is in the model in use alone."""
    with running_site(app_base, fitted("closed form"), tmp_path / "place") as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Return a browser without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not here")
    file = next(filter(None, map(shutil.which, BROWSERS)), None)
    if file is None:
        pytest.skip(f"none of {', '.join(BROWSERS)} is here: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        # A container's only user may be root, whom the sandbox does not take.
        browser = driver.chromium.launch(executable_path=file, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any, site: str) -> Iterator[Callable[..., Any]]:
    """Return what opens a page as a reader of some language, width and country; errors of scripts fail the test."""
    contexts, errors = [], []

    def note(line: Any) -> None:
        # Statuses of 451 and 404 are what was asked for.
        if line.type == "error" and not re.search(r"(status of (451|404)|net::ERR_FAILED)", line.text):
            errors.append(line.text)

    def open_page(
        path: str,
        language: str = "en",
        width: int = 1440,
        country: str = "BB",
        theme: str = "light",
        scripts: bool = True,
        at: str = site,
        scale: int = 1,
    ) -> Any:
        context = chromium.new_context(
            base_url=at,
            locale=language,
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            java_script_enabled=scripts,
            device_scale_factor=scale,
        )
        context.add_cookies([{"name": "withsense_country", "value": country, "url": at}])
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", note)
        page.goto(path)
        page.wait_for_load_state("networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors
