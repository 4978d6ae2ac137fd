"""Figures that were not measured for what is served are never the first, or it is said before and beside them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from app_places import SHOWN, Place
from runs_of_pages import write
from starlette.testclient import TestClient
from table_of_runs import HYBRID, TOWERS

from withsense_tf.app.page.reports.run_standing import NEARLY_ALL, RunStanding
from withsense_tf.index.photo_index import PhotoIndex, encoders_of_model
from withsense_tf.index.tables.models_table import model_name
from withsense_tf.index.tables.photos_table import live_of_names, photo_digests

ELSEWHERE = ["0" * 64, "1" * 64]
SMOKE = "A smoke run: 60 photos, 2 folds. Figures say little."
CAUTION = re.compile(r"<h1>[^<]*</h1>\s*<p class=\"verdict review\" data-caution><b>([^<]*)</b>")


def run_of(photos: Sequence[str] = (), *notes: str, **cells: Any) -> str:
    """Return a run's results.json whose two rows have some cells."""
    rows = [row | {"photos": 60} | cells for row in (TOWERS, HYBRID)]
    return json.dumps({"rows": rows, "notes": notes, "photos": list(photos)})


@pytest.fixture
def here(place: Place) -> list[str]:
    """Return the digests of photos that the index has."""
    index = PhotoIndex(place.index)
    with index.catalog.reading() as tables:
        digests = photo_digests(tables, live_of_names(SHOWN[:4]))
    index.close()
    return list(digests.values())


@pytest.fixture
def page_of(place: Place, new_client: Callable[..., TestClient], tmp_path: Path) -> Callable[..., str]:
    """Return what shows the page of some runs, the oldest first."""

    def page_of_runs(*runs: str, language: str = "en") -> str:
        there = len([*tmp_path.glob("runs/2*")])
        for number, content in enumerate(runs, start=there + 1):
            write(tmp_path, f"2026010{number}", content)
        client = new_client(place.settings(reports=tmp_path))
        return client.get("/how-good", headers={"accept-language": language}).text

    return page_of_runs


def caution_of(text: str) -> str:
    """Return what stands right below the page's title, before any figure; nothing where nothing does."""
    match = CAUTION.search(text)
    return "" if match is None else match[1].strip()


def test_a_whole_run_of_the_photos_here_is_shown_before_newer_ones_of_others_and_smoke_runs(
    page_of: Callable[..., str], here: list[str]
) -> None:
    text = page_of(
        run_of(here, data="ours"), run_of(here, SMOKE, data="ours (quick)"), run_of(ELSEWHERE, data="theirs")
    )
    assert "Measured on 2026-01-01" in text
    assert caution_of(text) == ""
    assert "Measured on 60 photos of “ours”, which this index has." in text
    assert 'class="verdict allow"' in text


@pytest.mark.parametrize(
    ("language", "sentence", "beside"),
    [
        ("en", "These figures are of other photos: “theirs”.", "of other photos"),
        ("ru", "Эти числа — о других снимках: «theirs».", "на других снимках"),
    ],
)
def test_figures_of_other_photos_say_so_before_and_beside_the_number(
    page_of: Callable[..., str], language: str, sentence: str, beside: str
) -> None:
    text = page_of(run_of(ELSEWHERE, data="theirs"), language=language)
    assert caution_of(text).startswith(sentence)
    assert re.search(rf'class="big">[^<]*</b> <small class="bad">{beside}</small>', text)
    assert 'class="verdict allow"' not in text


def test_a_smoke_run_says_so_before_and_beside_the_number_and_not_below(
    page_of: Callable[..., str], here: list[str]
) -> None:
    text = page_of(run_of(here, SMOKE))
    assert caution_of(text) == "A smoke run, 60 photos: figures say little."
    assert re.search(r'class="big">[^<]*</b> <small class="bad">smoke run, 60 photos</small>', text)
    assert "Пробный прогон, снимков 60" in page_of(language="ru")


def test_a_run_of_which_nobody_knows_the_photos_is_not_said_to_be_of_these(
    page_of: Callable[..., str], here: list[str]
) -> None:
    text = page_of(run_of())
    assert "It is not known whether these figures are of the photos here" in caution_of(text)
    # Nor is one of which half the photos are here.
    assert "Of each 100 of its photos, 50 are in this index" in caution_of(
        page_of(run_of([*here[:2], *ELSEWHERE]))
    )


def test_a_run_without_a_law_says_so(page_of: Callable[..., str], here: list[str]) -> None:
    text = page_of(run_of(here, policy="none (research use)"))
    assert "no law was kept" in caution_of(text)
    assert "· no law</option>" in page_of(run_of(here), run_of(here))


def test_a_choice_of_runs_names_folder_time_models_law_and_smoke(
    page_of: Callable[..., str], here: list[str]
) -> None:
    text = page_of(run_of(here, data="ours"), run_of(ELSEWHERE, SMOKE, data="theirs (quick)"))
    names = re.findall(r"<option [^>]*>([^<]*)</option>", text)
    assert "ours · 2026-01-01 00:00 · towers, hybrid · law 1" in names
    assert "theirs (quick) · 2026-01-02 00:00 · towers, hybrid · law 1 · smoke" in names
    assert "ours <small>(the photos here)</small>" in text


def test_the_model_that_answers_here_has_its_own_figure_or_is_said_to_have_none(
    page_of: Callable[..., str], here: list[str], place: Place
) -> None:
    index = PhotoIndex(place.index)
    with index.catalog.reading() as tables:
        name, sees = model_name(tables, 1), encoders_of_model(tables, 1)
    index.close()
    text = page_of(run_of(here))  # a model of that name has other weights
    assert f"The model that answers here, “{name}”, is none of those that were measured" in text
    row = TOWERS | sees | {"matcher": name, "r@5": 0.71}
    text = page_of(json.dumps({"rows": [row], "photos": here}))
    assert f"Here “{name}” answers: it finds the right photo among the first five in 71 of 100." in text


def test_of_equal_runs_the_law_counts_and_nearly_all_photos_are_enough() -> None:
    whole = RunStanding(NEARLY_ALL, "ours", 60, smoke=False, keeps_law=True, has_rows=True)
    assert whole.of_these
    assert not whole.cautions
    lawless = RunStanding(1.0, "ours", 60, smoke=False, keeps_law=False, has_rows=True)
    smoke = RunStanding(1.0, "ours", 60, smoke=True, keeps_law=True, has_rows=True)
    other = RunStanding(0.0, "theirs", 60, smoke=False, keeps_law=True, has_rows=True)
    broken = RunStanding(1.0, "ours", 0, smoke=False, keeps_law=True, has_rows=False)
    assert sorted([broken, other, smoke, whole, lawless], key=lambda one: one.order) == [
        broken, other, smoke, lawless, whole,
    ]  # fmt: skip
    nothing = RunStanding(1.0, "ours", 20, smoke=False, keeps_law=True, has_rows=True, recommends=False)
    assert max([nothing, whole], key=lambda one: one.order) == whole
