from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from conftest import write_folder

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.split import split_by_photo
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.evaluation.compare import compare
from withsense_tf.matchers.cards.matcher_card import head_of, text_of
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.constant import Constant
from withsense_tf.matchers.saved import load_matcher, save_matcher
from withsense_tf.targets.blend import relevance


@pytest.fixture
def matcher(tiny: Dataset, mean_colour: PhotoEncoder) -> ConcatLinear:
    return ConcatLinear("ridge", photo=mean_colour).fit(split_by_photo(relevance(tiny), 0.5).train)


def test_a_saved_matcher_says_what_it_learned_from_by_what_it_sees_and_how_to_load_it(
    matcher: ConcatLinear, tiny: Dataset, tmp_path: Path
) -> None:
    folder = save_matcher(matcher, tmp_path / "mine", also={"MeanColour": "conftest"})
    card = (folder / "README.md").read_text(encoding="utf-8")
    _, head, text = card.split("---\n", 2)
    assert yaml.safe_load(head)["datasets"] == [tiny.name]
    assert "model-index" not in yaml.safe_load(head)
    for words in (
        "# concat ridge",
        f"judged pairs of {tiny.name}",
        "mean colour",
        "none took photos out",
        "## Limits",
    ):
        assert words in text
    assert "ws.load_matcher('mine')" in text
    assert "Not measured when it was saved" in text
    assert load_matcher(folder, also={"MeanColour": "conftest"}).name == "concat ridge"


def test_a_card_of_what_cannot_be_searched_by_says_so_and_shows_no_search(
    matcher: ConcatLinear, tiny: Dataset
) -> None:
    text = text_of(Constant().fit(relevance(tiny)), "mine")
    assert "has no search_form, so neither ws.Search nor index build" in text
    assert "ws.Search(matcher" not in text
    assert "ws.Search(matcher" in text_of(matcher, "mine")


def test_what_a_card_shows_for_loading_runs_as_it_stands(
    tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_folder(tmp_path / "pictures")
    card = save_matcher(Constant().fit(relevance(tiny)), "mine") / "README.md"
    code = card.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    names: dict[str, object] = {}
    exec(code + "numbers = matcher.predict(ws.caption_pairs(photos))\n", names)  # it is ours
    assert len(set(names["numbers"])) == 1


def test_a_row_of_a_comparison_gives_the_card_its_figures_with_intervals(
    matcher: ConcatLinear, tiny: Dataset
) -> None:
    (row,) = compare(matcher, split_by_photo(relevance(tiny), 0.5).test)
    text = text_of(matcher, "mine", {**row, "rmse_low": 0.1, "rmse_high": 0.4})
    assert f"{row['gallery']:.0f} photos ranked for each query." in text
    assert f"| RMSE | {row['rmse']:.3f} | 0.100 to 0.400 |" in text
    assert (
        f"Measured on photos of the data “{tiny.name}” that it had not seen: {row['pairs']} pairs of" in text
    )
    assert f"a photo and a text, {row['photos']} photos, " in text
    (entry,) = head_of(matcher, row)["model-index"]
    assert {one["type"] for one in entry["results"][0]["metrics"]} >= {"rmse", "mrr"}
    assert "skill" not in text.split("## Figures")[1].split("## Limits")[0]  # not a number: nobody knows it


def test_a_space_of_captions_is_told_in_full(matcher: ConcatLinear, monkeypatch: pytest.MonkeyPatch) -> None:
    about = matcher.describe() | {"text": CaptionSpace().identity}
    monkeypatch.setattr(type(matcher), "describe", lambda self: about)
    assert ", at most 2500 words that 2 captions or more have, seed=0)" in text_of(matcher, "mine")


def test_licences_of_the_weights_are_told(matcher: ConcatLinear, monkeypatch: pytest.MonkeyPatch) -> None:
    about = matcher.describe() | {"photo": "efficientnet_lite2(imagenet)", "weights": "random (seed 3)"}
    monkeypatch.setattr(type(matcher), "describe", lambda self: about)
    text = text_of(matcher, "mine")
    assert "`efficientnet_lite2`: Apache-2.0, learned from ImageNet" in text
    assert "random weights" in text
