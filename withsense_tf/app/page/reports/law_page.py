"""How the law is kept: the rule where one reads, how a photo passes it, how well that works, and a text to try."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from withsense_tf import __version__
from withsense_tf.app import questions
from withsense_tf.app.page.drawing_board import PageReader, page
from withsense_tf.app.page.reports.law_figures import (
    STRANGERS_PRECISION,
    STRANGERS_RECALL,
    last_report,
    numbers_of_hundred,
    package_version,
)
from withsense_tf.app.routes.common import Service, needs
from withsense_tf.common.limits import QUERY_SIGNS
from withsense_tf.common.words import is_foreign

router = APIRouter(dependencies=[needs("read")], include_in_schema=False)


@router.get("/law")
def law(
    request: Request, service: Service, text: Annotated[str, Query(max_length=QUERY_SIGNS)] = ""
) -> Response:
    """Show the rule, and what it says of a text."""
    reader = PageReader.of(request)
    policy, rule = service.policy.current(), service.rule(reader.country)
    verdict = policy.texts(rule.age_limit).verdict(text) if text.strip() else None
    answer = questions.law(service, reader.country)
    return page(
        request,
        "law.html",
        active="law",
        answer=answer,
        text=text,
        verdict=verdict,
        hardly_read=verdict and not verdict.restricted and is_foreign(text),
        own_tables=", ".join(file.path.name for file in policy.languages),
        report=last_report(service.settings.policy_report_file),
        strangers_figures={
            name: f" {reader.wording('or')} ".join(map(str, numbers_of_hundred(share)))
            for name, share in (("recall", STRANGERS_RECALL), ("precision", STRANGERS_PRECISION))
        },
        release=__version__,
        package_version=package_version(policy),
    )
