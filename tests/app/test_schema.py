"""The API keeps to its own description, whatever is sent: schemathesis makes requests up from it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from app_places import Place, law_of
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
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


def run(api: Any, most: int, modes: Iterable[GenerationMode]) -> int:
    """Send requests to each operation, as it describes them or not, and return how many were sent."""
    count = 0
    for result, mode in product(api.get_all_operations(), modes):

        @settings(max_examples=most, suppress_health_check=QUIET)
        @given(case=result.ok().as_strategy(generation_mode=mode))
        def send(case: Any) -> None:
            nonlocal count
            count += 1
            case.call_and_validate(checks=CHECKS, headers=HERE)

        with suppress(Unsatisfiable):  # an operation that takes everything
            send()
    return count


@pytest.mark.slow
def test_what_is_made_up_is_answered_as_described(api: Any) -> None:
    assert run(api, 4, [GenerationMode.POSITIVE]) > 40


@pytest.mark.slow
@pytest.mark.skipif(
    "WITHSENSE_MANY_CASES" not in os.environ, reason="set WITHSENSE_MANY_CASES=1: takes minutes"
)
def test_4000_requests_are_answered_as_described(api: Any) -> None:
    count = run(api, 120, GenerationMode)
    print(f"{count:,} requests")
    assert count > 4_000
