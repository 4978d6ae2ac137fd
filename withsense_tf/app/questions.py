"""Questions to the index and their answers: what the search found, as everybody may know it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic_core import to_json

from withsense_tf.app.answers import (
    LawAnswer,
    PhotoAnswer,
    ScoreAnswer,
    SearchAnswer,
    fit_of,
)
from withsense_tf.app.photo_service import Doorway, PhotoService, withheld
from withsense_tf.app.photo_texts import texts_of_shown
from withsense_tf.data.named import own_texts
from withsense_tf.search.hits import Hits
from withsense_tf.search.photo_score import PhotoScore
from withsense_tf.search.places import Hit, Withheld


@dataclass(frozen=True)
class Question:
    """What is searched for, as `Search` takes it; `like` is the id of a photo."""

    text: str = ""
    k: int = 20
    like: str | None = None
    where: Sequence[str] = ()
    minimum: float | None = None
    after: str | None = None
    text_share: float = 0.5
    fill: bool = False
    literal: bool = False
    country: str | None = None
    model: int | None = None


def find(service: PhotoService, question: Question) -> SearchAnswer:
    """Answer a question, on one of the threads that search."""
    return SearchAnswer(**service.searches.submit(_find, service, question).result())


async def json_answer(service: PhotoService, question: Question) -> bytes:
    """Answer a question as JSON has it, on one of the threads that search, and no other waits for it."""
    return await asyncio.wrap_future(service.searches.submit(_find_json, service, question))


def _find_json(service: PhotoService, question: Question) -> bytes:
    # As the model has it, without making one: that would check some fifty parts that are made here.
    return to_json(_find(service, question), inf_nan_mode="null")


def _find(service: PhotoService, question: Question) -> dict[str, Any]:
    with service.doorway(question.country) as here:
        name = None if question.like is None else service.name_of(here, question.like, "search")
        hits = here.search(
            question.text,
            question.k,
            photo=name,
            where=list(question.where),
            country=here.door.country,
            minimum=question.minimum,
            after=question.after,
            text_share=question.text_share,
            fill=question.fill,
            literal=question.literal,
            model=question.model,
        )
        return answer_cells(service, here, hits, question)


def find_like_file(
    service: PhotoService, question: Question, file: Path, file_name: str, says: str = ""
) -> SearchAnswer:
    """Answer what is like a photo from outside, of which nothing is kept.

    The law judges it by what who asks `says` that it shows, and by the words in it; what its own name says counts, too.
    """
    with service.doorway(question.country) as here:
        if any(here.door.refuses(text) for _, text in own_texts(file_name)):
            raise withheld(here.door)
        hits = here.search(
            question.text,
            question.k,
            photo=str(file),
            where=list(question.where),
            country=here.door.country,
            minimum=question.minimum,
            text_share=question.text_share,
            says=says,
        )
        # A next page would need the file again.
        return SearchAnswer(**answer_cells(service, here, replace(hits, after=None), question))


def answer_cells(service: PhotoService, here: Doorway, hits: Hits, question: Question) -> dict[str, Any]:
    """Return what `SearchAnswer` holds, in its order; raise the notice where a search may not be answered."""
    if hits.notice is not None:
        raise withheld(here.door)
    return {
        "query": hits.query,
        "like": question.like,
        "country": here.door.country,
        "places": _places(service, here, hits),
        "without": list(hits.without),
        "corrections": dict(hits.corrections),
        "message": hits.message,
        "no_match": question.after is None and not hits,
        "has_nearest": question.after is None and hits.has_nearest,
        "after": hits.after,
        "chance": None if hits.chance is None else float(hits.chance),
        "calibration": dict(hits.calibration) or None,
    }


def _places(service: PhotoService, here: Doorway, hits: Hits) -> list[dict[str, Any]]:
    texts = texts_of_shown(here, service.ids, (hit.photo for hit in hits.hits))
    places: list[dict[str, Any]] = []
    for is_hit, row in groupby(hits.places, lambda place: isinstance(place, Hit)):
        some = list(row)
        if is_hit:
            places += [
                _photo_place(service, hit, texts[hit.photo], hits.fits)
                for hit in some
                if isinstance(hit, Hit)
            ]
        elif isinstance(some[0], Withheld):
            place, notice = some[0].place, some[0].notice
            places.append({"kind": "withheld", "place": place, "count": len(some), "notice": notice})
    return places


def _photo_place(service: PhotoService, hit: Hit, texts: dict[str, Any], fits: bool) -> dict[str, Any]:
    return texts | {
        "kind": "photo",
        "place": hit.place,
        "score": round(hit.score, 4),
        "fit": fit_of(hit.score, fits),
        "image_score": _four_digits(hit.image_score),
        "caption_score": _four_digits(hit.caption_score),
        "word_score": _four_digits(hit.word_score),
        "copies": [service.ids.write(name) for name in hit.duplicates],
    }


def photo(service: PhotoService, id_: str, country: str | None) -> PhotoAnswer:
    """Return what is known of a photo that may be shown."""
    with service.doorway(country) as here:
        name = service.name_of(here, id_)
        return PhotoAnswer(**texts_of_shown(here, service.ids, [name])[name])


def score(
    service: PhotoService,
    id_: str,
    text: str,
    country: str | None,
    literal: bool = False,
    model: int | None = None,
) -> ScoreAnswer:
    """Return how well a photo and a text fit: the number that a search for the text gives the photo."""
    with service.doorway(country) as here:
        name = service.name_of(here, id_, "search")
        result = here.search.score(text, name, here.door.country, literal=literal, model=model)
        if not isinstance(result, PhotoScore):
            raise withheld(here.door)
        return ScoreAnswer(
            photo=id_,
            text=text,
            score=round(result.number, 4),
            fit=fit_of(result.number),
            image_score=_four_digits(result.image),
            caption_score=_four_digits(result.captions),
            word_score=_four_digits(result.words),
        )


def law(service: PhotoService, country: str | None) -> LawAnswer:
    """Return the rule of a country."""
    policy = service.policy.current()
    code = service.country(country)
    rule = service.rule(country)
    return LawAnswer(
        country=code,
        rule=rule.rule,
        age_limit=rule.age_limit if rule.rule == "children" else None,
        notice=rule.message,
        authority=rule.authority or None,
        ground=rule.ground or None,
        is_default=rule.country == "",
        countries=policy.countries.names(),
        version=policy.version,
    )


def _four_digits(number: float | None) -> float | None:
    return None if number is None else round(number, 4)
