"""What all routes share: the service of a request, who asks, and how problems are described."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final

from fastapi import Depends, Path, Query, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from pydantic import AfterValidator, BaseModel, Field

from withsense_tf.app.answers import NOTICE, PHOTO_ID
from withsense_tf.app.api_keys import KeyRing
from withsense_tf.app.photo_ids import MOST_SIGNS
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.request_problems import COUNTRY, MEDIA_TYPE, TITLES, ProblemError
from withsense_tf.index.trail.decision_trail import Signer
from withsense_tf.policy.countries import known_country

BEARER: Final = HTTPBearer(auto_error=False, description="A key that `keys create` gave.")
HEADER: Final = APIKeyHeader(
    name="X-API-Key", auto_error=False, description="The same key, in a header of its own."
)
# What the page keeps a key in: no script can read it, and no other page can send it.
COOKIE: Final = "withsense_key"

CountryParameter = Annotated[
    str | None,
    Query(
        pattern=COUNTRY,
        description="Where the answer is read, as two letters (ISO 3166-1); without it the server's own default, and "
        "without that the strictest rule.",
        examples=["DE"],
    ),
    AfterValidator(known_country),
]
PhotoId = Annotated[
    str,
    Path(min_length=1, max_length=MOST_SIGNS, description="As an answer gave it.", examples=[PHOTO_ID]),
]


class ProblemBody(BaseModel):
    """What went wrong, by RFC 9457; `advice` says what to do, and `instance` is the request's number in the log."""

    type: str = Field(examples=["/api/v1/problems#no_such_photo"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no photo with this id."])
    kind: str = Field(examples=["no_such_photo"])
    advice: str | None = Field(default=None, examples=["Take the id from an answer of this server."])
    instance: str | None = Field(default=None, examples=["urn:request:5f0c9a1e2b3d4c5f"])
    authority: str | None = Field(
        default=None, description="With 451: who demands it.", examples=["A ministry"]
    )
    ground: str | None = Field(
        default=None, description="With 451: the law it rests on.", examples=["Act 16"]
    )


DETAILS: Final = {
    400: "The index cannot answer what was asked, such as for a filter by a column that no photo has.",
    401: "This server asks for a key, and none came, or one that is not known any more.",
    403: "The key lacks the scope, the server answers by one country's law alone, or another page asked.",
    404: "No photo has this id, or its file is gone.",
    405: "This path takes other methods.",
    408: "The request did not come in time.",
    409: "It was changed meanwhile, is done already, or the photo was taken out for good.",
    413: "The request, or the photo, is too large.",
    415: "The file is no photo of a kind that is taken.",
    421: "The request is for a server of another name.",
    422: "A parameter is missing or not as it should be.",
    429: "This client asks too often; `Retry-After` says how long to wait.",
    451: "The law forbids the answer; `detail` is the notice, `authority` and `ground` say by whom and why where the "
    "rule does, and `Link: rel=blocked-by` leads to the rule.",
    503: "The index is being changed or judged anew, or too many requests wait; `Retry-After` says for how long.",
}
ALWAYS: Final = (401, 403, 405, 421, 422, 429, 503)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems that an operation may answer with, each with an example."""
    return {
        status: {
            "model": ProblemBody,
            "description": DETAILS[status],
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/ProblemBody"},
                    "example": {
                        "type": f"/api/v1/problems#{'withheld_by_law' if status == 451 else 'kind'}",
                        "title": TITLES[status],
                        "status": status,
                        "detail": NOTICE if status == 451 else DETAILS[status],
                        "kind": "withheld_by_law" if status == 451 else "kind",
                    },
                }
            },
        }
        for status in sorted({*ALWAYS, *statuses})
    }


# Not on a thread of its own: it only reads an attribute.
async def service_of(request: Request) -> PhotoService:
    """Return the service that this application answers from."""
    service: PhotoService = request.app.state.service
    return service


Service = Annotated[PhotoService, Depends(service_of)]


def needs(scope: str) -> Any:
    """Return what an operation depends on that asks for a key with a scope."""
    return Security(_key_with(scope), scopes=[scope])


def _key_with(scope: str) -> Callable[..., Coroutine[Any, Any, None]]:
    async def check(
        request: Request,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
        header: Annotated[str | None, Depends(HEADER)],
    ) -> None:
        cookie = request.app.state.service.settings.cookie(COOKIE)
        text = (bearer.credentials if bearer else None) or header or request.cookies.get(cookie)
        check_key(request, text, scope)

    return check


def signer_of(request: Request, name: str | None) -> Signer:
    """Return who decides: whose key it is, or where no keys are asked for, who says a name.

    A decision that is signed with another's name than the key's is refused: the trail must tell who it was.
    """
    own_name = (name or "").strip()
    if request.app.state.keys is None:
        if not own_name:
            raise ProblemError(400, "no_name", "Nobody is named who decides.", "Say who you are, as `by`.")
        return Signer(own_name)
    owner = str(request.state.key_owner)
    if own_name.casefold() not in ("", owner.casefold()):
        raise ProblemError(
            400,
            "other_name",
            f"This key is {owner}'s, and the decision names somebody else.",
            "Leave the name out.",
        )
    return Signer(owner, str(request.state.key))


def check_key(request: Request, text: str | None, scope: str) -> None:
    """Raise where a request has no key that may do this; nobody needs one where the server asks for none."""
    keys: KeyRing | None = request.app.state.keys
    if keys is None:
        return
    key = None if text is None else keys.key_of(text)
    if key is None and text:
        # Known before, never, or to another server: who has it is told no more.
        raise ProblemError(
            401, "no_key", "This key is not known.", "Ask who runs the server for one.",
            {"WWW-Authenticate": "Bearer"},
        )  # fmt: skip
    if key is None:
        raise ProblemError(
            401, "no_key", "This server asks for a key, and none came.",
            "Send it as Authorization: Bearer KEY, or as X-API-Key: KEY.", {"WWW-Authenticate": "Bearer"},
        )  # fmt: skip
    request.state.key, request.state.key_owner = key.id, key.owner
    for one in ("read", "write", "review"):
        setattr(request.state, f"may_{one}", key.may(one))
    if not key.may(scope):
        raise ProblemError(
            403, "no_scope", f"This key is for {' and '.join(key.scopes)}, and this needs the scope {scope}.",
            f"Ask who runs the server for a key with the scope {scope}.",
        )  # fmt: skip


def may_read(request: Request) -> bool:
    """Return whether who asks may know what is here: a key was checked that may read, or none is asked for."""
    return request.app.state.keys is None or bool(getattr(request.state, "may_read", False))


def may_review(request: Request) -> bool:
    """Return whether who asks may decide on photos: a key was checked that may, or none is asked for."""
    return request.app.state.keys is None or bool(getattr(request.state, "may_review", False))


def may_write(request: Request) -> bool:
    """Return whether who asks may bring photos: a key was checked that may, or none is asked for."""
    return request.app.state.keys is None or bool(getattr(request.state, "may_write", False))
