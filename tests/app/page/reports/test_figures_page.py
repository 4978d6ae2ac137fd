"""How good it is, by the newest comparison."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from app_places import Place
from runs_of_pages import write
from starlette.testclient import TestClient

from withsense_tf.app.page.reports.figures_page import rows_to_show, spans
from withsense_tf.targets.which_target import NOBODY_JUDGED

ROWS = [
    {"matcher": "constant mean", "track": "baseline", "split": "folds", "status": "ok", "tau_c": 0.0},
    {"matcher": "ridge", "track": "image-only", "split": "folds", "status": "ok", "tau_c": 0.2, "r@5": 0.95},
    {"matcher": "hybrid", "track": "caption-assisted", "split": "folds", "status": "ok", "tau_c": 0.5,
     "tau_c_low": 0.45, "tau_c_high": 0.55, "r@5": 0.9},
    {"matcher": "broken", "track": "image-only", "split": "folds", "status": "failed"},
    {"matcher": "hybrid", "track": "caption-assisted", "split": "test", "status": "ok", "tau_c": 0.9},
]  # fmt: skip


def test_the_newest_comparison_that_can_be_read_is_shown(
    place: Place, new_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    write(tmp_path, "20260101", json.dumps({"rows": []}))
    write(tmp_path, "20260202", json.dumps({"rows": ROWS}))
    write(tmp_path, "20260303", "{broken")
    (tmp_path / "runs/latest").symlink_to("20260101T000000Z-abc")  # a second name of a run
    client = new_client(place.settings(reports=tmp_path))
    text = client.get("/how-good").text
    assert "Measured on 2026-02-02" in text
    assert re.findall(r"run=(\d{8})", text) == ["20260202", "20260101"]
    assert "Measured on 2026-01-01" in client.get("/how-good?run=20260101T000000Z-abc").text


def test_the_table_has_baselines_all_splits_and_why_a_matcher_was_not_run(
    place: Place, new_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    write(tmp_path, "20260202", json.dumps({"rows": ROWS}))
    text = new_client(place.settings(reports=tmp_path)).get("/how-good").text
    assert re.findall(r'class="big">([^<]*)</b>[^\n]*?<p><b>(\w+)', text) == [
        (".20 of 1", "ridge"),
        ("95 of 100", "ridge"),
    ]
    rows = re.findall(r'<tr><th scope="row">([\w ]+)</th><td>(\w+)</td>\n<td ([^>]*)>([^<]*)', text)
    assert [(name, split) for name, split, _, _ in rows] == [(one["matcher"], one["split"]) for one in ROWS]
    assert rows[3][2:] == ('colspan="5" lang="en"', "failed")


def test_rows_of_one_split_stand_best_first_without_baselines_and_failures() -> None:
    assert [row["matcher"] for row in rows_to_show(ROWS)] == ["hybrid", "ridge"]


def test_a_figure_without_an_interval_is_a_dot() -> None:
    hybrid, ridge = spans(rows_to_show(ROWS), "tau_c")
    assert (hybrid.low, hybrid.high, hybrid.is_known) == (0.45, 0.55, True)
    assert not ridge.is_known


def test_the_page_shows_figures_or_says_how_to_make_them(
    place: Place, new_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    write(tmp_path, "20260202", json.dumps({"rows": ROWS, "machine": "a machine", "notes": ["Drawn."]}))
    assert '<circle class="dot"' in new_client(place.settings(reports=tmp_path)).get("/how-good").text
    assert "No comparison has been made here yet" in new_client(place.settings()).get("/how-good").text


def test_the_page_says_what_was_measured_and_recommends_what_the_run_recommends(
    place: Place, new_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    lines = [
        {"measure": "tau_c", "value": 0.512, "label": "CLIPScore, published", "elsewhere": True},
        {"measure": "tau_c", "value": 0.554, "label": "people, two foretell the third", "elsewhere": False},
    ]
    rows = [row | {"data": "holidays"} for row in ROWS]
    photos, drawn = (
        {"rows": rows, "lines": lines},
        {"rows": rows, "lines": lines, "notes": ["Synthetic: drawn."]},
    )
    write(tmp_path / "photos", "20260202", json.dumps(photos))
    write(tmp_path / "drawn", "20260202", json.dumps(drawn))
    client = new_client(place.settings(reports=tmp_path / "photos"))
    text = client.get("/how-good").text
    assert "the comparison of “holidays” does not say which it used" in text
    assert "Use “ridge”: it finds the right photo among the first five in 95 of 100 queries" in text
    assert "People among each other reach .55" in text
    russian = client.get("/how-good", headers={"accept-language": "ru"}).text
    assert (
        "Берите «ridge»: для 95 из 100 запросов нужный снимок в первой пятёрке, по одному изображению."
        in russian
    )
    text = new_client(place.settings(reports=tmp_path / "drawn")).get("/how-good").text
    assert "Measured on drawn scenes, not on your photos" in text
    assert "The simulated judges among each other reach .55" in text
    text = new_client(place.settings(reports=tmp_path / "none")).get("/how-good").text
    assert "<code>make compare</code> or <code>withsense compare</code>" in text


def test_a_share_among_few_photos_stands_beside_their_number_and_what_chance_finds(
    place: Place, new_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    rows = [row | {"r@5": 0.9966, "gallery": 17.5, "photos": 175} for row in ROWS]
    lines = [{"measure": "r@5", "value": 0.2857, "label": "chance", "published": False}]
    write(tmp_path, "20260202", json.dumps({"rows": rows, "lines": lines}))
    client = new_client(place.settings(reports=tmp_path))
    text = client.get("/how-good").text
    assert "among about 18 photos, where chance finds 28.6 of 100, it finds" in text
    assert 'class="big">more than 99 of 100</b>' in text
    assert text.count("(of about 18 photos; chance: 28.6 of 100)") == 2
    assert '<td class="number">17.5</td><td class="number">175</td>' in text
    assert "Ties count against a matcher" in text
    russian = client.get("/how-good", headers={"accept-language": "ru"}).text
    assert 'class="big">более чем 99 из 100</b>' in russian
    assert "среди примерно 18 снимков, где наугад выходит 28,6 из 100" in russian


@pytest.mark.parametrize(
    ("language", "note"),
    [("en", NOBODY_JUDGED), ("ru", "Эти снимки никто не оценивал: цель — своя ли это подпись снимка.")],
)
def test_where_nobody_judged_no_word_on_the_page_is_of_judges(
    place: Place, new_client: Callable[..., TestClient], tmp_path: Path, language: str, note: str
) -> None:
    target = "own against others' captions (1 to 3, own share 0.25, seed 0)"
    rows = [row | {"target": target, "tau_c": None, "rmse": 0.4, "r@5": 0.9} for row in ROWS]
    report = {"rows": rows, "notes": [NOBODY_JUDGED, "The law is kept."]}
    write(tmp_path, "20260202", json.dumps(report))
    client = new_client(place.settings(reports=tmp_path))
    page = client.get("/how-good", headers={"accept-language": language}).text
    text = html.unescape(re.sub(r"<[^>]*>", "", page[page.index("<article") : page.index("</article>")]))
    assert text.count(note) == 1
    assert "The law is kept." in text
    others = (
        text.replace("how well people think", "").replace("Nobody judged", "").replace("мнению людей", "")
    )
    assert not re.search(r"(?i)judge|people|expert|agreement|судь|люд[иея]|согласие", others)


def test_a_bound_of_zero_is_drawn_as_one() -> None:
    (span,) = spans([{"matcher": "ridge", "r@5": 0.05, "r@5_low": 0.0, "r@5_high": 0.12}], "r@5")
    assert (span.low, span.high) == (0.0, 0.12)
    rows = [ROWS[1] | {"matcher": name, "tau_c": value} for name, value in (("a", -0.1), ("b", 0.0))]
    assert [one["matcher"] for one in rows_to_show(rows)] == ["b", "a"]
