"""Where photos are looked for: the first page, answers as somebody types, and the pages behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from withsense_tf.app import questions
from withsense_tf.app.answers import PhotoAnswer, SearchAnswer, ShownPlace
from withsense_tf.app.page.drawing_board import PageReader, page, url
from withsense_tf.app.page.example_searches import example_searches
from withsense_tf.app.page.query_chips import BOUNDS, chips, filters_of_form, form_of_filters, typed_chips
from withsense_tf.app.photo_ids import MOST_SIGNS
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.questions import Question
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.routes.common import Service, needs
from withsense_tf.app.suggestions import column_suggestions
from withsense_tf.common.cell_texts import COLOUR
from withsense_tf.common.limits import QUERY_SIGNS
from withsense_tf.data.pictures.main_colours import NAMES
from withsense_tf.search.page_end import MOST_SIGNS as AFTER_SIGNS
from withsense_tf.search.query.reading import correction_note

router = APIRouter(dependencies=[needs("read")], include_in_schema=False)

ON_A_PAGE: Final = 30
# Who wants another order gets all that fits in it, up to so many places: each page is cut out of the same order.
IN_ORDER: Final = 1_000
BEST_FIRST: Final = "fit"
BY_DATE: Final = ("newest", "oldest")
# A select with more is no help; a field with suggestions is.
FEW_VALUES: Final = 12
# What every photo has and nobody asks for in pixels.
SIZES: Final = ("width", "height")
FEW_EXAMPLES: Final = 4
FIRST_COLUMNS: Final = ("date", "place", "folder", "camera", "author", "orientation", "colour")


@router.get("/")
def home(request: Request, service: Service) -> Response:
    """Show what could be asked, by the photos that answer it."""
    reader = PageReader.of(request)
    tiles = _tiles(service, reader)
    return page(
        request,
        "home.html",
        active="search",
        tiles=tiles,
        is_drawn=service.shows_drawn(),
        # A phone has little room for it.
        example=min((query for query, _ in tiles), key=len, default=""),
        question=Question(),
        filters=_filters(service, reader, ())[0],
    )


def _tiles(service: PhotoService, reader: PageReader) -> list[tuple[str, PhotoAnswer]]:
    return example_searches(service, reader.country, reader.wording.language)


class SearchFields(BaseModel):
    """The fields of the search form, but for the filters, which are called by their columns."""

    q: str = Field(default="", max_length=QUERY_SIGNS)
    where: list[str] = []
    like: str | None = Field(default=None, max_length=MOST_SIGNS)
    text_share: float = Field(default=0.5, ge=0, le=1)
    after: str | None = Field(default=None, max_length=AFTER_SIGNS)
    # In another order than by fit: the id of the last photo so far, and how many there were.
    behind: str | None = Field(default=None, max_length=MOST_SIGNS)
    so_far: int = Field(default=0, ge=0, le=IN_ORDER)
    minimum: float | None = Field(default=None, ge=0, le=1)
    order: Literal["fit", "newest", "oldest", "name"] = "fit"
    # Whatever the words are, while `minimum` is of one question.
    show: Literal["good", "nearest"] = "good"
    literal: bool = False
    # The words that `minimum` and `literal` were chosen for: other words are another question.
    words: str | None = Field(default=None, max_length=QUERY_SIGNS)

    def question(self, request: Request, country: str | None) -> Question:
        """Return the question that the form asks."""
        text = self.q.strip()
        is_the_same = self.words is None or self.words.strip() == text
        conditions = [*self.where, *filters_of_form(dict(request.query_params))]
        return Question(
            text,
            ON_A_PAGE if self.order == BEST_FIRST else IN_ORDER,
            self.like or None,
            tuple(dict.fromkeys(conditions)),
            0.0 if self.show == "nearest" else self.minimum if is_the_same else None,
            (self.after or None) if self.order == BEST_FIRST else None,
            self.text_share,
            literal=self.literal and is_the_same,
            country=country,
        )


@router.get("/search")
def search(request: Request, service: Service, form: Annotated[SearchFields, Query()]) -> Response:
    """Answer a question: as a page, or as its results alone where the page is there already."""
    reader = PageReader.of(request)
    question = form.question(request, reader.country)
    if not question.text and question.like is None:
        if question.where:
            raise ProblemError(400, "no_words", reader.wording("needs_words"))
        if reader.is_part:
            return page(request, "home.html", tiles=_tiles(service, reader))
        return home(request, service)
    answer = questions.find(service, question)
    if reader.is_part and (question.after or form.behind):
        return page(request, "more.html", **_values(service, answer, question, form))
    # The bar above a part stays as it is: what it says came as its fields.
    filters, rest = (None, form.where) if reader.is_part else _filters(service, reader, question.where)
    return page(
        request,
        "search.html",
        active="search",
        filters=filters,
        hidden_where=list(dict.fromkeys(rest)),
        # Who finds nothing is shown what would be found.
        examples=[query for query, _ in _tiles(service, reader)[:FEW_EXAMPLES]] if answer.no_match else (),
        **_values(service, answer, question, form),
        **like_values(service, question),
    )


def _values(
    service: PhotoService, answer: SearchAnswer, question: Question, form: SearchFields
) -> dict[str, Any]:
    order = form.order
    # The first of the filters that the query itself named stand in its text, and are read again there.
    address = {
        "q": question.text,
        "where": list(question.where),
        "like": question.like,
        "text_share": question.text_share if question.like and question.text else None,
        "order": order if order != BEST_FIRST else None,
        "show": form.show if form.show != "good" else None,
        "minimum": question.minimum if form.show == "good" else None,
        "literal": question.literal,
    }
    is_cut, next_part = answer.after is not None, {"after": answer.after} if answer.after else None
    shown_count, dateless_count = count_undated(answer) if order in BY_DATE else (0, 0)
    if order != BEST_FIRST:
        answer, next_part = part_of(in_order(answer, order), form.behind, form.so_far)
    return {
        "answer": answer,
        "is_cut": is_cut,
        "question": question,
        "order": order,
        "show": form.show,
        "without_date": dateless_count,
        "has_no_date": 0 < dateless_count == shown_count,
        "address": address,
        "most_in_order": IN_ORDER,
        "chips": [*chips(question.text, answer.without, question.where), *typed_chips(service, question)],
        "notes": [correction_note(word, better) for word, better in answer.corrections.items()],
        "next_page": None if next_part is None else url("/search", **address, **next_part),
    }


def like_values(service: PhotoService, question: Question) -> dict[str, Any]:
    """Return the photo that is asked by, which may be shown."""
    if question.like is None:
        return {"like_photo": None}
    return {"like_photo": questions.photo(service, question.like, question.country)}


def in_order(answer: SearchAnswer, order: str) -> SearchAnswer:
    """Return an answer whose photos stand by date or name; what is withheld stands behind them, and tells no date."""
    photos = [place for place in answer.places if isinstance(place, ShownPlace)]
    rest = [place for place in answer.places if not isinstance(place, ShownPlace)]
    if order == "name":
        photos.sort(key=lambda place: place.name.casefold())
    else:
        # Stable: photos of a day stand by how well they fit, and those without a date come last.
        photos.sort(key=lambda place: str(place.facts.get("date", "")), reverse=order == "newest")
        photos.sort(key=lambda place: "date" not in place.facts)
    if rest:
        count = sum(place.count for place in rest)
        rest = [rest[0].model_copy(update={"count": count})]
    return answer.model_copy(update={"places": [*photos, *rest]})


def count_undated(answer: SearchAnswer) -> tuple[int, int]:
    """Return how many photos of an answer are shown, and how many of these have no date."""
    photos = [place for place in answer.places if isinstance(place, ShownPlace)]
    return len(photos), sum("date" not in place.facts for place in photos)


def part_of(
    answer: SearchAnswer, behind: str | None, so_far: int
) -> tuple[SearchAnswer, dict[str, Any] | None]:
    """Return one page of an answer that stands in another order, and where the next one begins.

    It begins behind a photo, so that none comes twice where others came or went; behind as many as there were if it is
    gone itself.
    """
    places = answer.places
    here = [at for at, place in enumerate(places, 1) if isinstance(place, ShownPlace) and place.id == behind]
    start = here[0] if here else so_far if behind else 0
    some = places[start : start + ON_A_PAGE]
    last = some[-1] if some else None
    so_far = start + len(some)
    has_more = so_far < len(places)
    after = {"behind": last.id, "so_far": so_far} if has_more and isinstance(last, ShownPlace) else None
    return answer.model_copy(update={"places": some}), after


def _filters(
    service: PhotoService, reader: PageReader, where: Sequence[str]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the columns that a form can filter by, each with what was chosen, and the filters that it cannot say."""
    columns = [
        column
        for column in column_suggestions(service, reader.country).columns
        if column.name not in SIZES and column.values
    ]
    first = {name: at for at, name in enumerate(FIRST_COLUMNS)}
    columns.sort(key=lambda column: (first.get(column.name, len(first)), column.name))
    kinds = {column.name: _kind(column.name, column.values) for column in columns}
    ends = {name: BOUNDS if kind in ("date", "number") else ("",) for name, kind in kinds.items()}
    choices, rest = form_of_filters(where, {f"f.{name}{end}" for name in kinds for end in ends[name]})
    return [
        {
            "name": column.name,
            "kind": kinds[column.name],
            "values": _in_rainbow(column.values, choices.get(f"f.{column.name}", ""))
            if column.name == COLOUR
            else column.values,
            "groups": groups_of([str(value) for value in column.values]),
            "chosen": choices.get(f"f.{column.name}", ""),
            "low": choices.get(f"f.{column.name}.from", ""),
            "high": choices.get(f"f.{column.name}.to", ""),
        }
        for column in columns
    ], rest


def _in_rainbow(values: Sequence[str | float], choice: str) -> list[str]:
    """Return colours in their usual order, others behind them, and the choice even if no photo has it."""
    names = {str(value) for value in values} | ({choice.casefold()} if choice else set())
    return [*(name for name in NAMES if name in names), *sorted(names.difference(NAMES))]


def groups_of(values: Sequence[str]) -> list[str]:
    """Return the first words that several values share, such as who makes cameras.

    >>> groups_of(["Canon R6", "Nikon D90", "Nikon Z6", "landscape"])
    ['Nikon']
    """
    counts = Counter(value.split()[0] for value in values if len(value.split()) > 1)
    return sorted(word for word, count in counts.items() if count > 1 and word.isalpha())


def _kind(name: str, values: list[str | float]) -> str:
    if name == "date":
        return "date"
    if name == COLOUR:
        return "colours"
    if all(isinstance(value, float) for value in values):
        return "number"
    return "choice" if len(values) <= FEW_VALUES else "text"
