"""How guards answer in the place of what stands behind them."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from withsense_tf.app.request_problems import ProblemError, problem_response


async def send_problem(problem: ProblemError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request by a problem, and note its kind for the log."""
    await problem_response(note_kind(scope, problem), request_id(scope))(scope, receive, send)


def note_kind(scope: Scope, problem: ProblemError) -> ProblemError:
    """Note in the request's state why it was refused."""
    scope.setdefault("state", {})["kind"] = problem.kind
    return problem


def request_id(scope: Scope) -> str:
    """Return the number that a request was given."""
    return str(scope.get("state", {}).get("request_id", ""))
