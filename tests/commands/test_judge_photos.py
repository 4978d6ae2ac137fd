"""A judge of photos is heard beside the law, and changes nothing of it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from run_command import runner

from withsense_tf.__main__ import app
from withsense_tf.errors import SettingError

pytestmark = pytest.mark.closed
JUDGE = """
from withsense_tf.policy.photo_judge import ChildJudge

class Few(ChildJudge):
    identity = "few v1"

    def __call__(self, paths):
        return [{"ant.jpg": 0.9, "cat.jpg": float("nan")}.get(path.name, 0.0) for path in paths]

class Early(Few):
    identity = "early v1"
    threshold, sure = 0.05, 0.5

    def __call__(self, paths):
        return [0.08] * len(paths)

class Late(Early):
    identity = "late v1"
    threshold, sure = 0.2, 0.5
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a judge in a module of the user's own."""
    (tmp_path / "few_judge.py").write_text(JUDGE)
    monkeypatch.syspath_prepend(tmp_path)
    return "few_judge:Few"


def invoke(*words: str) -> tuple[dict[str, dict[str, str]], str]:
    result = runner.invoke(app, ["policy", *words])
    if result.exception:
        raise result.exception
    rows = csv.DictReader(result.stdout.splitlines(), delimiter="\t")
    return {row["photo"]: row for row in rows}, result.stderr


def test_a_judge_is_heard_and_what_it_does_not_see_stays_restricted(folder: Path, module: str) -> None:
    for name in ("captions.csv", "train_dataset.csv"):
        path = folder / name
        path.write_text(path.read_text().replace("A bee, seen 2 times", "A toddler, seen 2 times"))
    before, _ = invoke("photos", str(folder))
    rows, summary = invoke("judge-photos", str(folder), "--judge", module)
    assert {photo for photo, row in rows.items() if row["law"] == "restricted"} == set(before) == {"bee.jpg"}
    assert rows["bee.jpg"]["judge"] == "no child seen"
    assert (rows["ant.jpg"]["child"], rows["ant.jpg"]["judge"], rows["ant.jpg"]["law"]) == (
        "0.90",
        "child likely",
        "allowed",
    )
    assert rows["cat.jpg"]["judge"] == "no answer"
    assert summary.startswith("2 of 8 photos are allowed, and the judge marks them or has no answer")
    assert invoke("photos", str(folder))[0] == before


@pytest.mark.parametrize(("judge", "sees"), [("Early", True), ("Late", False)])
def test_a_judge_is_heard_from_its_own_threshold_on_as_the_law_hears_it(
    tmp_path: Path, new_photo: Callable[[Path, int], None], module: str, judge: str, sees: bool
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    new_photo(photos / "ant.jpg", 0)
    name = module.replace("Few", judge)
    rows, _ = invoke("judge-photos", str(photos), "--judge", name)
    assert rows["ant.jpg"]["judge"] == ("child likely" if sees else "no child seen")
    assert ("ant.jpg" in invoke("photos", str(photos), "--photo-judge", name)[0]) == sees


def test_a_judge_is_heard_from_the_threshold_of_a_country_on(
    folder: Path, tmp_path: Path, module: str
) -> None:
    rules = tmp_path / "countries.toml"
    rules.write_text('[[rules]]\ncountry = "DE"\nrule = "children"\njudge_sure = 0.07\n')
    where = (str(folder), "--countries", str(rules), "--country", "DE")
    name = module.replace("Few", "Late")
    rows, _ = invoke("judge-photos", *where, "--judge", name)
    assert {row["judge"] for row in rows.values()} == {"child likely"}
    assert set(invoke("photos", *where, "--photo-judge", name)[0]) == set(rows)


def test_without_a_judge_the_command_says_what_to_do(folder: Path) -> None:
    with pytest.raises(SettingError, match=r"None is installed\. Name one by --judge, as my_module:MyJudge"):
        invoke("judge-photos", str(folder))
