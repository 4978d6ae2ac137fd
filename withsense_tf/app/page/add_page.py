"""Bringing a photo from the page: it waits in quarantine until the law has judged it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import TypeAdapter, ValidationError

from withsense_tf.app.page.drawing_board import PageReader, page
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.routes.common import Service, needs
from withsense_tf.app.routes.write_routes import Author, CaptionField, upload
from withsense_tf.common.limits import QUERY_SIGNS

router = APIRouter(dependencies=[needs("write")], include_in_schema=False)
CAPTION: TypeAdapter[str] = TypeAdapter(CaptionField)
AUTHOR: TypeAdapter[str | None] = TypeAdapter(Author)


@router.get("/add")
def form(request: Request) -> Response:
    """Show the form."""
    return page(request, "add.html", active="add", answer=None, problem=None)


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
    response = Response()
    try:
        caption, author = CAPTION.validate_python(text), AUTHOR.validate_python(by.strip() or None)
        answer = upload(service, response, photo, [caption], author, reader.country)
    except ValidationError:
        return page(
            request, "add.html", 422, active="add", answer=None, problem=reader.wording("caption_not_taken")
        )
    except ProblemError as problem:
        return page(
            request,
            "add.html",
            problem.status,
            active="add",
            answer=None,
            problem=reader.wording.retell(f"{problem.detail} {problem.advice}".strip()),
        )
    return page(request, "add.html", response.status_code, active="add", answer=answer, problem=None)
