from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from app_places import Place
from starlette.testclient import TestClient

from withsense_tf.app.guards.rate_limits import MOST_CLIENTS, Buckets


def test_a_client_may_ask_so_often_at_once_and_then_at_the_rate() -> None:
    buckets = Buckets(rate=2, burst=3)
    assert [buckets.take("a", 0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert [buckets.take("a", 0.5), buckets.take("a", 0.5)] == [0, 0.5]
    assert buckets.take("b", 0.5) == 0


def test_clients_without_end_do_not_fill_the_memory() -> None:
    buckets = Buckets(1, 1)
    for number in range(MOST_CLIENTS + 50):
        buckets.take(str(number), 0)
    assert len(buckets._buckets) == MOST_CLIENTS


@pytest.mark.closed
def test_who_asks_too_often_is_told_when_to_come_again(
    still_place: Place, new_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    client = new_client(still_place.settings(state=tmp_path, rate=0.01, burst=20))
    answers = [client.get("/api/v1/law") for _ in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert int(answers[-1].headers["retry-after"]) > 1
    assert client.get("/api/v1/health").status_code == 200
    # Writing has a tenth.
    assert [client.post("/api/v1/captions", json={}).status_code for _ in range(3)] == [422, 422, 429]
