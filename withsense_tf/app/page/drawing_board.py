"""Templates -> HTML, with what every page knows: who reads it, in which language, by whose law."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

import jinja2
from fastapi import Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from withsense_tf.app.guards.body_limits import TABLE_PHOTOS
from withsense_tf.app.page.messages import language_of_text, said_of_answer, with_meant_words
from withsense_tf.app.page.query_chips import columns_of, filter_label
from withsense_tf.app.page.wording import LANGUAGES, Wording, language_of, wording_of
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.photo_texts import caption_text
from withsense_tf.app.routes.common import may_read, may_write
from withsense_tf.common.cell_texts import cell_text
from withsense_tf.evaluation.page.recommendation import of_hundred, photos_amid
from withsense_tf.policy.countries import CODES, CountryRule

THEMES: Final = ("light", "dark")
LANGUAGE, THEME, COUNTRY = "withsense_language", "withsense_theme", "withsense_country"
# Where one goes back to: in an address a sign may be nine, and a query of 1,000 comes with filters.
Back = Annotated[str, Form(max_length=16_000)]


@dataclass(frozen=True)
class PageReader:
    """Who reads a page: the language and colours that were chosen, or the browser asks for, and the country."""

    wording: Wording
    theme: str
    country: str | None
    is_part: bool
    path: str

    @classmethod
    def of(cls, request: Request) -> PageReader:
        """Return who sent a request."""
        cookies = request.cookies
        language = cookies.get(LANGUAGE, "")
        theme = cookies.get(THEME, "")
        settings = request.app.state.service.settings
        country = cookies.get(settings.cookie(COUNTRY), "")
        # What is no country's code was chosen nowhere here.
        may_choose = not settings.fixed_country and country in CODES
        query = f"?{request.url.query}" if request.url.query else ""
        return cls(
            wording_of(
                language if language in LANGUAGES else language_of(request.headers.get("accept-language", ""))
            ),
            theme if theme in THEMES else "",
            country if may_choose else settings.country,
            request.headers.get("hx-request") == "true",
            f"{request.url.path}{query}" if request.method == "GET" else "/",
        )


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Answer with a page, or where a part of one was asked for, with that."""
    reader = PageReader.of(request)
    service: PhotoService = request.app.state.service
    rule, countries = service.rule(reader.country), service.policy.current().countries
    # Who may not ask is told nothing of what is here, whatever went wrong; nor is the index opened for them.
    is_told = may_read(request) and not reader.is_part
    code = request.query_params.get("country", "")
    values = {
        "country_in_address": "" if code.upper() == reader.country else code[:20],
        "t": reader.wording,
        "reader": reader,
        "rule": rule,
        "rule_says": rule_says(service, rule, reader.wording),
        "countries": {code: countries.rule(code) for code in countries.names()},
        "fixed_country": service.settings.fixed_country,
        "photo_count": service.photo_count(reader.country) if is_told else None,
        # No language is promised that the model does not read.
        "asked_in": reader.wording.own_first(service.languages()) if is_told else (),
        "may_write": may_write(request),
        "has_keys": request.app.state.keys is not None,
        "signer": getattr(request.state, "key_owner", None),
        "base": "part.html" if reader.is_part else "base.html",
        "active": "",
        "table_photos": TABLE_PHOTOS,
        "question": None,
        "example": "",
        "q": "",
        **values,
    }
    html = board().get_template(template).render(values)
    return HTMLResponse(html, status, {"Vary": "HX-Request, Cookie, Accept-Language"})


def rule_says(service: PhotoService, rule: CountryRule, wording: Wording) -> str:
    """Say which photos a rule withholds; those that nobody described are most of them."""
    if rule.rule == "none":
        return wording("rule_none")
    hides_undescribed = service.policy.current().ownership.uncaptioned == "restrict"
    more = f" {wording('rule_undescribed')}" if hides_undescribed else ""
    return wording("rule_children", age=rule.age_limit) + more


@cache
def board() -> jinja2.Environment:
    """Return what draws the templates: whatever a caption says, it is text."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("withsense_tf.app.page"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        wide=wide,
        fact=cell_text,
        said=caption_text,
        of_hundred=of_hundred,
        photos_amid=photos_amid,
        part_of="~{}".format,
    )
    environment.globals.update(
        asset=asset,
        url=url,
        language_of_text=language_of_text,
        columns_of=columns_of,
        filter_label=filter_label,
        said_of_answer=said_of_answer,
        with_meant_words=with_meant_words,
    )
    return environment


def go_back(path: str) -> RedirectResponse:
    """Go to a page of this server, and to no other.

    >>> go_back("/search?q=a").headers["location"], go_back("//evil.example/").headers["location"]
    ('/search?q=a', '/')
    """
    is_own = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return RedirectResponse(path if is_own else "/", 303)


def wide(image: str, width: int) -> str:
    """Return where a picture is, so wide.

    >>> wide("/api/v1/photos/a/image?country=DE", 320), wide("/api/v1/photos/a/image", 320)
    ('/api/v1/photos/a/image?country=DE&width=320', '/api/v1/photos/a/image?width=320')
    """
    return f"{image}{'&' if '?' in image else '?'}width={width}"


def url(path: str, /, **parts: Any) -> str:
    """Return an address with a query; parts without a value are left out.

    >>> url("/search", q="a dog", like=None, where=["iso>=200", "camera=X"], minimum=0)
    '/search?q=a+dog&where=iso%3E%3D200&where=camera%3DX&minimum=0'
    """
    pairs = [
        (name, one)
        for name, value in parts.items()
        for one in (value if isinstance(value, list | tuple) else [value])
        if one is not None and one is not False and one != ""
    ]
    return f"{quote(path)}?{urlencode(pairs)}" if pairs else quote(path)


@cache
def asset(name: str) -> str:
    """Return the address of a file of the page, which changes with its content."""
    return f"/assets/{name}?v={hashlib.sha256(asset_bytes(name)).hexdigest()[:12]}"


@cache
def asset_bytes(name: str) -> bytes:
    """Return a file of the page: its own, or htmx, which comes with a package of its own."""
    if name == HTMX:
        return files("js_lib_htmx").joinpath("static", "htmx", "htmx.min.js").read_bytes()
    return files("withsense_tf.app.page").joinpath("static", name).read_bytes()


HTMX: Final = "htmx.min.js"
