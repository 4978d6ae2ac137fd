"""A tiny real index with photos that may be shown and photos that may not, and an application over it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from app_places import COUNTRIES, SHOWN, WITHHELD, Place, law_of
from small_index import item_of, new_index
from starlette.testclient import TestClient

from withsense_tf.app.server import create_app
from withsense_tf.app.settings import AppSettings
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.current_policy import Policy


@pytest.fixture(scope="session")
def app_base(
    fitted: Callable[[str], Matcher], store: VectorStore, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a folder with an index of eight photos, two of which show children, and the files of the law."""
    root = tmp_path_factory.mktemp("app")
    (root / "countries.toml").write_text(COUNTRIES, encoding="utf-8")
    (root / "overrides.csv").write_text("photo,digest,decision,by,reason\n", encoding="utf-8")
    (root / "consents.jsonl").touch()
    items = [item_of(root / "photos", name, look) for look, name in enumerate(SHOWN)]
    items += [
        item_of(
            root / "photos", WITHHELD[0], 6, texts=["A toddler plays a xylophone .", "A plain red wall ."]
        ),
        item_of(
            root / "photos", WITHHELD[1], 7, texts=["A little girl on a velocipede .", "A striped wall ."]
        ),
    ]
    # Its captions come of the columns alone where nothing else is said.
    items[7] = replace(items[7], facts={**items[7].facts, "camera": "quixotic camera"})
    colours = ["red", "blue, red", "red", "green", "blue", "white", "mauve", "mauve, red"]
    items = [
        replace(one, facts={**one.facts, "colour": colour})
        for one, colour in zip(items, colours, strict=True)
    ]
    index = new_index(root / "index", fitted("hybrid"), items, store, Policy.of_files(law_of(root)))
    connection = sqlite3.connect(root / "index" / "catalog.sqlite")
    index.close()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    # Vectors of photos are at hand, so no test encodes one that is in the index.
    return root


@pytest.fixture
def place(app_base: Path, tmp_path: Path) -> Place:
    """Return a copy that a test may change."""
    root = Path(shutil.copytree(app_base, tmp_path / "place", ignore=shutil.ignore_patterns("photos")))
    return Place(root / "index", app_base / "photos", law_of(root))


@pytest.fixture(scope="session")
def still_place(app_base: Path) -> Place:
    """Return what no test may change."""
    return Place(app_base / "index", app_base / "photos", law_of(app_base))


@pytest.fixture
def new_client() -> Iterator[Callable[..., TestClient]]:
    """Return what opens a client of an application with settings; it is called by a name of this machine."""
    opened: list[TestClient] = []

    def new(settings: AppSettings, **more: Any) -> TestClient:
        client = TestClient(create_app(settings), base_url="http://localhost:8000", **more)
        client.__enter__()
        opened.append(client)
        return client

    yield new
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def signed_client(place: Place, new_client: Callable[..., TestClient]) -> Callable[..., TestClient]:
    """Return what opens a client by a new key with some scopes, at a server that has an audit log."""

    def new(owner: str, *scopes: str) -> TestClient:
        key = place.ring.create(owner, scopes)
        settings = place.settings(keys=place.ring.file, country="BB", law=replace(place.law, audit=place.log))
        return new_client(settings, headers={"Authorization": f"Bearer {key}"})

    return new


@pytest.fixture(scope="session")
def client(still_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Return a client that reads alone."""
    app = create_app(still_place.settings(state=tmp_path_factory.mktemp("state")))
    with TestClient(app, base_url="http://localhost:8000") as opened:
        yield opened
