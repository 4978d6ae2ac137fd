from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from withsense_tf.data.dataset import Dataset
from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.experiments.studies import ablations
from withsense_tf.matchers.registry import Surroundings


def test_fewer_captions_are_those_that_training_sees_and_the_queries_stay(tiny: Dataset) -> None:
    whole = {photo: 5 for photo in tiny.content.index if not photo.startswith(("gnu", "hen"))}
    for variant, count in zip(ablations._captions(tiny, 0), (1, 1, 2, 2, 5, 5), strict=True):
        captions = variant.work[0].train.data.captions
        own = captions[captions["part"] == "train"]
        assert own["photo"].value_counts().to_dict() == dict.fromkeys(whole, count)
        assert (captions["part"] == "corpus").any() == ("corpus" in variant.name)
        assert len(variant.work[0].queries) == 5 * len(variant.work[0].gallery)


def test_the_crowd_is_trained_on_and_never_measured_on(tiny: Dataset) -> None:
    alone, *blended = ablations._crowd(tiny, 0)
    for variant in blended:
        for before, after in zip(alone.work, variant.work, strict=True):
            assert after.test.table.equals(before.test.table)
            assert set(after.train.content) == set(before.train.content)
            assert after.train.target.tolist() != before.train.target.tolist()


def test_balanced_pairs_are_for_training_alone(tiny: Dataset) -> None:
    judged, balanced = ablations._balance(tiny, 0)
    assert all(task.train.target.mean() > 0.4 for task in balanced.work)
    assert [len(task.test) for task in balanced.work] == [len(task.test) for task in judged.work]


def test_words_count_by_themselves_or_not_on_the_same_folds(
    tiny: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ablations.MORE_FOLDS, "words", 2)
    vectors, words = ablations._words(tiny, 0)
    assert [variant.models[0]["words"] for variant in (vectors, words)] == [False, True]
    assert vectors.work is words.work


def test_what_is_opened_is_trained_on_the_same_folds_with_one_view(colours: Dataset) -> None:
    around = Surroundings((KerasPhoto(views=12),), None, VectorStore(), 0)
    none, *opened = ablations._layers(colours, 0, around)
    for variant in (none, *opened):
        (model,) = variant.models
        assert model["photo"].identity == KerasPhoto().identity
        assert variant.work is none.work
    assert [variant.models[0]["opened"] for variant in opened] == ["block_16_expand", "block_14_add"]


@pytest.mark.slow
def test_the_command_prints_a_table_for_a_question(folder: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(ablations, "MODELS", ({"matcher": "closed_form", "photo": "scene_net"},))
    monkeypatch.setattr(ablations, "FOLDS", 2)
    app = typer.Typer()
    app.command()(ablations.main)
    result = CliRunner().invoke(
        app,
        ["--data", str(folder), "--output", str(tmp_path), "--question", "children", "--policy", "none"],
        catch_exceptions=False,
    )
    lines = [line for line in result.output.splitlines() if line.startswith("|")]
    assert lines[0].startswith("| children | matcher |")
    assert len(lines) == 2 + 4
