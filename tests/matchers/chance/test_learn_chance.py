from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from withsense_tf.common.unit import unit
from withsense_tf.common.words import lemma, words
from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.encoders.word_pairs import english_of
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.captions import Captions
from withsense_tf.matchers.chance import learn_chance as module
from withsense_tf.matchers.chance.learn_chance import match_chance, why_no_chance
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.hybrid import Hybrid
from withsense_tf.matchers.saved import load_matcher, save_matcher
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers
from withsense_tf.search.search import Search
from withsense_tf.targets.caption_pairs import caption_pairs


@pytest.fixture(scope="module")
def make(train: Pairs, colours: Dataset, store: VectorStore) -> Callable[..., Matcher]:
    def fit(kind: type[Matcher], judged: bool = True) -> Matcher:
        settings = {} if kind is Captions else {"photo": "scene_net", "store": store}
        return kind(**settings).fit(train if judged else caption_pairs(colours))

    return fit


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let few photos be enough: there are forty."""
    monkeypatch.setattr(module, "FEWEST_PHOTOS", 10)


@pytest.mark.usefixtures("few")
@pytest.mark.slow
def test_a_hybrid_learns_a_line_for_pixels_and_one_for_captions(make: Callable[..., Matcher]) -> None:
    for judged in (True, False):
        chance = match_chance(make(Hybrid, judged))
        assert chance is not None
        assert list(chance.lines) == ["pixels", "captions"]
        assert all(0 < line.least < 1 for line in chance.lines.values())


@pytest.mark.usefixtures("few")
def test_what_has_pixels_or_captions_alone_learns_one_line(make: Callable[..., Matcher]) -> None:
    for kind in (ClosedFormTowers, Captions):
        chance = match_chance(make(kind))
        assert chance is not None
        assert list(chance.lines) == ["pixels"]


@pytest.mark.usefixtures("few")
def test_a_matcher_without_cosines_learns_none(make: Callable[..., Matcher]) -> None:
    matcher = make(ConcatLinear)
    assert match_chance(matcher) is None
    assert why_no_chance(matcher) == "towers, captions and hybrid learn one, and this is none of them"


def test_too_few_photos_teach_none_and_the_least_number_decides(
    make: Callable[..., Matcher], colours: Dataset
) -> None:
    matcher = make(ClosedFormTowers)
    assert match_chance(matcher) is None
    assert re.fullmatch(r"\d+ of its photos have captions .*, and 60 are needed", why_no_chance(matcher))
    answer = Search(matcher, colours)("a plain scarlet wall near a submarine", minimum=1.0)
    assert answer.chance is None
    assert "No good match" in str(answer.message)


@pytest.mark.usefixtures("few")
def test_each_part_of_the_work_is_told_of_all(make: Callable[..., Matcher]) -> None:
    matcher, told = make(Captions), list[int]()
    module.learn_chance(matcher, matcher._lesson, next_part=lambda: told.append(1))
    assert len(told) == module.PARTS


@pytest.mark.usefixtures("few")
def test_it_is_learned_once_and_saved_with_the_matcher(make: Callable[..., Matcher], tmp_path: Path) -> None:
    matcher = make(ClosedFormTowers)
    chance = match_chance(matcher)
    assert match_chance(matcher) is chance
    save_matcher(matcher, tmp_path / "matcher")
    again = match_chance(load_matcher(tmp_path / "matcher"))
    assert chance is not None
    assert again is not None
    assert again.lines["pixels"].least == chance.lines["pixels"].least
    assert again.familiarity.unknown("a submarine") == ("submarine",)
    assert why_no_chance(matcher) == ""


@pytest.mark.usefixtures("few")
def test_a_matcher_that_is_fitted_anew_forgets_the_chance_it_had(
    make: Callable[..., Matcher], train: Pairs
) -> None:
    matcher = make(ClosedFormTowers)
    before = match_chance(matcher)
    assert match_chance(matcher.fit(train)) is not before


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("kind", [ClosedFormTowers, Hybrid])
@pytest.mark.slow
def test_a_search_names_what_nothing_confirms_and_shows_the_nearest_when_asked(
    kind: type[Matcher], make: Callable[..., Matcher], colours: Dataset
) -> None:
    search = Search(make(kind), colours)
    fits = search("a plain scarlet wall")
    assert fits.hits
    assert fits.message is None
    assert fits.chance is not None
    assert fits.as_dict()["chance"] == fits.chance
    mixed = search("a scarlet Submarine near a wall")
    assert not mixed.hits
    assert mixed.chance is not None
    assert mixed.chance < fits.chance
    # What the model does not know was not looked for: nobody can say that it is not there.
    assert re.fullmatch(
        r"No good match: the chance that the best photo is one is 0\.\d\d; nearest with minimum=0\. "
        r"Few photos taught this index, so it may miss one that fits\. "
        r"Not known to this index, and so not looked for: submarine\.",
        str(mixed.message),
    )
    nearest = search("a scarlet Submarine near a wall", minimum=0)
    assert len(nearest.places) == 5
    assert nearest.chance == mixed.chance


@pytest.mark.usefixtures("few")
def test_pages_go_on_as_the_first_one_began_and_photos_as_queries_have_no_chance(
    make: Callable[..., Matcher], colours: Dataset
) -> None:
    search = Search(make(Hybrid), colours)
    whole = search("a plain scarlet wall", k=12)
    pages, after = [], None
    for _ in range(4):
        page = search("a plain scarlet wall", k=3, after=after)
        pages += page.hits
        after = page.after
        assert page.chance == whole.chance
    assert [hit.photo for hit in pages] == [hit.photo for hit in whole.hits][: len(pages)]
    assert len(pages) == len(whole.hits)
    assert search(photo=whole.hits[0].photo, minimum=0).chance is None


class Bilingual(TextEncoder):
    """Put each word somewhere, and a Russian one where its English one is."""

    @property
    def identity(self) -> str:
        return "bilingual"

    @property
    def languages(self) -> tuple[str, ...]:
        return ("English", "Russian")

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        rows = [[_place((*english_of(word), lemma(word))[0]) for word in words(text)] for text in texts]
        return unit(np.stack([np.sum([np.zeros(8), *row], axis=0) for row in rows])).astype(np.float32)


def _place(word: str) -> np.ndarray:
    return np.random.default_rng(list(word.encode())).normal(size=8)


@pytest.mark.usefixtures("few")
def test_where_texts_are_read_in_russian_its_queries_have_lines_of_their_own(
    train: Pairs, store: VectorStore
) -> None:
    text = CaptionSpace(vectors=Bilingual())
    chance = match_chance(ClosedFormTowers(photo="scene_net", text=text, store=store).fit(train))
    assert chance is not None
    assert list(chance.lines) == ["pixels", "foreign pixels", "translated pixels"]
    # The line for words that are read knows how strange they are, as the English one does.
    english, foreign, translated = (len(line.weights) for line in chance.lines.values())
    assert english == translated != foreign


@pytest.mark.parametrize(("made_up", "own_with_room"), [(0.9, 0.6), (-0.9, 1.0)], ids=["near", "far away"])
def test_so_many_own_captions_are_answered_and_more_where_hardly_a_made_up_query_is(
    made_up: float, own_with_room: float
) -> None:
    rng = np.random.default_rng(0)
    kinds = np.array(["own"] * 400 + ["swap"] * 400)
    features = np.concatenate([rng.normal(1, 0.3, 400), rng.normal(made_up, 0.3, 400)])[:, None]
    for spare, own in ((0.0, 0.6), (0.1, own_with_room)):
        line = module._fit_line(features, kinds, kinds == "own", 0.6, spare)
        answered = line.apply(features) >= line.least
        assert answered[kinds == "own"].mean() == pytest.approx(own, abs=0.02)
    assert made_up > 0 or answered[kinds == "swap"].mean() == pytest.approx(0.1, abs=0.01)


def test_of_few_photos_more_made_up_queries_may_be_answered() -> None:
    assert [module.made_up_share(photos) for photos in (60, 300, 600, 40_000)] == pytest.approx(
        [0.4, 0.2, 0.1, 0.1]
    )
