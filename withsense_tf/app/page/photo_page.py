"""One photo, large, with all that is known of it; and two photos side by side."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, Field

from withsense_tf.app import questions
from withsense_tf.app.answers import ScoreAnswer, ShownPlace
from withsense_tf.app.page.add_page import wrong_words
from withsense_tf.app.page.drawing_board import PageReader, page
from withsense_tf.app.page.models_page import ModelNumber
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.photo_texts import copies_to_name
from withsense_tf.app.questions import Question
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.routes.common import PhotoId, Service, may_review, needs
from withsense_tf.app.routes.write_routes import NewCaption
from withsense_tf.app.uploads.index_writing import add_caption
from withsense_tf.common.limits import QUERY_SIGNS
from withsense_tf.errors import DataError, SettingError

# Who searches looks at so many photos, and seldom at more.
NEAR: Final = 30
router = APIRouter(include_in_schema=False)
TextField = Annotated[str, Query(max_length=QUERY_SIGNS)]


class FoundBy(BaseModel):
    """What a photo was found by, which its page says how well it fits: the words, how they are read, by which model."""

    q: str = Field(default="", max_length=QUERY_SIGNS)
    literal: bool = False
    model: ModelNumber = None


class CaptionForm(FoundBy):
    """What somebody says of a photo; what it was found by stands in the form, so that it is not lost."""

    text: str = Field(max_length=QUERY_SIGNS)
    by: str = Field(default="", max_length=60)


@router.get("/photo/{id}", dependencies=[needs("read")])
def photo(
    request: Request,
    service: Service,
    id: PhotoId,  # noqa: A002  # as the path has it
    question: Annotated[FoundBy, Query()],
) -> Response:
    """Show a photo: as a page, or in the dialog over the one that is open."""
    return _page_of(request, service, id, question)


def _fit(service: PhotoService, id_: str, question: FoundBy, country: str | None) -> ScoreAnswer | None:
    """Return how well a photo fits; None where there is nothing to look for, as in a text with minus words alone."""
    if not question.q.strip():
        return None
    try:
        return questions.score(service, id_, question.q, country, question.literal, question.model)
    except SettingError as error:
        if isinstance(error, DataError):
            raise
        return None


def _page_of(request: Request, service: PhotoService, id_: str, question: FoundBy, **more: Any) -> Response:
    reader = PageReader.of(request)
    known_photo = questions.photo(service, id_, reader.country)
    with service.doorway(reader.country) as here:
        copies = {service.ids.write(one): one for one in copies_to_name(here, known_photo.name)}
    fit = _fit(service, id_, question, reader.country)
    found_by = {"q": question.q, "literal": question.literal and "true", "model": question.model}
    values: dict[str, Any] = {
        "fit": fit,
        "photo": known_photo,
        "copies": copies,
        "added": None,
        "problem": None,
        "fields": None,
        "may_review": may_review(request),
    }
    return page(request, "photo.html", **values | {"q": question.q, "found_by": found_by} | more)


@router.post("/photo/{id}/captions", dependencies=[needs("write")])
def describe(
    request: Request,
    service: Service,
    id: PhotoId,  # noqa: A002  # as the path has it
    form: Annotated[CaptionForm, Form()],
) -> Response:
    """Add what somebody says of a photo; the law judges it first."""
    reader = PageReader.of(request)
    if problem_text := wrong_words(reader.wording, form.text, form.by):
        return _page_of(request, service, id, form, problem=problem_text, fields=form)
    caption = NewCaption(id=id, text=form.text, by=form.by.strip() or None)
    questions.photo(service, id, reader.country)
    try:
        add_caption(service, caption.id, caption.text, caption.by, reader.country)
    except ProblemError as error:
        if error.status == 451:
            # It could be shown before: these words hide it.
            request.state.refused_text = form.text
            raise
        return _page_of(request, service, id, form, problem=reader.wording.retell(error.detail), fields=form)
    return _page_of(request, service, id, form, added=becomes(service, id, caption.text, reader.country))


def becomes(service: PhotoService, id_: str, text: str, country: str | None) -> str:
    """Return which text says what a description does: whether a search for it finds the photo, or a copy, first."""
    try:
        answer = questions.find(service, Question(text, NEAR, country=country, literal=True))
    except (ProblemError, SettingError) as error:
        if isinstance(error, DataError):
            raise
        return "caption_weak"  # it cannot be searched for
    photos = [place for place in answer.places if isinstance(place, ShownPlace)]
    if any(id_ in (place.id, *place.copies) for place in photos):
        return "caption_added"
    return "caption_behind" if photos else "caption_weak"


@router.get("/pair", dependencies=[needs("read")])
def pair(request: Request, service: Service, a: str, b: str, q: TextField = "") -> Response:
    """Show two photos side by side."""
    reader = PageReader.of(request)
    photos = [questions.photo(service, id_, reader.country) for id_ in (a, b)]
    fits = [_fit(service, id_, FoundBy(q=q), reader.country) for id_ in (a, b)]
    columns = list(dict.fromkeys([*photos[0].facts, *photos[1].facts]))
    return page(request, "pair.html", active="table", photos=photos, fits=fits, q=q, columns=columns)
