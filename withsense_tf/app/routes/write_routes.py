"""What users bring: captions and photos, judged by the law before anybody finds them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Body, File, Form, Path, Request, Response, UploadFile
from pydantic import AfterValidator, Field, StringConstraints

from withsense_tf.app import questions
from withsense_tf.app.answers import NOTICE, PHOTO_ID, JsonAnswer, PhotoAnswer
from withsense_tf.app.photo_ids import MOST_SIGNS
from withsense_tf.app.photo_service import Doorway, PhotoService, absent
from withsense_tf.app.photo_texts import copies_to_name
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.routes.common import CountryParameter, Service, needs, problems, signer_of
from withsense_tf.app.uploads.index_writing import (
    add_caption,
    check_author,
    judge_own,
    judge_rest,
    refusal,
    take_back,
)
from withsense_tf.app.uploads.quarantine import Description, Note, Quarantine
from withsense_tf.app.uploads.uploaded_item import NOBODY
from withsense_tf.common.limits import QUERY_SIGNS
from withsense_tf.index.tables.photos_table import live_names_of, live_of_name, photo_digests
from withsense_tf.index.trail.decision_trail import TAKEN_BACK, audit_before_effect, new_decision
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.photo_decisions import DUPLICATE, SHOWS
from withsense_tf.search.query.tokens import tokens

router = APIRouter(tags=["writing"], dependencies=[needs("write")])
MOST_CAPTIONS: Final = 10
# How the audit log calls that a photo was sent.
UPLOAD: Final = "upload"
# What parts a key from a name and a digest in a receipt; no file's name has it.
BETWEEN: Final = "\0"


def readable(text: str) -> str:
    """Return a text in one line; one that says nothing, or holds signs that cannot be shown, is refused."""
    line = " ".join(text.split())
    if not any(map(str.isalnum, line)) or not tokens(line):
        raise ValueError("it must say something in letters")
    if any(not (sign.isprintable() or sign == "\u200d") for sign in line):
        raise ValueError("it must hold no signs that cannot be shown")
    return line


CaptionField = Annotated[
    str, StringConstraints(min_length=1, max_length=QUERY_SIGNS), AfterValidator(readable)
]
Author = Annotated[
    str | None,
    Field(pattern=r"^[^\W_](?:[\w .'’-]{0,58}[\w.])?$", description="Who says so.", examples=["Ann"]),
]


class NewCaption(JsonAnswer):
    """A caption for a photo."""

    id: str = Field(min_length=1, max_length=MOST_SIGNS, examples=[PHOTO_ID])
    text: CaptionField = Field(examples=["Two dogs run on a beach."])
    by: Author = None


class UploadAnswer(JsonAnswer):
    """What became of a photo that was taken in: it can be found, the law withholds it, or it waits."""

    id: str = Field(examples=[PHOTO_ID])
    state: Literal["searchable", "withheld", "waiting"]
    receipt: str = Field(
        default="",
        description="By it `GET upload/{receipt}` tells its sender what became of it.",
    )
    notice: str | None = Field(default=None, examples=[NOTICE])
    photo: PhotoAnswer | None = None
    is_copy: bool = Field(
        default=False,
        description="With `searchable`: the same photo was here already, and a search shows it once. With `withheld`: "
        "the photo is a copy of one that is here and withheld, or shows one, of which nothing is said.",
    )
    copies: list[str] = Field(
        default=[],
        description="With `searchable`: ids of the photos that it is a copy of, and that may be shown.",
    )


@router.post(
    "/captions",
    summary="Say what a photo shows",
    status_code=201,
    responses=problems(400, 404, 408, 409, 413, 451),
)
def captions(
    service: Service, caption: Annotated[NewCaption, Body()], country: CountryParameter = None
) -> PhotoAnswer:
    """The law judges the caption first; then the photo is found by it. One that speaks of a child withholds it."""
    return add_caption(service, caption.id, caption.text, caption.by, country)


UPLOAD_STATES: Final[dict[int | str, dict[str, Any]]] = {
    202: {
        "description": "The photo is taken in; `state` says whether it is judged yet.",
        "model": UploadAnswer,
    }
}


@router.post(
    "/upload",
    summary="Bring a photo",
    status_code=201,
    responses=problems(400, 408, 409, 413, 415, 451) | UPLOAD_STATES,
)
def upload(
    request: Request,
    service: Service,
    response: Response,
    photo: Annotated[UploadFile, File(description="A JPEG, PNG or WebP file.")],
    caption: Annotated[
        list[CaptionField],
        Form(
            min_length=1,
            max_length=MOST_CAPTIONS,
            description="What it shows; without one the law withholds it.",
        ),
    ],
    by: Annotated[Author, Form()] = None,
    country: CountryParameter = None,
) -> UploadAnswer:
    """The photo stays in quarantine until the law has judged it by all that speaks of it.

    A photo that was taken out of the index for good, and a copy of one, is refused: 409, of the kind `taken_out`. Of
    one that cannot be used `detail` says why.
    """
    service.country(country)  # a photo is not taken in where nobody may be told what became of it
    check_author(service, by, country)
    quarantine = quarantine_of(service)
    waiting = quarantine.take(
        photo.file,
        Description(tuple(caption), by, (photo.filename or "")[:500], _key_of(request)),
        service.settings.upload_bytes,
        service.settings.upload_pixels,
        note_in_audit(request, service.policy, by),
    )
    was_here = waiting.waits_already or _is_live(service, waiting.name)
    try:
        judge_own(service, waiting)
    except ProblemError as problem:
        if problem.status != 503:
            raise
    # Nobody waits for the others: they may be many.
    service.later.submit(judge_rest, service, quarantine)
    answer = upload_state(service, waiting.name, waiting.folder.exists(), country)
    response.status_code = 201 if answer.state == "searchable" else 202
    receipt = service.ids.write(BETWEEN.join((_key_of(request), waiting.name, waiting.digest)))
    is_copy = answer.is_copy or (was_here and answer.photo is not None)
    return answer.model_copy(update={"receipt": receipt, "is_copy": is_copy})


ReceiptPath = Annotated[
    str, Path(min_length=1, max_length=MOST_SIGNS, description="As `POST upload` gave it to this key.")
]


@router.delete(
    "/upload/{receipt}",
    summary="Take a photo that was brought out again",
    status_code=204,
    responses=problems(400, 404, 409),
)
def take_upload_back(request: Request, service: Service, receipt: ReceiptPath) -> None:
    """It alone leaves, and its file is erased; its copies stay, and it may come again. Gone already, it is 404.

    What it said still counts against its copies where it was withheld. All but the key that sent it get 404.
    """
    name, _ = _upload_of(request, service, receipt)
    take_back(service, quarantine_of(service), name, note_in_audit(request, service.policy, None, TAKEN_BACK))


@router.get(
    "/upload/{receipt}",
    summary="What became of a photo that was brought?",
    responses=problems(400, 404, 409, 413, 415) | UPLOAD_STATES,
)
def receipt_answer(
    request: Request,
    service: Service,
    response: Response,
    receipt: ReceiptPath,
    country: CountryParameter = None,
) -> UploadAnswer:
    """The same as `POST upload` answers, also why the photo was refused; to all but the key that sent it: 404."""
    name, digest = _upload_of(request, service, receipt)
    answer = upload_state(service, name, quarantine_of(service).waits(name), country, digest)
    response.status_code = 200 if answer.state == "searchable" else 202
    return answer.model_copy(update={"receipt": receipt})


def _upload_of(request: Request, service: PhotoService, receipt: str) -> tuple[str, str]:
    """Return the name and digest of the photo of a receipt; raise where it was not given to the key that asks."""
    key, *photo = (service.ids.read(receipt) or "").split(BETWEEN)
    if len(photo) != 2 or key != _key_of(request):
        raise absent()
    return photo[0], photo[1]


def _key_of(request: Request) -> str:
    """Return the number of the key that asks; nothing where none is asked for."""
    return "" if request.app.state.keys is None else str(request.state.key)


def note_in_audit(request: Request, policy: Policy, by: str | None, what: str = UPLOAD) -> Note:
    """Return what writes a photo, by name and digest, into the audit log with who sends it: whose key it is, if any."""
    signer = signer_of(request, (by or NOBODY) if request.app.state.keys is None else None)

    def note(name: str, digest: str) -> AbstractContextManager[None]:
        reason = f"said by {by or NOBODY}" if what == UPLOAD else "taken back by who sent it"
        decision = new_decision(name, digest, what, (), signer, reason)
        return audit_before_effect(decision, policy)

    return note


def _is_live(service: PhotoService, name: str) -> bool:
    with service.search().index.catalog.reading() as tables:
        return bool(photo_digests(tables, live_of_name(name)))


def quarantine_of(service: PhotoService) -> Quarantine:
    """Return where uploads of this server wait."""
    return Quarantine(service.settings.state_folder / "quarantine")


def upload_state(
    service: PhotoService, name: str, waits: bool, country: str | None, digest: str | None = None
) -> UploadAnswer:
    """Say what became of an upload; raise the problem of one that did not come into the index (see `refusal`)."""
    id_ = service.ids.write(name)
    if waits:
        return UploadAnswer(id=id_, state="waiting")
    with service.doorway(country) as here:
        is_copy = _is_withheld_as_copy(here, name)
        copies = [*map(service.ids.write, copies_to_name(here, name))]
    try:
        photo = questions.photo(service, id_, country)
        return UploadAnswer(id=id_, state="searchable", photo=photo, is_copy=bool(copies), copies=copies)
    except ProblemError as problem:
        if problem.status == 451:
            return UploadAnswer(id=id_, state="withheld", notice=problem.detail, is_copy=is_copy)
        raise (refusal(service, name, digest) if problem.status == 404 else problem) from problem


def _is_withheld_as_copy(here: Doorway, name: str) -> bool:
    """Return whether a photo that is withheld is so for another one."""
    decision = here.door.decision(name)
    if decision is None:
        return False
    # What a person decided holds for the content, under all its names.
    is_there_twice = len(live_names_of(here.tables, here.door.content(name))) > 1
    return decision.source.startswith((DUPLICATE, SHOWS)) or (decision.by_hand and is_there_twice)
