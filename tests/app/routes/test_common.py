from __future__ import annotations

from withsense_tf.app.request_problems import MEDIA_TYPE
from withsense_tf.app.routes.common import problems


def test_each_problem_is_described_with_an_example() -> None:
    described = problems(451)
    assert {401, 403, 429, 451, 503} <= described.keys()
    assert all(one["content"][MEDIA_TYPE]["example"]["status"] == status for status, one in described.items())
