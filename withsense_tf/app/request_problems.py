"""What went wrong, as problem+json (RFC 9457): what happened, and what to do; never where on this machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import JSONResponse

MEDIA_TYPE: Final = "application/problem+json"
# The page that says more of a kind of problem is the description of the API.
TYPES: Final = "/api/v1/problems#"
TITLES: Final = {
    400: "The request cannot be answered",
    401: "A key is needed",
    403: "The key may not do this",
    404: "Not found",
    405: "Not to be done so",
    408: "The request took too long",
    409: "It does not go with what is here now",
    411: "Say how long the request is",
    413: "The request is too large",
    415: "Not this kind of file",
    421: "This server is not called so",
    422: "The request is not as it should be",
    429: "Too many requests",
    431: "The request's head is too large",
    451: "Unavailable for legal reasons",
    500: "Something went wrong here",
    503: "Not now",
}
# An absolute path of this machine, in whatever sentence it stands; one with blanks is in quotation marks, and there a
# shell writes an apostrophe as '"'"'.
PATH: Final = re.compile(
    r"""(?<![\w/.])(?:(['"])/(?!api/v1\b)(?:'"'"'|(?!\1)[^\n])*\1|/(?!api/v1\b)[^\s,;:'"()<>?]+|[A-Za-z]:\\[^\s,;'"()]+)"""
)

# How countries and numbers are written in requests, and what is said where they are not.
COUNTRY: Final = "^[A-Za-z]{2}$"
COUNTRY_OR_ALL: Final = r"^([A-Za-z]{2}|\*)$"
NUMBER: Final = "^[0-9a-f]{1,32}$"
HINTS: Final = {
    COUNTRY: "expected are two letters such as DE, by ISO 3166-1",
    COUNTRY_OR_ALL: "expected are two letters such as DE, by ISO 3166-1, or * for all",
    NUMBER: "expected is a number as an answer gave it",
}


class ProblemError(Exception):
    """A request that is answered by a problem: its status, kind, what happened, what to do, headers, and what else."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        advice: str = "",
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail, self.advice = status, kind, detail, advice
        self.headers, self.more = dict(headers or {}), dict(more or {})


def problem_response(
    problem: ProblemError, request_id: str = "", more: Mapping[str, Any] | None = None
) -> JSONResponse:
    """Write a problem; its `instance` is the number of the request, by which it is found in the log."""
    body: dict[str, Any] = {
        "type": f"{TYPES}{problem.kind}",
        "title": TITLES.get(problem.status, "The request cannot be answered"),
        "status": problem.status,
        "detail": without_paths(problem.detail),
        "kind": problem.kind,
    }
    if problem.advice:
        body["advice"] = without_paths(problem.advice)
    if request_id:
        body["instance"] = f"urn:request:{request_id}"
    body |= problem.more
    body.update(more or {})
    return JSONResponse(body, problem.status, problem.headers, MEDIA_TYPE)


def wrong_parameter(error: Mapping[str, Any]) -> dict[str, str]:
    """Return which parameter of a request is wrong, "" for its whole body, and in words why.

    Of what came it says a country's two letters at most.
    """
    kind, place, more = error["type"], error["loc"], error.get("ctx", {})
    if kind == "json_invalid":
        return {
            "parameter": "",
            "reason": f"it is no JSON that can be read: {more['error']}, after {place[-1]} signs",
        }
    reason = str(error["msg"])
    if kind in ("model_attributes_type", "dict_type", "dataclass_type"):
        reason = "expected is a JSON object, sent as Content-Type: application/json"
    elif kind == "string_pattern_mismatch":
        reason = HINTS.get(more["pattern"], "it is not written as the description has it")
    elif kind == "value_error":
        reason = str(more["error"])
    return {"parameter": ".".join(map(str, place[1:])), "reason": reason}


def without_paths(text: str) -> str:
    """Return a sentence without the paths of this machine.

    >>> without_paths("/srv/photos/index is damaged, see withsense index verify")
    '… is damaged, see withsense index verify'
    >>> without_paths("withsense index verify --index '/srv/my photos/index'")
    'withsense index verify --index …'
    """
    return PATH.sub("…", text)
