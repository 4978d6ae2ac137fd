"""For reviewers: withheld photos with evidence, decisions and their trail, permissions, the state of the index."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field, ValidationError

from withsense_tf.app import review
from withsense_tf.app.page.drawing_board import PageReader, go_back, page, url
from withsense_tf.app.photo_ids import MOST_SIGNS
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.review_list import Criteria, record_of, withheld_photos
from withsense_tf.app.routes import review_routes
from withsense_tf.app.routes.common import PhotoId, Service, needs, signer_of
from withsense_tf.app.routes.removal_routes import remove_alone
from withsense_tf.app.routes.review_routes import (
    Id,
    NewConsent,
    NewDecision,
    Number,
    Signature,
    State,
)
from withsense_tf.app.uploads.index_writing import is_upload
from withsense_tf.common.limits import NAME_SIGNS, QUERY_SIGNS
from withsense_tf.index.upkeep.kept_out import who_leaves
from withsense_tf.policy.consent_register import EVERYWHERE

router = APIRouter(prefix="/review", dependencies=[needs("review")], include_in_schema=False)
Tab = Literal["withheld", "decisions", "permissions", "index"]
ON_A_PAGE: Final = 20
ALONE: Final = -1  # stands for how many left, where an upload left alone
# What takes something back is signed.
SignatureForm = Annotated[Signature, Form()]


class ListFields(BaseModel):
    """Which of the lists is shown, what of the first one, and which photo something was just written down of."""

    tab: Tab = "withheld"
    after: str = Field(default="", max_length=NAME_SIGNS)
    name: str = Field(default="", max_length=NAME_SIGNS)
    rule: str = Field(default="", max_length=QUERY_SIGNS)
    word: str = Field(default="", max_length=QUERY_SIGNS)
    # What was just done, as `_to` seals it.
    last: str = Field(default="", max_length=MOST_SIGNS)


@router.get("")
def overview(request: Request, service: Service, fields: Annotated[ListFields, Query()]) -> Response:
    """Show one of four lists."""
    tab, criteria = fields.tab, Criteria(fields.name.strip(), fields.rule, fields.word.strip())
    values: dict[str, Any] = {"tab": tab, "problem": None, "items": [], "criteria": criteria}
    values["last_photo"], values["leaving"] = _just_done(service, fields.last)
    country = PageReader.of(request).country
    try:
        if tab == "withheld":
            values |= _withheld_page(service, country, fields.after, criteria)
        elif tab == "decisions":
            values["items"] = review_routes.decisions(service)[::-1]
            values["can_be_undone"] = review.can_be_undone(service, review.trail(service))
        elif tab == "permissions":
            values["items"] = review_routes.consents(service)
        else:
            values["index"] = review_routes.status(service)
    except ProblemError as problem:
        # A server without a register, say: the other lists are there all the same.
        values["problem"] = {"detail": problem.detail, "advice": problem.advice}
    return page(request, "review.html", active="review", **values)


def _withheld_page(
    service: PhotoService, country: str | None, after: str, criteria: Criteria
) -> dict[str, Any]:
    """Return one page of the withheld photos, and where the next one and this one are."""
    listing = withheld_photos(service, country, after, ON_A_PAGE + 1, criteria)
    items, terms = (
        review.with_states(service, listing.photos[:ON_A_PAGE]),
        {key: value for key, value in asdict(criteria).items() if value},
    )
    more = url("/review", **terms, after=items[-1]["name"]) if len(listing.photos) > ON_A_PAGE else None
    return {
        "items": items,
        "count": listing.count,
        "undescribed": listing.without_caption,
        "rules": listing.rules,
        "more": more,
        "here": url("/review", **terms, after=after),
        "is_first": not after,
        "start": url("/review", **terms),
    }


class DecisionForm(NewDecision):
    """A decision, and the page of the list that it was made on."""

    back: str = Field(default="", max_length=16_000)


@router.post("/decide")
def decide(request: Request, service: Service, decision: Annotated[DecisionForm, Form()]) -> Response:
    """Let a person's decision hold."""
    review_routes.decide(request, service, decision)
    return _to("decisions", decision.back, _seal(service, decision.id))


class RemovalForm(Signature):
    """A photo that is to leave, and the page of the list that one comes from."""

    id: Id
    sure: Literal["yes"]  # nobody takes a photo out by a slip
    back: str = Field(default="", max_length=16_000)
    alone: bool = False


