from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from withsense_tf.data import flickr8k
from withsense_tf.data.dataset import Dataset
from withsense_tf.evaluation.outcome import Outcome
from withsense_tf.evaluation.page import references
from withsense_tf.evaluation.page.references import (
    chance_of_five,
    human_lines,
    lines_of,
    of_others,
    of_this_data,
)
from withsense_tf.targets.agreement import human_line


def test_chance_and_people_are_measured_on_the_data_at_hand(tiny: Dataset, run: list[Outcome]) -> None:
    lines = of_this_data(run, tiny)
    assert lines[0].value == "16.7 / 83.3 / 100.0"
    assert "6 photos" in lines[0].figure
    # All own captions have 4 4 4, all others 1 1 2: two people are off by 1/3, 1/6 and 1/6 for two thirds of the pairs.
    rmse = next(line for line in lines if line.figure.startswith("RMSE"))
    assert float(rmse.value) == pytest.approx(np.sqrt(2 / 3 * (1 / 9 + 2 / 36) / 3), abs=5e-4)


@pytest.fixture
def published(tiny: Dataset, run: list[Outcome], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the photos of the tiny set be those whose figures are published, with as many queries and pairs."""
    names = frozenset(flickr8k.name_hash(photo) for photo in tiny.photos["photo"])
    monkeypatch.setattr(flickr8k, "_test_names", lambda: names)
    towers = run[1]
    assert towers.rankings is not None
    assert towers.answers is not None
    monkeypatch.setattr(references, "GALLERY", int(towers.rankings.per_query.size[0]))
    monkeypatch.setattr(references, "QUERIES", len(towers.rankings.text))
    monkeypatch.setattr(references, "PAIRS", int((~towers.answers.own).sum()))


def published_measures(outcomes: list[Outcome], data: Dataset) -> list[str]:
    return [line.measure for line in lines_of(outcomes, data) if line.published]


def test_published_figures_stand_beside_the_photos_that_they_are_of(
    tiny: Dataset, run: list[Outcome], request: pytest.FixtureRequest
) -> None:
    assert of_others(tiny) == ()
    assert published_measures(run, tiny) == []
    request.getfixturevalue("published")
    assert "CLIPScore" in {line.what for line in of_others(tiny)}
    assert published_measures(run, tiny) == ["r@5", "tau_c", "tau_c"]


@pytest.mark.usefixtures("published")
def test_a_published_line_needs_the_gallery_the_queries_and_the_pairs_of_its_protocol(
    tiny: Dataset, run: list[Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in ("GALLERY", "QUERIES"):
        with monkeypatch.context() as other:
            other.setattr(references, number, 7)
            assert published_measures(run, tiny) == ["tau_c", "tau_c"]
    rankings = run[1].rankings
    assert rankings is not None
    typed = replace(rankings, caption=np.full(len(rankings.caption), ""))
    assert published_measures([replace(run[1], rankings=typed)], tiny) == ["tau_c", "tau_c"]
    monkeypatch.setattr(references, "PAIRS", 7)
    assert published_measures(run, tiny) == ["r@5"]


def test_the_line_of_people_is_that_of_the_pairs_that_were_answered(
    tiny: Dataset, run: list[Outcome]
) -> None:
    answers = run[1].answers
    assert answers is not None
    whole = human_lines(run, tiny)
    assert [line.measure for line in whole] == ["rmse", "tau_c"]
    own = replace(answers, **{name: value[answers.own] for name, value in vars(answers).items()})
    assert human_lines([replace(run[1], answers=own)], tiny) == []
    assert human_lines([replace(run[1], answers=None)], tiny) == []
    experts = np.where(np.arange(len(answers))[:, None] % 2, answers.experts, np.nan)
    half = human_lines([replace(run[1], answers=replace(answers, experts=experts))], tiny)
    odd = experts[1::2]
    assert half[0].value == pytest.approx(human_line(odd, answers.own[1::2]).rmse)


def test_there_is_no_chance_where_nothing_was_ranked(run: list[Outcome]) -> None:
    assert chance_of_five(run) == pytest.approx(5 / 6)
    assert chance_of_five([replace(outcome, rankings=None) for outcome in run]) is None
