"""What an earlier version saved opens and answers as it did: a matcher, and an index of 26 drawn photos.

Both were written by the version before the package was laid out anew. The small network's weights, which come with the
package, were taken out of them to save space.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import withsense_tf as ws
from withsense_tf.encoders.photos.photo_scene import SCENE_WEIGHTS
from withsense_tf.encoders.weights.weight_files import fingerprint
from withsense_tf.errors import DataError, WithSenseWarning
from withsense_tf.index.upkeep.judge_anew import judge_anew

SAVED = Path(__file__).with_name("saved_before")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    folder = tmp_path / "saved"
    shutil.copytree(SAVED, folder)
    for place in ("matcher", "index/generations/1/matcher"):
        (folder / place / "files/0").mkdir(parents=True, exist_ok=True)
        shutil.copy(SCENE_WEIGHTS, folder / place / "files/0")
    # These numbers lost their last bit since: the file has another fingerprint, and what they tell moves by so little.
    state = folder / "matcher/state.json"
    text = state.read_text(encoding="utf-8")
    state.write_text(text.replace("7cfcda28d991", fingerprint(SCENE_WEIGHTS)), encoding="utf-8")
    return folder


def test_a_matcher_opens_and_predicts_as_it_did(saved: Path) -> None:
    matcher = ws.load_matcher(saved / "matcher")
    assert isinstance(matcher, ws.ClosedFormTowers)
    pairs = ws.relevance(ws.demo_dataset(0, 10, 1, folder=saved / "demo", captioned=0))
    before = json.loads((saved / "predictions.json").read_text(encoding="utf-8"))
    assert len(set(before)) > 3
    assert matcher.predict(pairs)[: len(before)] == pytest.approx(before, abs=3e-3)


def test_an_index_asks_to_be_judged_by_the_law_of_now_and_then_answers_as_it_did(saved: Path) -> None:
    with pytest.warns(WithSenseWarning, match="was of format 3"):
        index = ws.PhotoIndex(saved / "index")
    search = ws.Search(index)
    with pytest.raises(DataError, match="index judge"):
        search("a dog on grass")
    judge_anew(index, ws.Policy.default())
    for query, answer in json.loads((saved / "answers.json").read_text(encoding="utf-8")).items():
        found = search(query, k=3, minimum=0)
        assert found.notice == answer["notice"]
        assert [hit.photo for hit in found.hits] == [photo for photo, _ in answer["hits"]]
        assert [hit.score for hit in found.hits] == pytest.approx(
            [score for _, score in answer["hits"]], abs=1e-4
        )
