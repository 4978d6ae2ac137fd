"""Where the page's own paths are: it is put together here, and asks the same service as the API."""

from __future__ import annotations

import mimetypes
from contextlib import suppress
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from withsense_tf.app.guards.refusals import request_id
from withsense_tf.app.page import (
    add_page,
    file_question,
    models_page,
    photo_page,
    review_page,
    search_page,
    table_page,
)
from withsense_tf.app.page.drawing_board import (
    COUNTRY,
    HTMX,
    LANGUAGE,
    THEME,
    THEMES,
    Back,
    PageReader,
    asset_bytes,
    go_back,
    page,
)
from withsense_tf.app.page.own_verdict import restricting_verdict
from withsense_tf.app.page.reports import figures_page, law_page, runs_page
from withsense_tf.app.page.wording import LANGUAGES
from withsense_tf.app.request_problems import ProblemError, without_paths
from withsense_tf.app.routes.common import COOKIE, Service, check_key
from withsense_tf.app.settings import DEFAULT_PORT
from withsense_tf.common.limits import QUERY_SIGNS
from withsense_tf.errors import WithSenseError
from withsense_tf.index.other_law import DECIDE_NOTHING, options_of_index
from withsense_tf.policy.countries import known_country
from withsense_tf.printed_commands import command_line, index_command

PARTS: Final = (
    search_page, file_question, photo_page, table_page, models_page, figures_page, runs_page, law_page, add_page,
    review_page
)  # fmt: skip
# Where a text is what is asked, and no photo.
SEARCHES: Final = ("/search", "/models")
# By which scheme a proxy was asked; who lies about it only keeps a cookie of their own from plain HTTP.
PROXY_SCHEME: Final = "x-forwarded-proto"
# What a proxy adds: who asks sits elsewhere.
PROXY_HEADERS: Final = frozenset({"forwarded", "via", "x-forwarded-for", PROXY_SCHEME, "x-real-ip"})
YEAR_SECONDS: Final = 365 * 24 * 3600
# Nothing else of the package is sent.
ASSETS: Final = frozenset(
    {
        HTMX,
        "base.css",
        "grid.css",
        "views.css",
        "icon.svg",
        "search.js",
        "grid.js",
        "keys.js",
        "dialog.js",
        "table.js",
        "drop.js",
    }
)


def page_router() -> APIRouter:
    """Return the paths of the page."""
    router = APIRouter(include_in_schema=False)
    for part in PARTS:
        router.include_router(part.router)
    router.add_api_route("/assets/{name}", asset_file, methods=["GET"])
    router.add_api_route("/choose", choose, methods=["POST"])
    router.add_api_route("/key", take_key, methods=["POST"])
    router.add_api_route("/key/forget", forget_key, methods=["POST"])
    return router


async def asset_file(name: str) -> Response:
    """Answer with a file of the page; its address changes with its content, so it is kept."""
    if name not in ASSETS:
        raise ProblemError(404, "no_such_file", "There is no such file.")
    kind = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0]
    return Response(
        asset_bytes(name),
        media_type=kind,
        headers={"Cache-Control": f"public, max-age={YEAR_SECONDS}, immutable"},
    )


async def choose(
    request: Request,
    service: Service,
    next: Back = "/",  # noqa: A002  # as the form's field is called
    language: Annotated[str | None, Form()] = None,
    theme: Annotated[str | None, Form()] = None,
    country: Annotated[str | None, Form(max_length=2)] = None,
) -> Response:
    """Keep what a reader chose, and go back."""
    response = go_back(next)
    # A field that was sent empty is a choice, too; as a parameter it may look like one that was not sent.
    fields = await request.form()
    if language in LANGUAGES:
        _keep(request, response, LANGUAGE, language)
    if "theme" in fields and (not theme or theme in THEMES):
        _keep(request, response, THEME, theme or "")
    if "country" in fields:
        _keep(request, response, service.settings.cookie(COUNTRY), known_country(country) if country else "")
    return response


async def take_key(
    request: Request,
    service: Service,
    key: Annotated[str, Form(max_length=200)],
    next: Back = "/",  # noqa: A002  # as the form's field is called
) -> Response:
    """Keep a key in a cookie that no script can read, if it opens anything."""
    text = key.strip()
    try:
        check_key(request, text, "read")
    except ProblemError as problem:
        if problem.status == 401:
            return page(request, "key.html", 401, next=next, problem="key_unknown")
    response = go_back(next)
    _keep(request, response, service.settings.cookie(COOKIE), text)
    return response


async def forget_key(service: Service) -> Response:
    """Forget the key."""
    response = go_back("/")
    response.delete_cookie(service.settings.cookie(COOKIE), httponly=True, samesite="strict")
    return response


def _keep(request: Request, response: Response, name: str, value: str) -> None:
    if not value:
        response.delete_cookie(name, httponly=True, samesite="strict")
        return
    response.set_cookie(
        name,
        value,
        max_age=YEAR_SECONDS,
        httponly=True,
        samesite="strict",
        secure="https" in (request.url.scheme, request.headers.get(PROXY_SCHEME)),
    )


def own_text(request: Request) -> str:
    """Return what who asks typed to search by, or said of a photo of their own."""
    if request.url.path in SEARCHES:
        return request.query_params.get("q", "")[:QUERY_SIGNS]
    return str(getattr(request.state, "refused_text", ""))


def commands_for_law(request: Request) -> list[str]:
    """Return the commands that serve the index by the files that it was judged by, if these are still there.

    They say where files lie, so they are for who sits before this machine alone; nobody else gets a word of it.
    """
    service = request.app.state.service
    settings = service.settings
    if not settings.for_one_person or not PROXY_HEADERS.isdisjoint(request.headers.keys()):
        return []
    with suppress(WithSenseError), service.search().index.catalog.reading() as tables:
        options, is_same = options_of_index(tables)
        if options:
            here = settings.law.options()
            law = options | {name: here[name] for name in DECIDE_NOTHING if name in here}
            port = {} if settings.port == DEFAULT_PORT else {"--port": settings.port}
            # They or this program may say otherwise than then.
            judging = [] if is_same else [index_command(settings.index, "judge", options=options)]
            return [*judging, command_line("serve", options={**port, "--index": settings.index, **law})]
    return []


def problem_page(request: Request, problem: ProblemError) -> Response:
    """Show what went wrong as a page, with the same status: the notice where the law stands, else what to do."""
    if problem.status == 401:
        return page(
            request,
            "key.html",
            401,
            next=PageReader.of(request).path,
            problem=None,
        )
    text = own_text(request)
    template = "withheld.html" if problem.status == 451 else "problem.html"
    answer = page(
        request,
        template,
        problem.status,
        problem={"status": problem.status, "kind": problem.kind, "detail": without_paths(problem.detail),
                 "advice": without_paths(problem.advice)},
        # By it who runs the server finds in the log what went wrong.
        request_number=request_id(request.scope) if problem.status >= 500 else "",
        q=request.query_params.get("q", ""),
        own_photo=request.url.path == "/by-photo",
        described=request.url.path.endswith("/captions"),
        says=getattr(request.state, "says", ""),
        why=getattr(request.state, "why", "nothing"),
        own_text=text,
        commands=commands_for_law(request) if problem.kind == "other_law" else [],
        verdict=restricting_verdict(request, text) if problem.status == 451 else None,
    )  # fmt: skip
    answer.headers.update(problem.headers)
    return answer
