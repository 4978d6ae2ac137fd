"""How guards answer in the place of what stands behind them."""

from __future__ import annotations

from typing import Final

from starlette.types import Receive, Scope, Send

from withsense_tf.app.request_problems import ProblemError, problem_response

# In a request's state: what draws a problem as a page, or answers None.
DRAW: Final = "draw_problem"


async def send_problem(problem: ProblemError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request by a problem, for who reads pages by a page, and note its kind for the log."""
    note_kind(scope, problem)
    draw = scope["state"].get(DRAW)
    page = draw(scope, problem) if draw else None
    await (page or problem_response(problem, request_id(scope)))(scope, receive, send)


def note_kind(scope: Scope, problem: ProblemError) -> ProblemError:
    """Note in the request's state why it was refused."""
    scope.setdefault("state", {})["kind"] = problem.kind
    return problem


def request_id(scope: Scope) -> str:
    """Return the number that a request was given."""
    return str(scope.get("state", {}).get("request_id", ""))
