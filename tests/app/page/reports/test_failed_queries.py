"""What is told of queries that failed: as much as the law lets be told now, and nothing of another folder's photos."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from app_places import SECRETS, SHOWN, WITHHELD, Place, search
from starlette.testclient import TestClient

from withsense_tf.app.page.reports.failed_queries import worst_queries
from withsense_tf.evaluation.figures.ranking import PerQuery
from withsense_tf.evaluation.outcome import Outcome, Rankings, outcome_file
from withsense_tf.policy.countries import NOTICE

KEY = "0123456789abcdef"


def rankings_of(queries: list[tuple[str, str, int]]) -> Rankings:
    """Return rankings of queries, given as text, right photo and place; some photos stand first for each."""
    texts, photos, places = zip(*queries, strict=True)
    count = len(queries)
    first = np.array([[SHOWN[1], WITHHELD[1], "elsewhere.jpg", SHOWN[2], SHOWN[3]]] * count)
    per_query = PerQuery(
        np.array(places) - 1,
        np.zeros(count),
        np.array(photos),
        np.zeros((count, 5), int),
        np.zeros(count, int),
        np.full(count, 40),
    )
    captions = np.array([f"{photo}#0" for photo in photos])
    return Rankings(np.array(texts), captions, first, np.zeros((count, 5)), per_query)


@pytest.fixture
def page_of(
    place: Place, new_client: Callable[..., TestClient], client: TestClient, tmp_path: Path
) -> Callable[[str], str]:
    """Return the page in a country, of a comparison that failed for photos of all sorts."""
    said = {
        one["name"]: one["captions"][0]["text"]
        for one in search(client, country="AQ")["places"]
        if one["kind"] == "photo"
    }
    rankings = rankings_of(
        [
            (said[SHOWN[0]], SHOWN[0], 7),
            (said[WITHHELD[0]], WITHHELD[0], 9),
            ("What another folder says of a photo of this name .", SHOWN[4], 8),
            ("A photo of another folder .", "elsewhere.jpg", 6),
            (said[SHOWN[5]], SHOWN[5], 1),
        ]
    )
    outcome_file(tmp_path, KEY).parent.mkdir()
    # The other one finds more, by so little that it is not recommended.
    for name, key in (("hybrid", KEY), ("other", KEY[::-1])):
        Outcome(name, "folds", {}, rankings=rankings, key=key).save(outcome_file(tmp_path, key))
    run = tmp_path / "runs" / "20260202T000000Z-abc"
    run.mkdir(parents=True)
    row = {"matcher": "hybrid", "split": "folds", "tau_c": 0.5, "r@5": 0.9, "rmse": 0.1, "best": "rmse (r@5)"}
    other = row | {"matcher": "other", "r@5": 0.92, "rmse": 0.12, "best": "r@5", "key": KEY[::-1]}
    rows = {"rows": [other, row | {"key": KEY}]}
    (run / "results.json").write_text(json.dumps(rows), encoding="utf-8")
    opened = new_client(place.settings(reports=tmp_path))
    return lambda country: opened.get("/how-good", headers={"cookie": f"withsense_country={country}"}).text


def test_queries_that_failed_stand_lowest_first_and_those_that_did_not_are_left_out() -> None:
    worst = list(worst_queries(rankings_of([("a", "1.jpg", 3), ("b", "2.jpg", 1), ("c", "3.jpg", 30)])))
    assert [(one.text, one.place, one.gallery) for one in worst] == [("c", 30, 40), ("a", 3, 40)]


def test_the_page_shows_what_failed_with_what_stood_first(page_of: Callable[[str], str]) -> None:
    text = page_of("BB")
    assert text.count("place 7 of 40") == 1
    assert "place 8 of 40" not in text  # what the other folder's photo of this name is said to show
    assert "A photo that is not in this index" in text
    assert text.count("<h3>") == 1
    assert "Use “hybrid”" in text
    assert "hybrid: the searches whose right photo stands lowest" in text


@pytest.mark.closed
def test_a_failure_tells_nothing_of_a_withheld_photo(page_of: Callable[[str], str]) -> None:
    text = page_of("BB")
    assert "place 9 of 40" not in text
    assert NOTICE in text
    assert not any(secret in text for secret in (*SECRETS, *WITHHELD))
    assert "xylophone" in page_of("AQ")


def test_a_comparison_whose_answers_are_gone_shows_its_figures_all_the_same(
    page_of: Callable[[str], str], tmp_path: Path
) -> None:
    for key in (KEY, KEY[::-1]):
        outcome_file(tmp_path, key).write_bytes(b"damaged")
    assert "All figures" in page_of("BB")
    assert "Where it fails most" not in page_of("BB")
