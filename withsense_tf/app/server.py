"""The application: the API and the page over one service, behind the guards."""

from __future__ import annotations

import asyncio
import errno
import gc
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Final

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Scope

from withsense_tf.app.api_keys import KeyRing, KeysError
from withsense_tf.app.guards.body_limits import BodyLimits
from withsense_tf.app.guards.hosts import HostGuard
from withsense_tf.app.guards.lone_workers import end_with_parent
from withsense_tf.app.guards.rate_limits import RateLimits
from withsense_tf.app.guards.refusals import note_kind, request_id
from withsense_tf.app.guards.request_log import (
    LOGGER,
    PREFIX,
    RequestLog,
    unforeseen_problem,
    write_lines,
)
from withsense_tf.app.guards.security_headers import SecurityHeaders
from withsense_tf.app.metrics import Metrics
from withsense_tf.app.page.drawing_board import PageReader
from withsense_tf.app.page.example_searches import example_searches
from withsense_tf.app.page.page_routes import page_router, problem_page
from withsense_tf.app.page.wording import LANGUAGES
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.request_problems import TITLES, ProblemError, problem_response, wrong_parameter
from withsense_tf.app.routes import (
    health_routes,
    model_routes,
    photo_routes,
    removal_routes,
    review_routes,
    search_routes,
    write_routes,
)
from withsense_tf.app.routes.write_routes import quarantine_of
from withsense_tf.app.settings import AppSettings
from withsense_tf.app.uploads.index_writing import PHOTOS, judge_rest
from withsense_tf.common.machine import usable_cores
from withsense_tf.errors import (
    DataError,
    DiskError,
    OtherLawError,
    RightsError,
    SettingError,
    WithSenseError,
    on_disk,
)
from withsense_tf.index.brought import note_brought
from withsense_tf.index.integrity.table_errors import ReadOnlyIndexError
from withsense_tf.index.lift import LiftError
from withsense_tf.index.vectors.cores import limit_cores

# A photo that is withheld and one that is not there are answered after the same time, however long the look took.
REFUSAL_SECONDS: Final = 0.05
ALIKE: Final = frozenset({404, 451})
NO_RIGHTS: Final = (errno.EACCES, errno.EPERM, errno.EROFS)
OF_STRANGERS: Final = frozenset({403, 421})
DrawProblem = Callable[[Scope, ProblemError], Response | None]
RETRY: Final = {"Retry-After": "5"}


