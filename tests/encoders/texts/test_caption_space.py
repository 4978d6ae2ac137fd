from __future__ import annotations

import itertools
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.linalg import eigh
from sklearn.feature_extraction.text import TfidfVectorizer

from withsense_tf.common.words import lemmas
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.texts import caption_space
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.encoders.texts.text_spacy import SpacyVectors
from withsense_tf.errors import DataError, NotFittedError, SettingError

COLOURS = (
    "red crimson scarlet ruby",
    "green emerald olive jade",
    "blue navy azure cobalt",
    "grey ashen slate",
)
THINGS = ["wall", "cloth", "board", "sheet", "paper", "door"]


def captions(photos: int, seed: int) -> tuple[list[str], list[int]]:
    """Return four captions a photo: they name its colour in words of its own, and a thing at random."""
    rng = np.random.default_rng(seed)
    texts, groups = [], []
    for photo, _ in itertools.product(range(photos), range(4)):
        colour = rng.choice(COLOURS[photo % len(COLOURS)].split())
        texts.append(f"the {colour} {rng.choice(THINGS)} by a {rng.choice(THINGS)}")
        groups.append(photo)
    return texts, groups


@pytest.fixture(scope="module")
def space() -> CaptionSpace:
    return CaptionSpace(min_count=1).fit(*captions(60, seed=0))


