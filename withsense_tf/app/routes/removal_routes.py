"""For who may decide on photos: one is taken out of the index for good, with its copies and what shows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from withsense_tf.app import review
from withsense_tf.app.answers import PHOTO_ID, JsonAnswer
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.routes.common import PhotoId, Service, needs, problems, signer_of
from withsense_tf.app.routes.review_routes import Words
from withsense_tf.app.routes.write_routes import quarantine_of
from withsense_tf.app.uploads.index_writing import take_back
from withsense_tf.index.trail.decision_trail import TAKEN_BACK, DecisionTrail, Signer, new_decision
from withsense_tf.index.trail.signed_words import signed_words

router = APIRouter(prefix="/photos", tags=["review"], dependencies=[needs("review")])


class RemovalAnswer(JsonAnswer):
    """A photo that is out of the index for good."""

    id: str = Field(examples=[PHOTO_ID])
    photos: int = Field(
        description="How many left now, it, its copies and what shows it; 0 where all had left before.",
        examples=[1],
    )
    showing: list[str] = Field(
        description="The names of those that are no copies of it, and left as they show it.",
        examples=[["collage.jpg"]],
    )


@router.delete(
    "/{id}", summary="Take a photo out of the index for good", responses=problems(400, 404, 408, 409)
)
def remove(
    request: Request,
    service: Service,
    id: PhotoId,  # noqa: A002  # as the path has it
    reason: Annotated[Words, Query(description="Why; it stands in the trail and in the audit log.")],
    by: Annotated[
        Words | None,
        Query(description="Who says so; where the server asks for keys, it is whose key it is."),
    ] = None,
    alone: Annotated[
        bool, Query(description="Of an upload: it alone leaves, its copies stay, and it may come again.")
    ] = False,
) -> RemovalAnswer:
    """It and its copies are found no more, withheld ones too, and stay out, whoever brings them.

    So do photos that show it or a copy of it, as collages do.

    The files of uploads are erased, and the small pictures that were made of them; a file in a folder is its owner's.
    It may be asked again: the answer is the same. `index readmit` lets photos in again.
    """
    if alone:
        count = remove_alone(service, id, signer_of(request, by), reason)
        return RemovalAnswer(id=id, photos=count, showing=[])
    leaving = review.remove(service, id, signer_of(request, by), reason)
    return RemovalAnswer(id=id, photos=len(leaving), showing=[name for name, part in leaving.items() if part])


def remove_alone(service: PhotoService, id_: str, signer: Signer, reason: str) -> int:
    """Take an upload alone out, and return how many left; the trail and the audit log say who did it and why."""
    who, why = signed_words("The name of who decides", signer.name), signed_words("The reason", reason)
    name, trail = service.ids.read(id_) or "", DecisionTrail(service.settings.state_folder)

    @contextmanager
    def note(name: str, digest: str) -> Iterator[None]:
        decision = new_decision(name, digest, TAKEN_BACK, (), replace(signer, name=who), why)
        with trail.before_effect() as before:
            before(decision, service.policy)
            yield

    try:
        take_back(service, quarantine_of(service), name, note)
    except ProblemError as problem:
        if problem.status == 404 and (name, TAKEN_BACK) in ((d.photo, d.decision) for d in trail.decisions()):
            return 0
        raise
    return 1
