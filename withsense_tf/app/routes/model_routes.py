"""The models that an index holds, and asking one of them: how another one answers the same question."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from withsense_tf.app import questions
from withsense_tf.app.answers import JsonAnswer, SearchAnswer
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.questions import Question
from withsense_tf.app.routes.common import CountryParameter, Service, needs, problems
from withsense_tf.app.routes.search_routes import Minimum, Number, Text, WhereParameter
from withsense_tf.index.photo_index import models_to_ask
from withsense_tf.index.tables.models_table import all_models

router = APIRouter(prefix="/models", tags=["models"], dependencies=[needs("read")])


class ModelAnswer(JsonAnswer):
    """A model that can answer: its number, what it is, since when, and whether questions go to it."""

    number: int = Field(examples=[2])
    name: str = Field(examples=["hybrid"])
    since: str = Field(examples=["2026-11-28T10:00:00+00:00"])
    in_use: bool = Field(examples=[True])


@router.get("", summary="Which models does the index hold?", responses=problems())
def models(service: Service) -> list[ModelAnswer]:
    """Those that have every photo, the one in use first."""
    return known_models(service)


@router.get("/{number}/search", summary="Find photos by another model", responses=problems(400, 451))
def search(
    service: Service,
    number: Annotated[int, Path(ge=1, le=2**31)],
    q: Text,
    k: Number = 20,
    where: WhereParameter = None,
    minimum: Minimum = None,
    country: CountryParameter = None,
) -> SearchAnswer:
    """The same question to a model that is not in use, under the same law."""
    return questions.find(
        service, Question(q, k, where=where or (), minimum=minimum, country=country, model=number)
    )


def known_models(service: PhotoService) -> list[ModelAnswer]:
    """Return the models that can answer, the one in use first."""
    index = service.search().index
    with index.catalog.reading() as tables:
        about = {number: (name, day) for number, name, _, _, _, day in all_models(tables)}
        numbers, current = models_to_ask(tables), index.current(tables).number
    return [
        ModelAnswer(number=number, name=about[number][0], since=about[number][1], in_use=number == current)
        for number in numbers
    ]