@pytest.fixture(scope="module")
def word_vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file in which "burgundy", which no caption has, lies beside the names of red."""
    lines = [f"{word} {' '.join(map(str, point))}" for word, point in _points()]
    path = tmp_path_factory.mktemp("vectors") / "v.txt"
    path.write_text("\n".join(lines) + "\n")
    return path


def _points() -> list[tuple[str, np.ndarray]]:
    points = [(word, np.eye(5)[at]) for at, words in enumerate(COLOURS) for word in words.split()]
    return [*points, ("burgundy", np.eye(5)[0]), *((thing, np.eye(5)[4]) for thing in THINGS)]


def apart_from_others(space: CaptionSpace, texts: list[str], groups: list[int]) -> float:
    """Return how much nearer captions of one group lie than those of different groups, in the mean."""
    points, group = space.encode(texts), np.array(groups)
    cosines, same = points @ points.T, group[:, None] == group
    other = ~np.eye(len(texts), dtype=bool)
    return float(cosines[same & other].mean() - cosines[~same].mean())


def test_held_out_captions_of_one_photo_lie_closer_than_those_of_different_photos(
    space: CaptionSpace,
) -> None:
    texts, photos = captions(20, seed=1)
    colour = [photo % len(COLOURS) for photo in photos]
    assert apart_from_others(space, texts, colour) > 0.5


def test_photos_as_groups_teach_more_than_captions_alone(space: CaptionSpace) -> None:
    texts, photos = captions(20, seed=1)
    colour = [photo % len(COLOURS) for photo in photos]
    alone = CaptionSpace(min_count=1).fit(captions(60, seed=0)[0])
    assert apart_from_others(space, texts, colour) > apart_from_others(alone, texts, colour) + 0.2


def test_words_that_describe_the_same_photos_become_alike(space: CaptionSpace) -> None:
    red, crimson, green = space.encode(["red", "crimson", "green"])
    assert red @ crimson > 0.5 > red @ green


@pytest.mark.parametrize("dim", [5, 256])
def test_it_solves_the_generalised_eigenproblem(dim: int) -> None:
    # Photos with different numbers of captions, so that what counts each photo once is told apart.
    texts, groups = captions(14, seed=3)
    texts, groups = texts[5:-2], groups[5:-2]
    counts = _tfidf(texts)
    mean = counts.mean(axis=0)
    photos = [counts[np.array(groups) == group] for group in sorted(set(groups))]
    of_photos = np.array([photo.mean(axis=0) for photo in photos])
    between = np.cov(of_photos.T, bias=True)
    within = sum(((photo - photo.mean(axis=0)).T @ (photo - photo.mean(axis=0))) for photo in photos)
    within = within / len(texts)
    within += 0.7 * np.trace(within) / len(within) * np.eye(len(within))
    spread, directions = eigh(between, within)
    spread, directions = spread[::-1][:dim].clip(0), directions[:, ::-1][:, :dim]
    expected = (counts - mean) @ (directions * spread / (1 + spread))
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    points = CaptionSpace(dim=dim, noise=0.7, min_count=1).fit(texts, groups).encode(texts)
    # Directions may be mirrored, so the angles between the points are compared.
    np.testing.assert_allclose(points @ points.T, expected @ expected.T, atol=2e-3)


def _tfidf(texts: list[str]) -> np.ndarray:
    vectorizer = TfidfVectorizer(tokenizer=lemmas, token_pattern=None, lowercase=False, sublinear_tf=True)
    return np.asarray(vectorizer.fit_transform(texts).toarray())


def test_encoding_never_changes_what_was_fitted(space: CaptionSpace) -> None:
    texts = captions(5, seed=2)[0]
    before = space._points(texts)
    space.encode(["zebra zebra red", "", "зебра"])
    np.testing.assert_array_equal(space._points(texts), before)


def test_a_text_has_the_same_vector_whatever_stands_beside_it(space: CaptionSpace) -> None:
    alone = space._points(["a red door"])[0]
    np.testing.assert_allclose(space._points(["blue", "a red door", ""])[1], alone, atol=1e-6)


@pytest.mark.parametrize("room", [0, 3, 20_000])
def test_what_is_remembered_changes_no_vector(
    space: CaptionSpace, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caption_space, "MOST_REMEMBERED", room)
    texts = ["a red wall", "a crimson cloth", "a navy door", "a red wall", "an azure board"]
    expected = deepcopy(space)._points(texts)
    asking = CaptionSpace(min_count=1).fit(*captions(60, seed=0))
    for rows in ([0, 1], [1, 2, 0], [4, 4, 3], [0, 1, 2, 3, 4]):
        np.testing.assert_allclose(asking.encode([texts[at] for at in rows]), expected[rows], atol=1e-6)


def test_texts_that_were_made_ready_have_the_vectors_of_one_after_the_other_to_the_last_digit(
    word_vectors: Path,
) -> None:
    ready, other = (
        CaptionSpace(vectors=SpacyVectors(word_vectors), min_count=1).fit(*captions(60, seed=0))
        for _ in range(2)
    )
    texts = ["a burgundy wall", "burgundy", "", "a red wall", "a mauve and burgundy gate", "a red wall"]
    ready.make_ready(texts)
    asked_for: list[str] = []
    ready._points = lambda new: asked_for.extend(new)  # type: ignore[method-assign]  # to see what is asked for
    together = ready.encode(texts)
    assert asked_for == []
    np.testing.assert_array_equal(together, np.concatenate([other.encode([text]) for text in texts]))


def test_what_it_gave_out_may_be_written_to(space: CaptionSpace) -> None:
    before = space.encode(["a red wall"]).copy()
    space.encode(["a red wall"])[:] = 7
    np.testing.assert_array_equal(space.encode(["a red wall"]), before)


def test_a_space_that_is_fitted_again_forgets(space: CaptionSpace) -> None:
    again = deepcopy(space)
    before = again.encode(["a red wall"])
    again.dim = 2
    assert again.fit(*captions(60, seed=0)).encode(["a red wall"]).shape == (1, 2)
    assert before.shape[1] > 2


@pytest.mark.parametrize("with_vectors", [False, True])
def test_vectors_have_length_1_and_unknown_texts_are_zeros(word_vectors: Path, with_vectors: bool) -> None:
    vectors = SpacyVectors(word_vectors) if with_vectors else None
    fitted = CaptionSpace(vectors=vectors, min_count=1).fit(*captions(20, seed=0))
    points = fitted.encode(["a red wall", "zebra", "", "...", "ruby"])
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), [1, 0, 0, 0, 1], atol=1e-5)
    assert points.dtype == np.float32


@pytest.mark.parametrize("with_vectors", [False, True])
def test_no_texts_give_no_vectors(word_vectors: Path, with_vectors: bool) -> None:
    vectors = SpacyVectors(word_vectors) if with_vectors else None
    fitted = CaptionSpace(vectors=vectors, min_count=1).fit(*captions(20, seed=0))
    assert fitted.encode([]).shape == (0, fitted.encode(["red"]).shape[1])


def test_word_vectors_place_a_word_that_no_caption_has(word_vectors: Path) -> None:
    fitted = CaptionSpace(vectors=SpacyVectors(word_vectors), min_count=1).fit(*captions(60, seed=0))
    burgundy, red, green = fitted.encode(["burgundy", "red", "green"])
    assert burgundy @ red > 0.5 > burgundy @ green


def test_word_vectors_bring_synonyms_closer(word_vectors: Path) -> None:
    # Each caption is a photo of its own, so that words alone say nothing of synonyms.
    texts = captions(60, seed=0)[0]
    words = CaptionSpace(min_count=1).fit(texts)
    both = CaptionSpace(vectors=SpacyVectors(word_vectors), vectors_weight=2, min_count=1).fit(texts)
    near = [float(np.prod(fitted.encode(["red", "ruby"]), axis=0).sum()) for fitted in (words, both)]
    assert near[1] > near[0] + 0.2


def test_the_user_s_word_vectors_stay_unfitted(word_vectors: Path) -> None:
    vectors = SpacyVectors(word_vectors)
    CaptionSpace(vectors=vectors, min_count=1).fit(*captions(20, seed=0))
    with pytest.raises(NotFittedError):
        vectors.encode(["red"])


def test_it_names_where_its_word_vectors_come_from(word_vectors: Path) -> None:
    vectors = SpacyVectors(word_vectors)
    assert CaptionSpace(vectors=vectors).weights == vectors.weights
    assert CaptionSpace().weights == ""


def test_the_same_captions_give_the_same_vectors(space: CaptionSpace) -> None:
    texts = captions(5, seed=2)[0]
    again = CaptionSpace(min_count=1).fit(*captions(60, seed=0))
    np.testing.assert_array_equal(space.encode(texts), again.encode(texts))


def test_the_global_generator_is_left_alone() -> None:
    state = np.random.get_state()[1].copy()  # it is this one that must not move
    CaptionSpace(dim=3, min_count=1).fit(*captions(20, seed=0))
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_what_the_photos_are_called_does_not_matter(space: CaptionSpace) -> None:
    texts, groups = captions(60, seed=0)
    renamed_space = CaptionSpace(min_count=1).fit(texts, [f"photo {-group}.jpg" for group in groups])
    points, expected = renamed_space.encode(texts), space.encode(texts)
    np.testing.assert_allclose(points @ points.T, expected @ expected.T, atol=2e-3)


def test_dim_keeps_so_many_directions() -> None:
    assert CaptionSpace(dim=3, min_count=1).fit(*captions(20, seed=0)).encode(["red"]).shape == (1, 3)


def test_there_are_no_more_directions_than_photos() -> None:
    assert CaptionSpace(dim=256, min_count=1).fit(*captions(7, seed=0)).encode(["red"]).shape == (1, 7)


def test_rare_words_do_not_count() -> None:
    texts, groups = captions(20, seed=0)
    fitted = CaptionSpace(min_count=2).fit([*texts, "a zebra"], [*groups, 99])
    assert not fitted.encode(["zebra"]).any()


def test_only_the_most_frequent_words_count() -> None:
    fitted = CaptionSpace(most_words=1, min_count=1).fit(["red red wall", "a red", "green"])
    assert [bool(point.any()) for point in fitted.encode(["red", "wall", "green"])] == [True, False, False]


def test_russian_words_count_in_all_their_forms() -> None:
    texts = ["красная стена", "багровые стены", "зелёная дверь", "изумрудные двери"] * 3
    fitted = CaptionSpace(min_count=1).fit(texts, [0, 0, 1, 1] * 3)
    red, crimson, green = fitted.encode(["красной", "багровую", "зелёной"])
    assert red @ crimson > 0.5 > red @ green


def test_each_setting_has_an_identity_of_its_own(word_vectors: Path) -> None:
    vectors = SpacyVectors(word_vectors)
    settings: list[dict[str, Any]] = [
        {},
        {"dim": 128},
        {"noise": 0.5},
        {"most_words": 100},
        {"min_count": 3},
        {"seed": 1},
        {"vectors": vectors},
        {"vectors": vectors, "vectors_weight": 0.7},
        {"vectors": SpacyVectors(word_vectors, "mean")},
    ]
    assert len({CaptionSpace(**setting).identity for setting in settings}) == len(settings)


def test_a_photo_for_each_caption_is_needed() -> None:
    with pytest.raises(DataError, match="a photo for each of 2 captions, got 1"):
        CaptionSpace().fit(["a red wall", "a door"], [0])


@pytest.mark.parametrize("texts", [[], ["...", "!"], ["red", "green", "blue"]], ids=["none", "signs", "rare"])
def test_captions_without_a_word_that_counts_are_an_error(texts: list[str]) -> None:
    with pytest.raises(DataError, match="No word"):
        CaptionSpace().fit(texts)


def test_encoding_before_fitting_is_an_error() -> None:
    with pytest.raises(NotFittedError, match="call fit"):
        CaptionSpace().encode(["red"])


@pytest.mark.parametrize(
    "setting",
    [{"dim": 0}, {"most_words": 0}, {"min_count": 0}, {"noise": 0}, {"vectors_weight": 0}, {"seed": -1}],
    ids=str,
)
def test_bad_settings_are_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(SettingError):
        CaptionSpace(**setting)


class ColourMeanings(TextEncoder):
    """Know the colours of captions by names of two languages, as an encoder of sentences does."""

    NAMES = (*COLOURS, "rouge", "vert", "bleu", "gris")

    @property
    def weights(self) -> str:
        return ""

    @property
    def identity(self) -> str:
        return "colour meanings"

    @property
    def languages(self) -> tuple[str, ...]:
        return ("English", "French")

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        colour = [
            [any(word in names.split() for word in text.split()) for names in self.NAMES] for text in texts
        ]
        both = np.array(colour, np.float32).reshape(len(texts), 2, len(COLOURS))
        return both.sum(axis=1) + np.float32(0.01)


def test_a_text_in_words_that_no_caption_has_lies_where_the_vectors_say_such_captions_lie() -> None:
    space = CaptionSpace(vectors=ColourMeanings(), min_count=1, vectors_weight=0.2).fit(*captions(60, seed=0))
    french = space.encode(["rouge", "vert", "bleu", "gris"])
    english = space.encode(list(captions(60, seed=0)[0]))
    colour = np.array(captions(60, seed=0)[1]) % len(COLOURS)
    means = np.stack([english[colour == at].mean(axis=0) for at in range(4)])
    assert ((french @ means.T).argmax(axis=1) == np.arange(4)).all()
    cosines = np.einsum("nd,nd->n", french, means / np.linalg.norm(means, axis=1, keepdims=True))
    assert cosines.min() > 0.9
    # Without what vectors foretell of words, only the vectors' own short part would be left.
    space.foretold_ = np.zeros_like(space.foretold_)
    space.__dict__.pop("_memory", None)
    bare = space.encode(["rouge", "vert", "bleu", "gris"])
    assert (np.einsum("nd,nd->n", bare, means) < np.einsum("nd,nd->n", french, means)).all()


def test_it_reads_the_languages_of_its_vectors_beside_those_of_its_captions() -> None:
    space = CaptionSpace(vectors=ColourMeanings(), min_count=1).fit(*captions(20, seed=0))
    assert space.languages == ("English", "French")