@router.post("/remove")
def remove(request: Request, service: Service, form: Annotated[RemovalForm, Form()]) -> Response:
    """Take a photo out for good, with its copies and what shows it; or an upload alone."""
    signer = signer_of(request, form.by)
    if form.alone:
        remove_alone(service, form.id, signer, form.reason)
        return _to("withheld", form.back or "/review", _seal(service, form.id, ALONE))
    leaving = review.remove(service, form.id, signer, form.reason)
    return _to("decisions", form.back, _seal(service, form.id, len(leaving)))


@router.get("/leaving/{id}")
def leaving(request: Request, service: Service, id: PhotoId) -> Response:  # noqa: A002  # as the path has it
    """Name the photos that would leave with one."""
    with service.search().index.catalog.reading() as tables:
        name, path, _ = record_of(tables, service.ids.read(id))
        others = {other: part for other, part in who_leaves(tables, name).items() if other != name}
    return page(
        request, "leaving.html", active="review", others=others, may_stay=is_upload(service, name, path)
    )


@router.post("/undo/{number}")
def undo(request: Request, service: Service, number: Number, signature: SignatureForm) -> Response:
    """Take a decision back."""
    review_routes.undo(request, service, number, signature)
    return _to("decisions")


class PermissionForm(BaseModel):
    """A permission as it is typed, and the page of the list that it was given on."""

    id: Id
    given_by: str = ""
    countries: str = Field(default=EVERYWHERE, max_length=300)
    until: str = Field(default="", max_length=10)
    state: State = None
    back: str = Field(default="", max_length=16_000)


@router.post("/grant")
def grant(request: Request, service: Service, form: Annotated[PermissionForm, Form()]) -> Response:
    """Write a permission down."""
    try:
        consent = NewConsent(
            id=form.id,
            given_by=form.given_by,
            countries=form.countries.replace(",", " ").split(),
            until=date.fromisoformat(form.until) if form.until else None,
            state=form.state,
        )
    except ValueError as error:
        if isinstance(error, ValidationError) and any("given_by" in one["loc"] for one in error.errors()):
            raise ProblemError(
                422,
                "no_giver",
                "It must be said who gave the permission, in at most 500 signs that can be seen.",
            ) from error
        if isinstance(error, ValidationError) and (reason := _own_word(error)):
            raise ProblemError(400, "no_consent", reason) from error
        raise ProblemError(
            400, "no_consent", "Countries are two letters each, or *; the last day is like 2027-01-31."
        ) from error
    review_routes.grant(request, service, consent)
    return _to("permissions", form.back, _seal(service, form.id))


@router.post("/revoke/{number}")
def revoke(request: Request, service: Service, number: Number, signature: SignatureForm) -> Response:
    """End a permission."""
    review_routes.revoke(request, service, number, signature)
    return _to("permissions")


@router.post("/rollback")
def rollback(service: Service) -> Response:
    """Go back to the model before."""
    review_routes.rollback(service)
    return _to("index")


def _own_word(error: ValidationError) -> str:
    """Return what the package itself says of the first field that is wrong, or ""."""
    return str(error.errors()[0].get("ctx", {}).get("error", ""))


def _seal(service: PhotoService, id_: str, leaving: int | None = None) -> str:
    """Seal what was done with a photo under the key of its ids: nobody else makes the page say that it was done.

    No photo's name has the sign that stands between, so that no id of a photo says so either.
    """
    return service.ids.write(f"{service.ids.read(id_)}\0{'' if leaving is None else leaving}\0.")


def _just_done(service: PhotoService, news: str) -> tuple[str | None, int | None]:
    """Return the photo that something was done with, and where it was taken out for good, how many were."""
    name, between, rest = ((service.ids.read(news) if news else None) or "").partition("\0")
    leaving = rest.partition("\0")[0]
    return (name, int(leaving) if leaving else None) if between else (None, None)


def _to(tab: Tab, back: str = "", last: str = "") -> RedirectResponse:
    """Go to a list, or back to the page of it that one came from, which says what was done."""
    is_list = back == "/review" or back.startswith("/review?")
    if not is_list:
        return RedirectResponse(f"/review?tab={tab}", 303)
    return go_back(f"{back}{'&' if '?' in back else '?'}{urlencode({'last': last})}")