def create_app(
    settings: AppSettings, warm_up: Callable[[PhotoService], None] = PhotoService.warm_up
) -> ASGIApp:
    """Return the application, guards included; what `warm_up` loads is there before the first request."""
    settings.check_open_to_others()
    service = PhotoService(settings)
    metrics = Metrics(service.numbers)
    app = FastAPI(
        title="With Sense",
        version="1",
        summary="Photos that fit a text, inside the law.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.service, app.state.metrics, app.state.warm_up = service, metrics, warm_up
    app.state.keys = None if settings.keys is None else KeyRing(settings.keys)
    reading = (search_routes, photo_routes, model_routes)
    for routes in (*reading, write_routes, review_routes, removal_routes, health_routes):
        app.include_router(routes.router, prefix=PREFIX)
    app.include_router(page_router())
    add_handlers(app)
    return behind_guards(app, settings, metrics, partial(draw_problem, app))


def behind_guards(
    app: ASGIApp, settings: AppSettings, metrics: Metrics, draw: DrawProblem | None = None
) -> ASGIApp:
    """Put the guards before an application: the first one is the last that a request meets."""
    app = BodyLimits(app, settings)
    app = RateLimits(app, settings)
    app = HostGuard(app, settings)
    app = SecurityHeaders(app)
    return RequestLog(app, metrics, draw)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the index before the first request, and close it behind the last."""
    service: PhotoService = app.state.service
    # The other workers search on the other cores.
    limit_cores(max(1, usable_cores() // service.settings.workers))
    current_default_thread_limiter().total_tokens = service.settings.threads
    # What is read now stays, and need not be gone through whenever Python looks for what can go: neither while it is
    # read, which would take a fifth longer, nor later.
    gc.disable()
    try:
        await asyncio.to_thread(app.state.warm_up, service)
        gc.freeze()
    finally:
        gc.enable()
    # What a server that was stopped had taken in is judged now.
    service.later.submit(judge_leftovers, service)
    yield
    gc.unfreeze()
    service.close()


def judge_leftovers(service: PhotoService) -> None:
    """Judge photos that wait since another run; what cannot be judged now waits for the next upload."""
    quarantine = quarantine_of(service)
    quarantine.clear()
    try:
        # A restored index does not know where its uploads lie now, if their folder is none of its own.
        if (uploads := service.settings.state_folder / PHOTOS).is_dir():
            note_brought(service.search().index, uploads)
        judge_rest(service, quarantine)
    except WithSenseError as error:
        # Where an index may only be read, none comes in.
        if quarantine.count() or not isinstance(error, ReadOnlyIndexError):
            LOGGER.error("", extra={"cells": {"error": f"uploads wait: {error}"}})


def app_of_environment() -> ASGIApp:
    """Return the application of a worker, which reads its settings from the environment."""
    end_with_parent()
    settings = AppSettings.from_environment()
    write_lines(quiet=settings.quiet)
    return create_app(settings, warm_page)


def warm_page(service: PhotoService) -> None:
    """Load all that searches need, and what the first page offers, in each of its languages.

    Who opens it as soon as it is said to be served would wait for that: on a busy machine for a minute.
    """
    service.warm_up()
    for language in LANGUAGES:
        try:
            example_searches(service, None, language)
        except Exception as error:  # whatever an engine or a disk raises: it is drawn again when asked for
            what = f"the first page ({language}) is not ready yet: {type(error).__name__}: {error}"
            LOGGER.error("", extra={"cells": {"error": what}})


def add_handlers(app: FastAPI) -> None:
    """Let every error become a problem."""
    app.add_exception_handler(ProblemError, _answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(WithSenseError, _answer_own)
    app.add_exception_handler(OSError, _answer_disk)
    app.add_exception_handler(Exception, _answer_unforeseen)


async def _answer_problem(request: Request, error: Exception) -> Response:
    problem = error if isinstance(error, ProblemError) else ProblemError(500, "unexpected", "")
    return await respond(request, problem)


async def _answer_unforeseen(request: Request, _: Exception) -> Response:
    return await respond(request, unforeseen_problem())


async def respond(request: Request, problem: ProblemError, more: dict[str, Any] | None = None) -> Response:
    """Write a problem down and answer with it."""
    note_kind(request.scope, problem)
    if problem.status in ALIKE:
        rest = request.state.begin + REFUSAL_SECONDS - time.perf_counter()
        # Later ones too: to a whole number of these steps.
        await asyncio.sleep(rest % REFUSAL_SECONDS)
    if reads_pages(request):
        # A page names the rule that holds; where the law cannot be read, there is none.
        with suppress(WithSenseError):
            return problem_page(request, problem)
    return problem_response(problem, request_id(request.scope), more)


def draw_problem(app: FastAPI, scope: Scope, problem: ProblemError) -> Response | None:
    """Return a guard's problem as a page, for who reads pages.

    Who asks by a wrong name, or from another page, may be no reader: a page says what is here.
    """
    request = Request({**scope, "app": app})
    if problem.status in OF_STRANGERS or not reads_pages(request):
        return None
    with suppress(WithSenseError, OSError):
        return problem_page(request, problem)
    return None


def reads_pages(request: Request) -> bool:
    """Return whether a request is for the page, or, where there is nothing, comes from a browser."""
    accept = request.headers.get("accept", "")
    is_program = "json" in accept and "text/html" not in accept
    if request.url.path.startswith(f"{PREFIX}/") or is_program:
        return False
    return "route" in request.scope or "hx-request" in request.headers or "text/html" in accept


async def _answer_invalid(request: Request, error: Exception) -> Response:
    errors = error.errors() if isinstance(error, RequestValidationError) else []
    # Neither what came nor the library's own pages.
    parameters = [wrong_parameter(one) for one in errors]
    advice = "See the description at /api/v1/openapi.json."
    if reads_pages(request):
        # Who reads a page knows fields by their labels, and not as the code calls them.
        wording, advice = PageReader.of(request).wording, "Go back and say it otherwise."
        detail = " ".join(dict.fromkeys(wording.wrong(one, request.url.path) for one in errors))
    else:
        names = [f"{one['parameter'] or 'the body'} ({one['reason']})" for one in parameters]
        detail = f"Not as it should be: {', '.join(dict.fromkeys(names)) or 'the request'}."
    return await respond(request, ProblemError(422, "invalid", detail, advice), {"errors": parameters})


async def _answer_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = getattr(error, "headers", None)
    advice = "See /api/v1/openapi.json for what there is." if status in (404, 405) else ""
    detail = (
        "There is nothing at this path." if status == 404 else TITLES.get(status, "It did not work") + "."
    )
    return await respond(request, ProblemError(status, f"http_{status}", detail, advice, headers))


async def _answer_own(request: Request, error: Exception) -> Response:
    """Answer by what the package says of a setting; what is wrong with the index is the operator's to know."""
    if isinstance(error, SettingError) and not isinstance(error, DataError | LiftError):
        return await respond(request, ProblemError(400, "not_answered", str(error), "Ask otherwise."))
    LOGGER.error("", extra={"cells": {"request": request_id(request.scope), "error": str(error)}})
    if isinstance(error, OtherLawError):
        problem = ProblemError(
            503, "other_law",
            "The index was judged by other rules or decisions than this server has, so nothing is shown.",
            error.advice, RETRY,
        )  # fmt: skip
        return await respond(request, problem)
    return await respond(request, _problem_of_disk(error))


async def _answer_disk(request: Request, error: Exception) -> Response:
    """Answer where a file could not be used; what else the system says was not foreseen."""
    try:
        with on_disk("a file of the server"):
            raise error
    except DiskError as trouble:
        return await _answer_own(request, trouble)


def _problem_of_disk(error: Exception) -> ProblemError:
    """Say what keeps the server from answering; the log names the file."""
    cause, advice = error.__cause__, "Tell who runs this server: its log says more."
    if isinstance(error, ReadOnlyIndexError):
        return ProblemError(
            503, "index_read_only", "The index may only be read here: nothing was changed.", advice
        )
    if isinstance(error, RightsError | KeysError) or (
        isinstance(cause, OSError) and cause.errno in NO_RIGHTS
    ):
        return ProblemError(
            503, "no_rights", "The server may not use a file that it needs: nothing was done.", advice
        )
    if isinstance(error, DiskError):
        return ProblemError(
            503, "disk_full", "The server has no room to write: nothing was done.", advice, RETRY
        )
    return ProblemError(
        503, "index_not_ready", "The index cannot answer now: it is being changed, or needs who looks after it.",
        "Try again in a while; if it stays so, tell who runs this server: its log says more.", RETRY,
    )  # fmt: skip
