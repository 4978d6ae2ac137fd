"""The same question to two models of the index, side by side."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from withsense_tf.app import questions
from withsense_tf.app.answers import SearchAnswer, ShownPlace
from withsense_tf.app.page.drawing_board import PageReader, page
from withsense_tf.app.page.example_searches import example_searches
from withsense_tf.app.questions import Question
from withsense_tf.app.routes.common import Service, needs
from withsense_tf.app.routes.model_routes import known_models
from withsense_tf.common.limits import QUERY_SIGNS

router = APIRouter(dependencies=[needs("read")], include_in_schema=False)
PLACES: Final = 10
EXAMPLES: Final = 8
ModelNumber = Annotated[int | None, Query(ge=1, le=2**31)]


@router.get("/models")
def two_models(
    request: Request,
    service: Service,
    q: Annotated[str, Query(max_length=QUERY_SIGNS)] = "",
    left: ModelNumber = None,
    right: ModelNumber = None,
) -> Response:
    """Show what two models answer to one question; without a choice, the one before and the one in use."""
    reader, q = PageReader.of(request), q.strip()
    models = known_models(service)
    numbers = [model.number for model in models]
    newer = right if right in numbers else numbers[0]
    older = left if left in numbers else numbers[min(1, len(numbers) - 1)]
    examples = example_searches(service, reader.country, reader.wording.language)
    sides: list[dict[str, Any]] = []
    for number in (older, newer):
        model = next(one for one in models if one.number == number)
        answer = None
        if q:
            # Whether anything fits is another question than which photo fits best.
            question = Question(q, PLACES, minimum=0.0, country=reader.country, model=number)
            answer = questions.find(service, question)
        sides.append({"model": model, "answer": answer})
    return page(
        request,
        "models.html",
        active="models",
        models=models,
        sides=sides,
        moves=moves(sides[0]["answer"], sides[1]["answer"]),
        q=q,
        examples=[query for query, _ in examples[:EXAMPLES]],
    )


def moves(before: SearchAnswer | None, now: SearchAnswer | None) -> dict[str, int | None]:
    """Return for each photo of the second answer how many places it rose; None where the first one lacks it."""
    if before is None or now is None:
        return {}
    places = {place.id: place.place for place in before.places if isinstance(place, ShownPlace)}
    return {
        place.id: places[place.id] - place.place if place.id in places else None
        for place in now.places
        if isinstance(place, ShownPlace)
    }
