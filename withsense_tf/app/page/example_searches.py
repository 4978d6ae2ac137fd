"""Searches to begin with, each with the photo that answers it: in the language of the page where there are such."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Final

from withsense_tf.app import questions
from withsense_tf.app.answers import PhotoAnswer, ShownPlace
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.questions import Question
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.suggestions import as_query, general_queries, query_examples
from withsense_tf.errors import SettingError
from withsense_tf.index.tables.state_table import get_state
from withsense_tf.policy.countries import CountryRule

EXAMPLES: Final = 12
SPARE: Final = 24  # many a caption finds another photo than its own


def example_searches(
    service: PhotoService, country: str | None, language: str
) -> list[tuple[str, PhotoAnswer]]:
    """Return queries that the index answers, each with the photo that fits it best."""
    with service.doorway(country) as here:
        state = (get_state(here.tables, "name"), get_state(here.tables, "version"), here.door.policy.version)
        pairs = _best_photos(service.unheard, here.door.country, here.door.rule, state, language)
    tiles = []
    for query, id_ in pairs:
        # A permission may have ended since.
        with suppress(ProblemError):
            tiles.append((query, questions.photo(service, id_, country)))
    return tiles


@lru_cache(maxsize=32)
def _best_photos(
    service: PhotoService,
    country: str | None,
    rule: CountryRule,  # noqa: ARG001  # where another one holds, others may be shown
    state: tuple[object, ...],  # noqa: ARG001  # of another index, or another law
    language: str,
) -> list[tuple[str, str]]:
    """Return queries with the ids of their best photos: captions first, and of them those that fit well.

    What captions say in the page's language comes first, then what may be asked of any photos in it. Who finds nothing
    so is shown what works: captions in another language.
    """
    count, is_russian = EXAMPLES + SPARE, language == "ru"
    pairs = _with_own_photos(service, country, query_examples(service, count, country, is_russian).queries)
    if len(pairs) < EXAMPLES:
        known = {id_ for _, id_ in pairs}
        more = _with_photos(service, country, general_queries(language))
        pairs += [(query, id_) for query, id_ in more if id_ not in known]
    others = [] if pairs else query_examples(service, count, country, not is_russian).queries
    return [*pairs, *_with_own_photos(service, country, others)][:EXAMPLES]


def _with_own_photos(
    service: PhotoService, country: str | None, captions: Iterable[str]
) -> list[tuple[str, str]]:
    """Return the captions that find their own photo first: another one may not show what they say."""

    def is_own(query: str, place: ShownPlace) -> bool:
        return query in {as_query(caption.text) for caption in place.captions}

    return _with_photos(service, country, captions, is_own)


def _with_photos(
    service: PhotoService,
    country: str | None,
    queries: Iterable[str],
    is_answer: Callable[[str, ShownPlace], bool] = lambda *_: True,
) -> list[tuple[str, str]]:
    """Return the queries to which a photo is the first answer, each photo once; those first that it fits well."""
    best: dict[str, tuple[bool, str]] = {}
    for query in queries:
        try:
            # As who follows the link asks: what finds no good match there is no example.
            answer = questions.find(service, Question(query, 1, country=country))
        except (ProblemError, SettingError):
            continue  # nobody asked for it
        for place in answer.places:
            if isinstance(place, ShownPlace) and is_answer(query, place):
                best.setdefault(place.id, (place.fit != "well", query))
    pairs = sorted(best.items(), key=lambda pair: pair[1][0])
    return [(query, id_) for id_, (_, query) in pairs]
