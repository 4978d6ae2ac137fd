from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from withsense_tf.app.metrics import SHARED_COUNTS, Metrics


def test_requests_refusals_and_the_index_are_counted(client: TestClient) -> None:
    client.get("/api/v1/search", params={"q": "a small child on a swing"})
    text = client.get("/api/v1/metrics").text
    assert 'withsense_refusals_total{kind="withheld_by_law"}' in text
    assert 'withsense_requests_total{method="GET",route="/api/v1/search",status="451"}' in text
    assert "withsense_index_photos 8.0" in text
    assert "withsense_uploads_waiting 0.0" in text


@pytest.mark.closed
def test_methods_that_a_client_makes_up_are_counted_as_one() -> None:
    metrics = Metrics(dict)
    for number in range(5):
        metrics.count(f"M{number}", "other", 405, 0.1, None)
    assert metrics.text().count(b"withsense_requests_total{") == 1


def test_a_worker_that_has_just_started_is_no_failure(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "counter_12345.db").touch()  # what a worker makes first
    monkeypatch.setenv(SHARED_COUNTS, str(tmp_path))
    answer = client.get("/api/v1/metrics")
    assert answer.status_code == 200
    assert "withsense_index_photos 8.0" in answer.text
