from __future__ import annotations

import json

import pytest

from withsense_tf.app.request_problems import MEDIA_TYPE, ProblemError, problem_response, without_paths


@pytest.mark.closed
@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("/srv/photos is damaged: see 'index verify'", "… is damaged: see 'index verify'"),
        ("Cannot read '/home/ann/a b.jpg'.", "Cannot read …."),
        ("see --index '/srv/bob'\"'\"'s photos/index' --country DE", "see --index … --country DE"),
        ('Cannot read "/srv/bob\'s photos/a.jpg".', "Cannot read …."),
        (r"C:\photos\a.jpg is gone", "… is gone"),
        ("1/3 of them, and/or more; see /api/v1/law", "1/3 of them, and/or more; see /api/v1/law"),
    ],
)
def test_paths_of_the_machine_are_left_out(text: str, clean: str) -> None:
    assert without_paths(text) == clean


def test_a_problem_says_what_happened_and_what_to_do() -> None:
    response = problem_response(ProblemError(404, "no_such_photo", "No.", "Look again."), "5f")
    body = json.loads(bytes(response.body))
    assert response.media_type == MEDIA_TYPE
    assert (body["status"], body["title"], body["detail"], body["advice"]) == (
        404,
        "Not found",
        "No.",
        "Look again.",
    )
    assert body["instance"] == "urn:request:5f"
