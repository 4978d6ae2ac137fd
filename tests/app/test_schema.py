"""The API keeps to its own description, whatever is sent: schemathesis makes requests up from it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from app_places import Place, law_of
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from withsense_tf.app.server import create_app

pytestmark = pytest.mark.closed
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
HERE = {"Host": "localhost"}
QUIET = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)


@pytest.fixture(scope="module")
def api(app_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the description of an application over an index that may be changed."""
    root = tmp_path_factory.mktemp("schema") / "place"
    shutil.copytree(app_base, root, ignore=shutil.ignore_patterns("photos"))
    app = create_app(Place(root / "index", app_base / "photos", law_of(root)).settings())
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, headers=HERE)


def test_there_are_operations(api: Any) -> None:
    assert len(list(api.get_all_operations())) > 15


def run(api: Any, most: int) -> int:
    """Send requests to each operation, and return how many were sent."""
    count = 0
    for result in api.get_all_operations():

        @settings(max_examples=most, suppress_health_check=QUIET)
        @given(case=result.ok().as_strategy())
        def send(case: Any) -> None:
            nonlocal count
            count += 1
            case.call_and_validate(checks=CHECKS, headers=HERE)

        send()
    return count


def test_what_is_made_up_is_answered_as_described(api: Any) -> None:
    assert run(api, 4) > 40


@pytest.mark.slow
@pytest.mark.skipif(
    "WITHSENSE_MANY_CASES" not in os.environ, reason="set WITHSENSE_MANY_CASES=1: takes minutes"
)
def test_2000_requests_are_answered_as_described(api: Any) -> None:
    assert run(api, 150) > 2_000
