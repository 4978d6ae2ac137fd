"""Which comparisons there are, and what changed from one to another, on the page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from app_places import Place
from runs_of_pages import write
from starlette.testclient import TestClient
from table_of_runs import HYBRID, TOWERS

from withsense_tf.app.page.reports.runs_page import MOST, runs_here

OLD, NEW = "20260101T000000Z-abc", "20260202T000000Z-abc"


@pytest.fixture
def reader(place: Place, new_client: Callable[..., TestClient], tmp_path: Path) -> TestClient:
    of_both = {"measured_on": {"folds": "m1"}}
    write(tmp_path, "20260101", json.dumps({"rows": [TOWERS], **of_both}))
    changed = TOWERS | {"r@5": 0.9, "r@5_low": 0.87, "r@5_high": 0.93}
    write(tmp_path, "20260202", json.dumps({"rows": [changed, HYBRID], **of_both}))
    return new_client(place.settings(reports=tmp_path))


def test_a_change_is_told_row_by_row_with_what_only_one_has(reader: TestClient) -> None:
    text = reader.get("/how-good/changes").text
    assert "80.0</td>" in text
    assert "+10.0 <small>(intervals apart)</small>" in text
    assert f"hybrid (folds): only in {NEW}" in text
    assert "Not to be compared" not in text
    back = reader.get(f"/how-good/changes?before={NEW}&after={OLD}", headers={"Accept-Language": "ru"}).text
    assert "-10.0 <small>(интервалы не пересекаются)" in back
    assert f"hybrid (folds): только в {NEW}" in back


def test_runs_of_other_photos_are_said_not_to_compare(reader: TestClient, tmp_path: Path) -> None:
    write(tmp_path, "20260303", json.dumps({"rows": [TOWERS | {"fingerprint": "f2"}]}))
    text = reader.get("/how-good/changes").text
    assert "Not to be compared" in text
    assert "data f1 there, f2 here" in text
    russian = reader.get("/how-good/changes", headers={"Accept-Language": "ru"}).text
    assert "данные: там f1, здесь f2" in russian
    assert not re.search(r'<li lang="en">', russian)


@pytest.mark.closed
@pytest.mark.parametrize("name", ["nowhere", "latest", "../runs/" + OLD, ".", "2026"])
def test_a_request_names_a_run_of_the_list_and_no_path(reader: TestClient, tmp_path: Path, name: str) -> None:
    (tmp_path / "results.json").write_text(json.dumps({"rows": [TOWERS]}))
    for path, values in (("/how-good", {"run": name}), ("/how-good/changes", {"before": name})):
        answer = reader.get(path, params=values)
        assert answer.status_code == 404
        assert str(tmp_path) not in answer.text


def test_of_one_run_or_none_nothing_changed(
    place: Place, new_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    client = new_client(place.settings(reports=tmp_path))
    assert "No comparison has been made here yet" in client.get("/how-good/changes").text
    write(tmp_path, "20260101", json.dumps({"rows": [TOWERS]}))
    assert "With a second comparison" in client.get("/how-good/changes").text
    assert "With a second comparison" in client.get("/how-good").text


def test_a_run_that_was_written_anew_is_read_anew_and_old_ones_are_left_out(tmp_path: Path) -> None:
    file = write(tmp_path, "20260101", json.dumps({"rows": [TOWERS]})) / "results.json"
    assert [len(one.base.rows) for one in runs_here(tmp_path)] == [1]
    file.write_text(json.dumps({"rows": [TOWERS, HYBRID]}))
    assert [len(one.base.rows) for one in runs_here(tmp_path)] == [2]
    for number in range(MOST):
        write(tmp_path, f"2027{number:04}", json.dumps({"rows": []}))
    assert [one.name[:8] for one in runs_here(tmp_path)][-1] == "20270000"
    assert runs_here(None) == []
