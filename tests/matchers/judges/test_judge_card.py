from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from withsense_tf.matchers.judges.judge_card import card_head, card_text, make_card
from withsense_tf.matchers.judges.judge_examples import JudgeExamples


def card(licence: str | None = None) -> dict[str, object]:
    rng = np.random.default_rng(0)
    share = np.repeat([0, 0.2, 1], [60, 10, 40])
    chances = np.clip(share * 0.4 + rng.uniform(0, 0.6, 110), 0.01, 0.99)
    chances[-1] = np.nan  # did not teach
    contents = tuple(map(str, range(110)))
    examples = JudgeExamples(contents, tuple(map(Path, contents)), share)
    return make_card(examples, chances, ["an encoder"], "holidays", licence)


def test_a_card_counts_clear_photos_that_taught_and_asks_for_the_recall_and_the_precision() -> None:
    about = card()
    learned = about["learned_from"]
    assert (learned["photos"], learned["with_child"], learned["without_child"]) == (109, 39, 60)
    assert about["at_threshold"]["recall"] >= 0.95
    assert about["at_sure"]["precision"] >= 0.9
    assert about["threshold"] <= about["sure"] < 1
    assert 0.5 < about["auc"] < 1


@pytest.mark.parametrize(("licence", "said"), [("CC BY 4.0", "CC BY 4.0"), (None, "not told")])
def test_the_text_says_what_it_learned_from_and_under_which_licence(licence: str | None, said: str) -> None:
    text = card_text(card(licence))
    assert f"as told by who trained it: {said}." in text
    assert "`holidays`" in text
    assert "an encoder" in text


def test_the_head_has_the_figures_and_the_licence_for_programs() -> None:
    head = card_head(card("CC BY 4.0"))
    assert (head["license_name"], head["datasets"]) == ("CC BY 4.0", ["holidays"])
    (entry,) = head["model-index"]
    assert [one["type"] for one in entry["results"][0]["metrics"]] == ["auc", "recall", "precision"]
