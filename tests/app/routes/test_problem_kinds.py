"""Every kind of problem that the server can answer with has a meaning, which stands in the description, too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from starlette.testclient import TestClient

from withsense_tf.app.routes.problem_kinds import PROBLEM_KINDS

ROOT = Path(__file__).parents[3]
PHOTO_FILE = ROOT / "withsense_tf/data/pictures/photo_file.py"
# Asked of a photo that was read before, of which an upload knows nothing.
NOT_OF_UPLOADS = {"photo_changed"}


def calls(path: Path, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
            yield node


def test_each_kind_that_the_code_names_is_there_with_its_status() -> None:
    named = set()
    for path in (ROOT / "withsense_tf/app").rglob("*.py"):
        for call in calls(path, "ProblemError"):
            status, kind = call.args[:2]
            if isinstance(kind, ast.Constant):
                named.add((kind.value, ast.literal_eval(status)))
    assert len(named) > 30
    # Kinds of damage to photos are told by a name.
    assert named <= {(kind, status) for kind, (status, _) in PROBLEM_KINDS.items()}
    damages = {ast.literal_eval(call.args[0]) for call in calls(PHOTO_FILE, "PhotoError")}
    assert damages - NOT_OF_UPLOADS <= set(PROBLEM_KINDS)
    rest = set(PROBLEM_KINDS) - {kind for kind, _ in named}
    assert rest <= damages


def test_the_type_of_a_problem_leads_to_its_meaning(client: TestClient) -> None:
    problem = client.get("/api/v1/photos/nothing").json()
    address, kind = problem["type"].split("#")
    answer = client.get(address)
    assert answer.status_code == 200
    meanings = {one["kind"]: one for one in answer.json()["problems"]}
    assert meanings[kind]["status"] == problem["status"] == 404


def test_the_description_has_the_same_kinds() -> None:
    page = (ROOT / "docs/reference/http_api.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d{3}) \| `(\w+)` \| (.+) \|$", page, re.MULTILINE)
    assert {kind: (int(status), meaning) for status, kind, meaning in rows} == PROBLEM_KINDS
