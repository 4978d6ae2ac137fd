"""For reviewers alone: withheld photos with their evidence, decisions, permissions, and the state of the index."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Path, Query, Request
from pydantic import AfterValidator, Field, StringConstraints

from withsense_tf.app import review
from withsense_tf.app.answers import PHOTO_ID, JsonAnswer
from withsense_tf.app.photo_ids import MOST_SIGNS
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.request_problems import COUNTRY_OR_ALL, NUMBER, ProblemError, without_paths
from withsense_tf.app.review_list import Criteria, withheld_photos
from withsense_tf.app.routes.common import CountryParameter, Service, needs, problems, signer_of
from withsense_tf.app.routes.write_routes import quarantine_of
from withsense_tf.app.uploads.index_writing import writing_alone
from withsense_tf.common.limits import NAME_SIGNS, QUERY_SIGNS
from withsense_tf.index.trail.decision_trail import Signer
from withsense_tf.index.trail.permissions import end_permission, give_permission
from withsense_tf.index.trail.signed_words import MOST_SIGNS as MOST_WORDS
from withsense_tf.index.trail.signed_words import without_control_signs
from withsense_tf.index.upkeep.status import index_status
from withsense_tf.index.upkeep.switch_model import roll_back
from withsense_tf.policy.consent_register import EVERYWHERE, Consent, ConsentRegister, country_of_consent

router = APIRouter(prefix="/review", tags=["review"], dependencies=[needs("review")])


Words = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MOST_WORDS, strip_whitespace=True),
    AfterValidator(without_control_signs),
]
By = Annotated[
    Words | None,
    Field(
        description="Who says so; where the server asks for keys, it is whose key it is.", examples=["Ann"]
    ),
]
Reason = Annotated[Words, Field(description="Why.", examples=["It shows an adult."])]
Id = Annotated[str, Field(min_length=1, max_length=MOST_SIGNS, examples=[PHOTO_ID])]
State = Annotated[
    str | None,
    Field(
        max_length=100,
        description="As the list of withheld photos has it: if another person has decided since, or the photo or what "
        "is said of it has changed, it is 409.",
    ),
]
Number = Annotated[str, Path(pattern=NUMBER, examples=["5f0c9a1e2b3d"])]


class NewDecision(JsonAnswer):
    """What a person decides of a photo."""

    id: Id
    decision: Literal["restrict", "allow"]
    by: By = None
    reason: Reason
    state: State = None


class Signature(JsonAnswer):
    """Who does something, and why."""

    by: By = None
    reason: Reason


class NewConsent(JsonAnswer):
    """A permission for a photo."""

    id: Id
    given_by: Annotated[Words, Field(description="Who gave it.", examples=["Her mother"])]
    scopes: list[Literal["show", "search", "train"]] = Field(default=["show", "search"], min_length=1)
    countries: list[
        Annotated[str, StringConstraints(pattern=COUNTRY_OR_ALL), AfterValidator(country_of_consent)]
    ] = Field(
        default=[EVERYWHERE],
        min_length=1,
        max_length=300,
        description="As two letters each (ISO 3166-1). Without it, or with *, it holds in all countries.",
    )
    since: Annotated[date | None, Field(description="The first day; without it, today.")] = None
    until: Annotated[date | None, Field(description="The last day; without it, there is no end.")] = None
    state: State = None


@router.get("/withheld", summary="Which photos are withheld, and why?", responses=problems(400))
def withheld(
    service: Service,
    after: Annotated[str, Query(max_length=NAME_SIGNS, description="The name of the last one so far.")] = "",
    k: Annotated[int, Query(ge=1, le=100)] = 20,
    name: Annotated[str, Query(max_length=NAME_SIGNS, description="A part of the file's name.")] = "",
    rule: Annotated[str, Query(max_length=QUERY_SIGNS, description="A rule, as the evidence names it.")] = "",
    word: Annotated[str, Query(max_length=QUERY_SIGNS, description="A part of what is said of it.")] = "",
    country: CountryParameter = None,
) -> list[dict[str, Any]]:
    """Whose caption, which words, which rule, which duplicate; no picture."""
    return review.with_states(
        service, withheld_photos(service, country, after, k, Criteria(name, rule, word)).photos
    )


@router.post(
    "/decisions", summary="Decide on a photo", status_code=201, responses=problems(400, 404, 408, 409, 413)
)
def decide(request: Request, service: Service, decision: Annotated[NewDecision, Body()]) -> dict[str, Any]:
    """From now on it is shown, or withheld, whatever its texts say."""
    signer = signer_of(request, decision.by)
    words = (decision.decision, signer, decision.reason, decision.state)
    return asdict(review.decide(service, decision.id, *words))


@router.get("/decisions", summary="What was decided here?", responses=problems())
def decisions(service: Service) -> list[dict[str, Any]]:
    """All decisions, the oldest first, with who made them and why.

    One that is `without_effect` is the last on its photo, and the table of overrides has nothing of it.
    """
    trail = review.trail(service)
    vain_numbers = review.without_effect(service, trail)
    return [asdict(one) | {"without_effect": one.id in vain_numbers} for one in trail]


@router.post(
    "/decisions/{number}/undo",
    summary="Take a decision back",
    status_code=201,
    responses=problems(400, 404, 408, 409, 413),
)
def undo(
    request: Request, service: Service, number: Number, signature: Annotated[Signature, Body()]
) -> dict[str, Any]:
    """What had held before holds again."""
    return asdict(review.undo(service, number, signer_of(request, signature.by), signature.reason))


@router.get("/consents", summary="Who permitted what?", responses=problems(409))
def consents(service: Service) -> list[dict[str, Any]]:
    """All permissions ever given, revoked ones too."""
    return [_cells(service, one) for one in _register(service).consents()]


@router.post(
    "/consents", summary="Give a permission", status_code=201, responses=problems(400, 404, 408, 409, 413)
)
def grant(request: Request, service: Service, consent: Annotated[NewConsent, Body()]) -> dict[str, Any]:
    """It holds for the photo's content, in these countries, for these purposes, from the next request on.

    `holds` of the answer says where and when: without `countries` in all of them, and without `until` for good. One
    that is given again while it holds is the same one.
    """
    register, given_by = _register(service), consent.given_by.strip()
    signer, text = Signer(given_by), given_by
    if request.app.state.keys is not None:
        signer = signer_of(request, None)
        text = f"{given_by} (written down by {_signature_text(signer)})"
    terms = (consent.scopes, consent.countries, consent.since, consent.until)
    with writing_alone(service):
        photo = review.content_to_show(service, consent.id, consent.state)
        return _cells(service, give_permission(register, service.policy, photo, text, terms, signer))


@router.post(
    "/consents/{number}/revoke",
    summary="End a permission",
    status_code=201,
    responses=problems(400, 404, 408, 409, 413),
)
def revoke(
    request: Request, service: Service, number: Number, signature: Annotated[Signature, Body()]
) -> dict[str, Any]:
    """It is gone at the next request."""
    signer = signer_of(request, signature.by)
    register = _register(service)
    consent = next((one for one in register.consents() if one.id == number), None)
    if consent is None:
        raise ProblemError(404, "no_such_consent", "There is no permission with this number.")
    if consent.revoked_on is not None:
        raise ProblemError(409, "revoked_before", consent.end(), "It holds no more: there is nothing to do.")
    by = _signature_text(signer)
    end_permission(register, service.policy, number, by, signature.reason, signer)
    return next(_cells(service, one) for one in register.consents() if one.id == number)


@router.get("/status", summary="What is in the index?", responses=problems())
def status(service: Service) -> dict[str, Any]:
    """Photos, models, what is in quarantine and why, what waits to be judged."""
    numbers = index_status(service.search().index).as_dict()
    numbers.pop("folder")
    quarantine = [
        {key: without_paths(value) for key, value in one.items() if key != "path"}
        for one in numbers["quarantine"]
    ]
    models = [{key: value for key, value in model.items() if key != "card"} for model in numbers["models"]]
    return numbers | {"models": models, "quarantine": quarantine, "waiting": quarantine_of(service).count()}


@router.post(
    "/rollback", summary="Go back to the model before", status_code=201, responses=problems(400, 409)
)
def rollback(service: Service) -> dict[str, Any]:
    """The model before is in use again, with the photos that came since."""
    with writing_alone(service):
        return {"model": roll_back(service.search().index)}


def _signature_text(signer: Signer) -> str:
    """Return who decides, as the register of permissions has it."""
    return signer.name if signer.key is None else f"{signer.name}, key {signer.key}"


def _register(service: PhotoService) -> ConsentRegister:
    register = service.policy.consents
    if register is None:
        raise ProblemError(
            409,
            "no_consents",
            "This server keeps no register of permissions.",
            "Ask who runs it to start it with --consents FILE.",
        )
    return register


def _cells(service: PhotoService, one: Consent) -> dict[str, Any]:
    return asdict(one) | {"photo_id": service.ids.write(one.photo), "holds": one.where_and_when()}
