from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.experiments.studies.no_match import OWN, WITHOUT, answers_of, thing_numbers
from withsense_tf.matchers.chance import learn_chance
from withsense_tf.matchers.hybrid import Hybrid
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers

STRANGE = {"strange": ["a submarine near a wall", "a violin on a table"]}


def test_what_is_there_has_a_higher_chance_than_what_is_not(
    colours: Dataset, store: VectorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learn_chance, "FEWEST_PHOTOS", 10)
    photos = colours.captions["photo"].iloc[:1].tolist()
    queries = pd.DataFrame({"image": [*photos, "elsewhere.jpg"], "russian": "стена", "english": "a wall"})
    answers = answers_of(colours, lambda: Hybrid("scene_net", store=store), STRANGE, 2, 0, queries)
    assert set(answers) == {"pixels", "captions"}
    for sets in answers.values():
        assert len(sets[OWN]) == len(sets[WITHOUT]) == 5 * 40
        assert len(sets["strange"]) == 2 * 2
        assert len(sets["typed, russian"]) == len(sets["typed, english"]) == 1
        own, strange = (np.mean([answer.chance for answer in sets[name]]) for name in (OWN, "strange"))
        assert own > strange + 0.1


def test_things_score_higher_where_captions_name_them(colours: Dataset, store: VectorStore) -> None:
    shows, others = thing_numbers(
        colours, lambda: ClosedFormTowers("scene_net", store=store), 2, 0, ["striped", "plain"]
    )
    # Every photo has captions of one pattern; four words for it, of which each caption has one.
    assert len(shows) + len(others) == 2 * 40
    assert 0 < len(shows) < len(others)
    assert shows.mean() > others.mean()
