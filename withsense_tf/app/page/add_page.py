"""Bringing a photo from the page: it waits in quarantine until the law has judged it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import TypeAdapter, ValidationError

from withsense_tf.app.page.drawing_board import PageReader, page
from withsense_tf.app.page.own_verdict import first_restricting
from withsense_tf.app.page.wording import Wording
from withsense_tf.app.photo_ids import MOST_SIGNS
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.routes.common import Service, needs
from withsense_tf.app.routes.write_routes import Author, CaptionField, quarantine_of, take_upload_back, upload
from withsense_tf.common.limits import QUERY_SIGNS
from withsense_tf.data.named import own_texts

router = APIRouter(dependencies=[needs("write")], include_in_schema=False)
CAPTION: TypeAdapter[str] = TypeAdapter(CaptionField)
AUTHOR: TypeAdapter[str | None] = TypeAdapter(Author)


@router.get("/add")
def form(request: Request) -> Response:
    """Show the form."""
    return _page(request)


@router.post("/add")
def add(
    request: Request,
    service: Service,
    photo: Annotated[UploadFile, File()],
    text: Annotated[str, Form(max_length=QUERY_SIGNS)],
    by: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Take the photo in, and say what became of it."""
    reader = PageReader.of(request)
    response, fields = Response(), {"text": text, "by": by}
    if problem_text := wrong_words(reader.wording, text, by):
        return _page(request, 422, problem=problem_text, fields=fields)
    caption, author = CAPTION.validate_python(text), AUTHOR.validate_python(by.strip() or None)
    try:
        answer = upload(request, service, response, photo, [caption], author, reader.country)
    except ProblemError as problem:
        return _page(
            request,
            problem.status,
            problem=reader.wording.retell(f"{problem.detail} {problem.advice}".strip()),
            fields=fields,
        )
    # Who brought the photo wrote these words; what else speaks against it may be of other photos.
    names = (name for _, name in own_texts(photo.filename or ""))
    own_text, verdict = (
        first_restricting(request, (caption, *names)) if answer.state == "withheld" else ("", None)
    )
    copies = [service.ids.read(id_) for id_ in answer.copies]
    values = {"answer": answer, "own_text": own_text, "verdict": verdict, "copies": copies}
    if answer.state == "waiting":
        # Another worker may have taken the last one up by now.
        values["count"] = max(1, quarantine_of(service).count())
    return _page(request, response.status_code, **values)


@router.post("/add/undo")
def undo(
    request: Request, service: Service, receipt: Annotated[str, Form(min_length=1, max_length=MOST_SIGNS)]
) -> Response:
    """Take out again what was just brought."""
    take_upload_back(request, service, receipt)
    return _page(request, taken_back=PageReader.of(request).wording("your_upload"))


def wrong_words(wording: Wording, text: str, by: str) -> str:
    """Return what is wrong with what somebody says of a photo, or with the name; nothing where both are taken."""
    try:
        name = "text"
        CAPTION.validate_python(text)
        name = "by"
        AUTHOR.validate_python(by.strip() or None)
    except ValidationError as error:
        return wording.wrong({**error.errors()[0], "loc": ("body", name)})
    return ""


def _page(request: Request, status: int = 200, **values: Any) -> Response:
    values = {
        "answer": None,
        "problem": None,
        "own_text": "",
        "verdict": None,
        "fields": None,
        "copies": [],
        "taken_back": "",
        **values,
    }
    return page(request, "add.html", status, active="add", **values)
