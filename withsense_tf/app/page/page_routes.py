"""Where the page's own paths are: it is put together here, and asks the same service as the API."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from withsense_tf.app.settings import AppSettings


def page_router(settings: AppSettings) -> APIRouter:  # noqa: ARG001  # what the page will be told
    """Return the paths of the page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def home() -> RedirectResponse:
        return RedirectResponse("/api/v1/openapi.json")

    return router
