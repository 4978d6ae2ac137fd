"""What matchers learn from photos that have captions and no judgements."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import MeanColour, save_photo

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.errors import SettingError
from withsense_tf.evaluation.compare import compare
from withsense_tf.index.item import items_of
from withsense_tf.matchers.own_captions import captioned_photos, fit_texts, training_examples
from withsense_tf.matchers.towers import closed_form
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers
from withsense_tf.targets.blend import relevance

BIRDS = ("auk.jpg", "emu.jpg", "jay.jpg", "owl.jpg")


@pytest.fixture
def corpus(folder: Path) -> Path:
    """Return a folder with four captioned photos; the jay is the very photo of the fox."""
    (folder / "corpus_images").mkdir()
    for bird in BIRDS:
        save_photo(folder / f"corpus_images/{bird}", seed=500 + sum(bird.encode()))
    shutil.copy(folder / "train_images/fox.jpg", folder / "corpus_images/jay.jpg")
    lines = [f"{bird}#{n}|A {bird[:3]}, seen {n} times, sits alone ." for bird in BIRDS for n in range(5)]
    (folder / "caption_corpus.csv").write_text(
        "\n".join(["query_id|query_text", *lines]) + "\n", encoding="utf-8"
    )
    return folder


@pytest.fixture
def data(corpus: Path) -> Dataset:
    return load_dataset(corpus)


def without_photo(data: Dataset, photo: str) -> Pairs:
    pairs = relevance(data)
    return pairs.take(np.flatnonzero(pairs.table["photo"] != photo))


def test_they_are_examples_beside_the_photos_of_the_pairs(data: Dataset) -> None:
    examples = training_examples(relevance(data), captioned=True)
    digest = data.content
    alone = {digest[bird] for bird in ("auk.jpg", "emu.jpg", "owl.jpg")}
    assert {
        content for content, captioned in zip(examples.content, examples.captioned, strict=True) if captioned
    } == alone
    at = examples.content.index(digest["emu.jpg"])
    assert {examples.texts[n] for n in np.flatnonzero(examples.owner == at)} == {
        f"A emu, seen {n} times, sits alone ." for n in range(5)
    }
    assert not training_examples(relevance(data)).captioned.any()


@pytest.mark.closed
def test_a_copy_of_a_judged_photo_trains_only_where_that_one_does(data: Dataset) -> None:
    assert "jay.jpg" in set(captioned_photos(relevance(data))["photo"])
    train = without_photo(data, "fox.jpg")
    assert "jay.jpg" not in set(captioned_photos(train)["photo"])
    examples = training_examples(train, captioned=True)
    assert data.content["fox.jpg"] not in examples.content
    assert not any("jay" in text for text in examples.texts)
    space = fit_texts(CaptionSpace(min_count=1), train)
    assert "jay" not in space.known_words
    assert "owl" in space.known_words


@pytest.mark.closed
def test_what_learned_from_a_captioned_photo_is_not_measured_on_it(data: Dataset) -> None:
    matcher = ClosedFormTowers(MeanColour()).fit(relevance(data))
    assert data.content["owl.jpg"] in matcher.fitted_content_
    table = relevance(data).table.head(2).assign(photo="owl.jpg")
    with pytest.raises(SettingError, match="trained on 1 of"):
        compare(matcher, Pairs(data, table))


def test_without_them_the_answers_are_those_of_a_folder_without_them(corpus: Path, data: Dataset) -> None:
    def cosines(data: Dataset, captioned: bool = True) -> np.ndarray:
        towers = ClosedFormTowers(MeanColour(), text="tfidf", captioned=captioned)
        return towers.fit(without_photo(data, "ant.jpg")).cosines(relevance(data))

    learned, alone = cosines(data), cosines(data, captioned=False)
    shutil.rmtree(corpus / "corpus_images")
    bare = cosines(load_dataset(corpus))
    np.testing.assert_allclose(alone, bare, atol=1e-9)
    assert not np.allclose(learned, bare)


def test_as_a_base_they_give_what_they_give_among_the_others(
    data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = without_photo(data, "ant.jpg")
    among = ClosedFormTowers(MeanColour(), text="tfidf").fit(pairs)
    monkeypatch.setattr(closed_form, "FEWEST_SHARED", 1)
    as_base = ClosedFormTowers(MeanColour(), text="tfidf").fit(pairs)
    # Features are standardised, and targets centred, on the base alone: near, not equal.
    assert np.corrcoef(as_base.cosines(relevance(data)), among.cosines(relevance(data)))[0, 1] > 0.9


def test_an_index_holds_the_photos_to_be_found_and_not_those_to_learn_from(data: Dataset) -> None:
    assert {item.name for item in items_of(data)} == set(data.photos["photo"]) - set(BIRDS)
