"""What matchers learn from photos that have captions and no judgements."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from conftest import MeanColour, save_photo
from PIL import Image
from tiny_photo import TinyPhoto

from withsense_tf.common.fingerprints import content_of
from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.errors import DataWarning, SettingError
from withsense_tf.evaluation.answering import answer_task
from withsense_tf.evaluation.compare import compare
from withsense_tf.evaluation.protocol import tasks
from withsense_tf.evaluation.result_rows import rows_of
from withsense_tf.index.item import items_of
from withsense_tf.matchers import hybrid
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.chance.query_grids import query_grids
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.constant import Constant
from withsense_tf.matchers.hybrid import Hybrid
from withsense_tf.matchers.own_captions import Examples, captioned_photos, fit_texts, training_examples
from withsense_tf.matchers.saved_search_forms import PARTS
from withsense_tf.matchers.towers import closed_form, pretrained, two_tower
from withsense_tf.matchers.towers.base import Towers
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers
from withsense_tf.matchers.towers.contrast_training import Lesson
from withsense_tf.matchers.towers.pretrained import Pretrained
from withsense_tf.matchers.towers.two_tower import TwoTower
from withsense_tf.matchers.training import TowerTraining
from withsense_tf.search.search import Search
from withsense_tf.targets.blend import relevance
from withsense_tf.targets.caption_pairs import caption_pairs

BIRDS = ("auk.jpg", "emu.jpg", "jay.jpg", "owl.jpg")


class Seen(NamedTuple):
    """A fitted matcher, and what it took as examples."""

    matcher: Matcher
    examples: Examples


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


@pytest.fixture(params=["closed form", "landmarks", "hybrid", "two towers", "opened", "pretrained"])
def make(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Matcher]:
    """Return what makes each matcher that learns from captioned photos."""
    short = TowerTraining(epochs=2, validation=0.2)
    if request.param == "landmarks":
        monkeypatch.setattr(closed_form, "MOST_EXACT", 4)
        monkeypatch.setattr(closed_form, "LANDMARKS", 6)
    if request.param == "pretrained":
        return partial(Pretrained, request.getfixturevalue("clip"), head="linear")
    return {
        "closed form": partial(ClosedFormTowers, MeanColour()),
        "landmarks": partial(ClosedFormTowers, MeanColour()),
        "hybrid": partial(Hybrid, MeanColour()),
        "two towers": partial(TwoTower, MeanColour(), dim=4, training=short),
        "opened": partial(TwoTower, TinyPhoto(), dim=4, opened="late", training=short),
    }[request.param]


def everything_seen(make: Callable[..., Matcher], train: Pairs, monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Train a matcher; return its fitted state and all photos and captions that it took as examples."""
    seen: list[Examples] = []

    def examples_noting(*arguments: Any, **settings: Any) -> Examples:
        seen.append(training_examples(*arguments, **settings))
        return seen[-1]

    for module in (closed_form, two_tower, pretrained):
        monkeypatch.setattr(module, "training_examples", examples_noting)
    matcher = make().fit(train)
    (examples,) = seen
    return Seen(matcher, examples)


