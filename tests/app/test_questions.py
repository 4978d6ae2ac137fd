"""An answer as JSON is what its model would write, byte by byte, though no model is made for it."""

from __future__ import annotations

import json

import pytest
from app_places import Place
from own_loop import run_alone

from withsense_tf.app.answers import SearchAnswer
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.questions import Question, find, json_answer


@pytest.mark.parametrize("country", ["AQ", "BB", None])
@pytest.mark.parametrize("text", ["a wall", "a red wall -blue", "a wal zzzz", "a wall submarine"])
def test_an_answer_is_written_as_its_model_has_it(text: str, country: str | None, place: Place) -> None:
    service = PhotoService(place.settings())
    for minimum in (0.0, None):
        question = Question(text, 20, minimum=minimum, country=country)
        answer = run_alone(json_answer(service, question))
        model = SearchAnswer.model_validate_json(answer)
        assert model.model_dump_json().encode() == answer
        assert find(service, question) == model
    service.close()


def test_numbers_of_columns_are_written_as_numbers_with_a_point(place: Place) -> None:
    service = PhotoService(place.settings())
    answer = json.loads(run_alone(json_answer(service, Question("a wall", 20, minimum=0.0, country="AQ"))))
    values = [value for one in answer["places"] for value in one["facts"].values()]
    assert any(isinstance(value, float) for value in values)
    assert {type(value) for value in values} <= {str, float}
    service.close()
