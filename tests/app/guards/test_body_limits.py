from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from own_loop import run_alone
from starlette.testclient import TestClient

from withsense_tf.app.guards.body_limits import BODY_BYTES, BodyLimits
from withsense_tf.app.settings import AppSettings


def ask(parts: list[bytes], wait: float = 0.0, **settings: Any) -> list[dict[str, Any]]:
    """Send a body in parts, with a wait between, to an application that reads all of it."""

    async def reader(scope: Any, receive: Any, send: Any) -> None:
        while (await receive())["more_body"]:
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"read"})

    answers: list[dict[str, Any]] = []
    waiting = list(parts)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(wait)
        part = waiting.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(waiting)}

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    scope = {"type": "http", "path": "/api/v1/captions", "method": "POST", "headers": []}
    limits = BodyLimits(reader, AppSettings(Path("i"), **settings))
    run_alone(limits(scope, receive, send))  # type: ignore[arg-type]  # plain dictionaries stand for messages
    return answers


def test_a_small_body_is_read() -> None:
    assert ask([b"a", b"b"])[0]["status"] == 200


@pytest.mark.closed
def test_a_body_that_does_not_say_how_large_it_is_is_stopped_where_it_is_too_large() -> None:
    assert [one.get("status") for one in ask([b"a" * 40_000, b"b" * 40_000, b"c"])] == [413, None]


@pytest.mark.closed
def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    assert ask([b"a", b"b", b"c"], wait=0.05, request_seconds=0.08)[0]["status"] == 408


@pytest.mark.closed
@pytest.mark.slow
def test_a_body_that_says_that_it_is_too_large_is_not_read(client: TestClient) -> None:
    answer = client.post("/api/v1/captions", content=b"x" * (BODY_BYTES + 1))
    assert (answer.status_code, answer.json()["kind"]) == (413, "too_large")


@pytest.mark.closed
def test_a_stream_that_is_too_large_is_a_problem_of_the_api_too(client: TestClient) -> None:
    parts = (b"x" * 50_000 for _ in range(3))
    answer = client.post("/api/v1/captions", content=parts, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["kind"]) == (413, "too_large")