@pytest.mark.closed
@pytest.mark.slow
def test_no_caption_and_no_copy_of_a_photo_that_is_measured_on_trains(
    make: Callable[..., Matcher], corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The emu is a copy of a judged photo that looks the same, the auk of a test photo.
    for bird, photo in (("emu", "train_images/bee"), ("auk", "test_images/gnu")):
        with Image.open(corpus / f"{photo}.jpg") as image:
            image.save(corpus / f"corpus_images/{bird}.jpg", quality=60)
    with pytest.warns(DataWarning, match="auk.jpg: it looks like gnu.jpg"):
        data = load_dataset(corpus)
    assert data.groups["emu.jpg"] == data.groups["bee.jpg"]
    pairs = relevance(data)
    train = pairs.take(np.flatnonzero(~pairs.table["photo"].isin(["fox.jpg", "bee.jpg"])))
    seen = everything_seen(make, train, monkeypatch)
    measured = {data.content[name] for name in ("fox.jpg", "bee.jpg", "gnu.jpg", "emu.jpg", "jay.jpg")}
    measured.add(content_of(corpus / "corpus_images/auk.jpg").hex())
    assert not measured & set(seen.examples.content)
    assert not measured & set(seen.matcher.fitted_content_)
    assert data.content["owl.jpg"] in seen.matcher.fitted_content_
    assert "A owl, seen 1 times, sits alone ." in seen.examples.texts
    learned = "\n".join(seen.examples.texts)
    assert not any(name in learned for name in ("fox", "bee", "gnu", "emu", "auk", "jay"))
    space = getattr(seen.matcher, "text_", None)
    if isinstance(space, CaptionSpace):
        assert not {"fox", "bee", "gnu", "emu", "auk", "jay"} & set(space.known_words)


@pytest.mark.closed
@pytest.mark.slow
def test_a_copy_of_a_held_out_photo_is_held_out_of_training_too(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lessons: list[Lesson] = []
    learn = two_tower.train_towers

    def train_noting(towers: Any, objective: Any, features: Any, lesson: Lesson, *rest: Any) -> Any:
        lessons.append(lesson)
        return learn(towers, objective, features, lesson, *rest)

    monkeypatch.setattr(two_tower, "train_towers", train_noting)
    pairs = relevance(load_dataset(corpus))
    content, groups = pairs.data.content, pairs.data.groups
    training = TowerTraining(epochs=1, validation=0.2)
    for seed in range(3):
        matcher = TwoTower(MeanColour(), dim=4, training=training, seed=seed).fit(pairs)
        held, lesson = matcher.held_content_, lessons[-1]
        trained = np.array(lesson.examples.content)[~lesson.held_out]
        assert not set(groups[content.isin(held)]) & set(groups[content.isin(trained)])
        # Held out are judged photos, so that scores are calibrated on judgements.
        assert set(held) & set(pairs.content)
        assert len(lesson.judged_pairs[0])


def test_a_number_takes_so_many_by_the_seed_and_fewer_are_among_more(data: Dataset) -> None:
    pairs = relevance(data)
    one, two = (set(captioned_photos(pairs, count)["photo"]) for count in (1, 2))
    assert (len(one), len(two)) == (1, 2)
    assert one < two
    assert len({frozenset(captioned_photos(pairs, 2, seed)["photo"]) for seed in range(9)}) > 1
    assert set(captioned_photos(pairs, 99)["photo"]) == {"auk.jpg", "emu.jpg", "owl.jpg"}
    assert len(captioned_photos(pairs, False)) == len(captioned_photos(pairs, 0)) == 0


def test_what_is_asked_for_again_is_what_it_was(data: Dataset) -> None:
    pairs = relevance(data)
    everything = captioned_photos(pairs)
    photos = everything["photo"].tolist()
    everything["photo"] = "changed"
    assert captioned_photos(pairs)["photo"].tolist() == photos
    assert len(captioned_photos(pairs, 1)) == 1  # which is not True


def test_folds_share_the_captioned_photos_that_are_drawn(data: Dataset) -> None:
    drawn = {
        frozenset(captioned_photos(without_photo(data, name), 2)["photo"]) for name in ("ant.jpg", "bee.jpg")
    }
    assert len(drawn) == 1


@pytest.mark.parametrize("captioned", [-1, 0.5, "all", None])
def test_what_is_no_number_of_photos_is_refused(data: Dataset, captioned: object) -> None:
    with pytest.raises(SettingError, match="captioned must be"):
        captioned_photos(relevance(data), captioned)


@pytest.mark.parametrize("make", [ClosedFormTowers, TwoTower])
@pytest.mark.parametrize(("captioned", "count"), [(2, 2), (False, 0), (True, 3)])
@pytest.mark.slow
def test_a_matcher_takes_so_many_and_its_row_says_how_many(
    captioned: bool | int, count: int, make: type[Matcher], data: Dataset
) -> None:
    (task,) = tasks(relevance(data), "test", 2, 0)
    outcome = answer_task("a", "test", make(MeanColour(), text="tfidf", captioned=captioned), task)
    # The jay is a judged photo under another name, and no further one.
    assert rows_of([outcome])[0]["captioned_photos"] == count


def test_what_learns_from_judgements_alone_says_that_it_takes_none(data: Dataset) -> None:
    (task,) = tasks(relevance(data), "test", 2, 0)
    for matcher in (ConcatLinear("ridge", MeanColour()), Constant()):
        assert rows_of([answer_task("a", "test", matcher, task)])[0]["captioned_photos"] == 0


def test_a_network_without_a_head_learns_from_no_captioned_photo(data: Dataset, clip: Path) -> None:
    matcher = Pretrained(clip).fit(relevance(data))
    assert set(matcher.fitted_content_) == set(relevance(data).content)


@pytest.mark.closed
@pytest.mark.slow
def test_what_learned_from_a_captioned_photo_is_not_measured_on_it(
    data: Dataset, make: Callable[..., Matcher]
) -> None:
    matcher = make().fit(relevance(data))
    assert data.content["owl.jpg"] in matcher.fitted_content_
    table = relevance(data).table.head(2).assign(photo="owl.jpg")
    with pytest.raises(SettingError, match="trained on 1 of"):
        compare(matcher, Pairs(data, table))


@pytest.mark.parametrize(
    "make",
    [
        partial(ClosedFormTowers, MeanColour()),
        partial(TwoTower, MeanColour(), dim=4, training=TowerTraining(epochs=2)),
    ],
)
@pytest.mark.slow
def test_without_them_the_answers_are_those_of_a_folder_without_them(
    make: Callable[..., Towers], corpus: Path, data: Dataset
) -> None:
    def cosines(data: Dataset, captioned: bool = True) -> np.ndarray:
        towers = make(text="tfidf", captioned=captioned)
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


def test_with_enough_of_them_numbers_are_told_by_the_text_too(
    data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs, every = without_photo(data, "ant.jpg"), relevance(data)
    assert ClosedFormTowers(MeanColour(), text="tfidf").fit(pairs).query_numbers_ is None
    for name in ("FEWEST_SHARED", "FEWEST_PHOTOS", "FEWEST_PAIRS"):
        monkeypatch.setattr(closed_form, name, 1)
    towers = ClosedFormTowers(MeanColour(), text="tfidf").fit(pairs)
    assert towers.query_numbers_ is not None
    # Texts are held against where captioned photos lie, and none of those that were judged.
    birds = training_examples(pairs, captioned=True)
    birds = birds.only(birds.captioned)
    points = towers.photo_points(birds.content, [Path(path) for path in birds.paths])
    np.testing.assert_allclose(towers.query_numbers_.photos_, points, atol=1e-4)
    numbers, cosines = towers.predict(every), towers.cosines(every)
    assert not np.allclose(numbers, towers.calibration_.apply(cosines))
    gallery = Gallery(data, tuple(dict.fromkeys(every.table["photo"])))
    queries = Queries.of(every.texts[:3])
    figures = towers.grid_figures(towers.grids(gallery, queries)[0], queries.texts)
    grid = towers.numbers_by(figures).reshape(3, -1)
    place = gallery.names.index(str(every.table["photo"].iloc[0]))
    assert grid[0, place] == pytest.approx(numbers[0], abs=1e-5)


def test_a_hybrids_numbers_are_told_by_the_text_too_and_a_search_shows_the_same(
    data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FEWEST_SHARED", "FEWEST_PHOTOS", "FEWEST_PAIRS"):
        monkeypatch.setattr(closed_form, name, 1)
    monkeypatch.setattr(hybrid, "FEWEST_PAIRS", 1)
    monkeypatch.setitem(PARTS, "MeanColour", "conftest")
    matcher = Hybrid(MeanColour()).fit(relevance(data))
    assert matcher.network_ is not None
    every = relevance(data)
    numbers = matcher.predict(every)
    gallery = Gallery(data, tuple(sorted(set(data.photos["photo"]) - set(BIRDS))))
    queries = Queries.of(["A red fox in the snow.", "An emu sits alone."], typed=True)
    expected = query_grids(matcher, gallery, queries).by_both
    assert expected is not None
    with Search(matcher, data, country="AQ") as search:
        for row, text in enumerate(queries.texts):
            hits = search(text, k=20, minimum=0.0, literal=True).hits
            assert len(hits) == len(gallery)
            for hit in hits:
                assert hit.score == pytest.approx(expected[0][row, gallery.names.index(hit.photo)], abs=1e-5)
    matcher.network_ = None
    assert not np.allclose(matcher.predict(every), numbers)
    # Captions of others do not tell what fits by half.
    matcher.weigh(caption_pairs(data))
    assert matcher.network_ is None


def test_an_index_holds_the_photos_to_be_found_and_not_those_to_learn_from(data: Dataset) -> None:
    assert {item.name for item in items_of(data)} == set(data.photos["photo"]) - set(BIRDS)


def test_captioned_photos_teach_and_all_judged_ones_are_measured_but_no_copy_teaches(corpus: Path) -> None:
    shutil.copy(next((corpus / "test_images").iterdir()), corpus / "corpus_images/owl.jpg")
    with pytest.warns(DataWarning, match="owl.jpg: a test photo has the same content"):
        pairs = relevance(load_dataset(corpus))
    (task,) = tasks(pairs, "captioned", 3, 0)
    # The jay is the very photo of a judged one, the owl that of a test photo.
    assert set(task.train.table["photo"]) == {"auk.jpg", "emu.jpg"}
    assert task.test is not None
    assert list(task.test.content) == list(pairs.content)
    gallery = task.gallery
    assert gallery is not None
    assert set(gallery.names) == set(pairs.table["photo"])
    assert not set(task.train.content) & task.test_content
    assert set(task.train.target) == {0.0, 1.0}
