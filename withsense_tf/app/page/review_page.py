"""For reviewers: withheld photos with evidence, decisions and their trail, permissions, the state of the index."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from withsense_tf.app import review
from withsense_tf.app.page.drawing_board import PageReader, page
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.routes import review_routes
from withsense_tf.app.routes.common import Service, needs
from withsense_tf.app.routes.review_routes import NewConsent, Number
from withsense_tf.common.limits import NAME_SIGNS
from withsense_tf.policy.consent_register import EVERYWHERE

router = APIRouter(prefix="/review", dependencies=[needs("review")], include_in_schema=False)
Tab = Literal["withheld", "decisions", "permissions", "index"]
ON_A_PAGE: Final = 20
Words = Annotated[str, Form(min_length=1, max_length=500)]
Id = Annotated[str, Form(min_length=1, max_length=10_000)]


@router.get("")
def overview(
    request: Request,
    service: Service,
    tab: Tab = "withheld",
    after: Annotated[str, Query(max_length=NAME_SIGNS)] = "",
) -> Response:
    """Show one of four lists."""
    values: dict[str, Any] = {"tab": tab, "problem": None, "items": []}
    country = PageReader.of(request).country
    try:
        if tab == "withheld":
            values["items"] = review.withheld_photos(service, country, after, ON_A_PAGE)
            values["more"] = values["items"][-1]["name"] if len(values["items"]) == ON_A_PAGE else None
        elif tab == "decisions":
            values["items"] = [asdict(one) for one in reversed(review.trail(service))]
        elif tab == "permissions":
            values["items"] = review_routes.consents(service)
        else:
            values["index"] = review_routes.status(service)
    except ProblemError as problem:
        # A server without a register, say: the other lists are there all the same.
        values["problem"] = {"detail": problem.detail, "advice": problem.advice}
    return page(request, "review.html", active="review", **values)


@router.post("/decide")
def decide(
    service: Service,
    id: Id,  # noqa: A002  # as the path has it
    decision: Annotated[Literal["restrict", "allow"], Form()],
    by: Words,
    reason: Words,
) -> Response:
    """Let a person's decision hold."""
    review.decide(service, id, decision, by.strip(), reason.strip())
    return _to("decisions")


@router.post("/undo/{number}")
def undo(service: Service, number: Number, by: Words, reason: Words) -> Response:
    """Take a decision back."""
    review.undo(service, number, by.strip(), reason.strip())
    return _to("decisions")


@router.post("/grant")
def grant(
    service: Service,
    id: Id,  # noqa: A002  # as the path has it
    given_by: Words,
    countries: Annotated[str, Form(max_length=300)] = EVERYWHERE,
    until: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Write a permission down."""
    try:
        consent = NewConsent(
            id=id,
            given_by=given_by,
            countries=countries.replace(",", " ").split() or [EVERYWHERE],
            until=date.fromisoformat(until) if until else None,
        )
    except (ValidationError, ValueError) as error:
        raise ProblemError(
            400, "no_consent", "Countries are two letters each, or *; the last day is like 2027-01-31."
        ) from error
    review_routes.grant(service, consent)
    return _to("permissions")


@router.post("/revoke/{number}")
def revoke(service: Service, number: Number, by: Words, reason: Words) -> Response:
    """End a permission."""
    review_routes.revoke(service, number, review_routes.Signature(by=by, reason=reason))
    return _to("permissions")


@router.post("/rollback")
def rollback(service: Service) -> Response:
    """Go back to the model before."""
    review_routes.rollback(service)
    return _to("index")


def _to(tab: Tab) -> RedirectResponse:
    return RedirectResponse(f"/review?tab={tab}", 303)
