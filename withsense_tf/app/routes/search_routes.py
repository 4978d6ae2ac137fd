"""Asking by a text, by a photo, or by both; the law that holds; what can be asked."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, File, Form, Query, Response, UploadFile

from withsense_tf.app import questions
from withsense_tf.app.answers import (
    PHOTO_ID,
    ColumnsAnswer,
    ExamplesAnswer,
    LawAnswer,
    ScoreAnswer,
    SearchAnswer,
)
from withsense_tf.app.photo_ids import MOST_SIGNS
from withsense_tf.app.questions import Question
from withsense_tf.app.routes.common import CountryParameter, Service, needs, problems
from withsense_tf.app.routes.write_routes import CaptionField
from withsense_tf.app.suggestions import column_suggestions, query_examples
from withsense_tf.app.uploads.quarantine import passing_photo
from withsense_tf.common.limits import QUERY_SIGNS
from withsense_tf.search.page_end import MOST_SIGNS as AFTER_SIGNS

JSON: Final = "application/json"
router = APIRouter(tags=["search"], dependencies=[needs("read")])

Text = Annotated[
    str,
    Query(
        max_length=QUERY_SIGNS,
        description='A scene in words; minus words, "phrases" and filters may stand in it.',
        examples=["two dogs on a beach -ball camera~Nikon"],
    ),
]
Number = Annotated[int, Query(ge=1, le=100, description="How many places.", examples=[20])]
WhereParameter = Annotated[
    list[str] | None,
    Query(description="Filters, each `column=value` (or !=, <, <=, >, >=, ~).", examples=[["date>=2020"]]),
]
Minimum = Annotated[
    float | None,
    Query(ge=0, le=1, description="What the best photo must have; 0 takes what comes first.", examples=[0]),
]
After = Annotated[
    str | None,
    Query(max_length=AFTER_SIGNS, description="The `after` of the answer before, for the next page."),
]
LikeId = Annotated[str, Query(min_length=1, max_length=MOST_SIGNS, examples=[PHOTO_ID])]
TextShare = Annotated[
    float, Query(ge=0, le=1, description="With a text and a photo: how much the text counts.", examples=[0.5])
]


@router.get(
    "/search", summary="Find photos by a text", response_model=SearchAnswer, responses=problems(400, 404, 451)
)
async def search(
    service: Service,
    q: Text,
    k: Number = 20,
    where: WhereParameter = None,
    minimum: Minimum = None,
    after: After = None,
    like: Annotated[
        str | None,
        Query(max_length=MOST_SIGNS, description="The id of a photo: what is like both is sought."),
    ] = None,
    text_share: TextShare = 0.5,
    fill: Annotated[
        bool, Query(description="Go on until there are k photos; else withheld places count.")
    ] = False,
    literal: Annotated[bool, Query(description="Correct no words, and take none for a filter.")] = False,
    country: CountryParameter = None,
) -> Response:
    """Photos that fit a text best; where the law withholds one, the notice stands in its place."""
    question = Question(q, k, like, where or (), minimum, after, text_share, fill, literal, country)
    return Response(await questions.json_answer(service, question), media_type=JSON)


@router.get(
    "/similar",
    summary="Find photos like a photo",
    response_model=SearchAnswer,
    responses=problems(400, 404, 451),
)
async def similar(
    service: Service,
    id: LikeId,  # noqa: A002  # as the parameter is called
    q: Annotated[str, Query(max_length=QUERY_SIGNS, description="A text that counts, too.")] = "",
    k: Number = 20,
    where: WhereParameter = None,
    after: After = None,
    text_share: TextShare = 0.5,
    country: CountryParameter = None,
) -> Response:
    """Photos that look like a photo of the index, or are like both a photo and a text."""
    question = Question(q, k, id, where or (), 0.0, after, text_share, country=country)
    return Response(await questions.json_answer(service, question), media_type=JSON)


@router.post(
    "/similar", summary="Find photos like one of your own", responses=problems(400, 408, 413, 415, 451)
)
def similar_to_file(
    service: Service,
    photo: Annotated[UploadFile, File(description="A JPEG, PNG or WebP file; nothing of it is kept.")],
    q: Annotated[str, Form(max_length=QUERY_SIGNS)] = "",
    k: Annotated[int, Form(ge=1, le=100)] = 20,
    text_share: Annotated[float, Form(ge=0, le=1)] = 0.5,
    says: Annotated[
        CaptionField | None,
        Form(description="What the photo shows: the law judges it by that and by the captions in its file."),
    ] = None,
    country: CountryParameter = None,
) -> SearchAnswer:
    """Where the law protects anybody, it withholds the answer to a photo from outside that nobody has described.

    It is enough to say so in `says`, or in the file: EXIF, IPTC or XMP. One that is in the index is that photo.
    """
    settings = service.settings
    with passing_photo(
        photo.file, settings.state_folder, settings.upload_bytes, settings.upload_pixels
    ) as file:
        question = Question(q, k, minimum=0.0, text_share=text_share, country=country)
        return questions.find_like_file(service, question, file, photo.filename or "", says or "")


@router.get("/score", summary="How well do a photo and a text fit?", responses=problems(400, 404, 451))
def score(
    service: Service,
    id: LikeId,  # noqa: A002  # as the parameter is called
    q: Annotated[str, Query(min_length=1, max_length=QUERY_SIGNS, examples=["two dogs on a beach"])],
    country: CountryParameter = None,
) -> ScoreAnswer:
    """The number that the photo has in the answer to the text."""
    return questions.score(service, id, q, country)


@router.get("/law", summary="Which law holds?", responses=problems(400))
def law(service: Service, country: CountryParameter = None) -> LawAnswer:
    """The rule that is in force in a country today; what stands where it withholds something."""
    return questions.law(service, country)


@router.get("/columns", summary="What can be filtered by?", responses=problems(400))
def columns(service: Service, country: CountryParameter = None) -> ColumnsAnswer:
    """The columns of photos that may be shown, and some of their values."""
    return column_suggestions(service, country)


@router.get("/examples", summary="What could be asked?", responses=problems(400))
def examples(
    service: Service, k: Annotated[int, Query(ge=1, le=20)] = 6, country: CountryParameter = None
) -> ExamplesAnswer:
    """Captions of photos that may be shown, as queries to begin with."""
    return query_examples(service, k, country)
