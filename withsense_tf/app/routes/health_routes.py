"""For who runs the server: whether it lives, whether it can answer, and what it counts."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from withsense_tf.app.answers import HealthAnswer, ProblemKind, ProblemKindsAnswer
from withsense_tf.app.guards.file_rights import check_law_files
from withsense_tf.app.metrics import CONTENT_TYPE, Metrics
from withsense_tf.app.routes.common import Service, needs, problems
from withsense_tf.app.routes.problem_kinds import PROBLEM_KINDS
from withsense_tf.index.integrity.vector_checks import check_sample

router = APIRouter(tags=["operation"])


@router.get("/health", summary="Does the server live?", responses=problems())
async def health() -> HealthAnswer:
    """It takes requests; no index is asked."""
    return HealthAnswer(status="ok")


@router.get("/ready", summary="Can the server answer?", responses=problems())
def ready(request: Request, service: Service) -> HealthAnswer:
    """The index is open, judged by the law as it is now, a search can begin, and the files of law and keys can be used.

    Else 503.
    """
    check_law_files(service.settings.law)
    if request.app.state.keys is not None:
        request.app.state.keys.all_keys()
    with service.doorway(None) as here:
        generation = here.index.current(here.tables)
        _ = generation.form, generation.vectors  # files are opened once, and are then at hand
        check_sample(here.tables, generation)
    return HealthAnswer(status="ready")


@router.get("/problems", summary="What can go wrong?", responses=problems())
async def problem_kinds() -> ProblemKindsAnswer:
    """What each kind of problem means; the `type` of a problem leads here."""
    return ProblemKindsAnswer(
        problems=[
            ProblemKind(kind=kind, status=status, meaning=meaning)
            for kind, (status, meaning) in PROBLEM_KINDS.items()
        ]
    )


@router.get(
    "/metrics",
    summary="What does the server count?",
    response_class=Response,
    dependencies=[needs("metrics")],
    responses={
        **problems(),
        200: {
            "content": {"text/plain": {"schema": {"type": "string"}}},
            "description": "As Prometheus reads it.",
        },
    },
)
def metrics(request: Request) -> Response:
    """Requests, how long they took, refusals by kind, photos of the index, what waits; by all workers."""
    counts: Metrics = request.app.state.metrics
    return Response(counts.text(), media_type=CONTENT_TYPE)
