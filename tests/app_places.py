"""What tests of the application share: where its index lies, and questions to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from withsense_tf.app.api_keys import KeyRing
from withsense_tf.app.settings import AppSettings
from withsense_tf.policy.service import LawFiles

COUNTRIES = """
[[rules]]
country = "AQ"
rule = "none"
[[rules]]
country = "BB"
rule = "children"
age_limit = 16
"""
SHOWN = [f"shown_{look}.png" for look in range(6)]
# Their names, captions and columns have words that nothing else has, so that a leak is found.
WITHHELD = ["zebulon_toddler_6.png", "quixotic_7.png"]
SECRETS = ("zebulon", "quixotic", "xylophone", "velocipede", "mauve")


@dataclass(frozen=True)
class Place:
    """Where a test's index lies, with the files of its law."""

    index: Path
    photos: Path
    law: LawFiles

    @property
    def log(self) -> Path:
        return self.index.parent / "audit.jsonl"

    @property
    def ring(self) -> KeyRing:
        return KeyRing(self.index.parent / "keys.json")

    def settings(self, **more: Any) -> AppSettings:
        return AppSettings(**({"index": self.index, "law": self.law, "rate": 0.0, "threads": 2} | more))


def law_of(root: Path) -> LawFiles:
    return LawFiles(root / "countries.toml", root / "overrides.csv", root / "consents.jsonl")


def search(client: TestClient, **more: Any) -> dict[str, Any]:
    """Ask for all photos."""
    answer = client.get("/api/v1/search", params={"q": "a plain red wall", "minimum": 0, "k": 20} | more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids_of(client: TestClient, country: str) -> dict[str, str]:
    """Return the ids of all photos that are found in a country, with their names."""
    places = search(client, country=country)["places"]
    return {place["id"]: place["name"] for place in places if place["kind"] == "photo"}
