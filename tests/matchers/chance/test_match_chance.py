from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from withsense_tf.common.saved_objects import load_state, save_state
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.matchers.chance.familiarity import Familiarity
from withsense_tf.matchers.chance.match_chance import BestPhotos, ChanceLine, MatchChance, chance_features
from withsense_tf.matchers.saved_search_forms import FORMS

TEXTS = ["A dog runs on a beach .", "A dog sleeps .", "Three dogs play on the beach ."]
BEST = BestPhotos(np.array([0.6, 0.2, 0.1]), np.array([0.7, 0.3, 0.3]))


def chance(*cases: str) -> MatchChance:
    """Return a chance that counts the best cosine for 1, strange words against it, and what captions confirm for 1."""
    familiarity = Familiarity().fit(TEXTS, ["a", "b", "c"])
    weights = np.array([1.0, 0, -4, 0, 0, 0, 0])
    with_captions = np.array([*weights, 0, 0, 1, 0, -4])
    lines = {case: ChanceLine(with_captions if "captions" in case else weights, 0.0, 0.5) for case in cases}
    return MatchChance(familiarity, lines)


def test_the_features_are_the_best_its_margin_and_how_familiar_the_words_are() -> None:
    features = chance_features(chance("pixels").familiarity, ["a dog"], [BEST], "pixels")
    assert features.tolist() == [pytest.approx([0.6, 0.45, 0, 0, 0, 1, 1e-3])]


@pytest.mark.parametrize(("rest", "margin"), [(0, 0.35), (5, 0.275), (10, 0.2), (20, 0.2)])
def test_for_a_rest_that_is_not_there_the_usual_margin_stands(rest: int, margin: float) -> None:
    best = BestPhotos(np.array([0.6, *[0.4] * rest]), np.array([0.7] * (rest + 1)))
    usual = np.array([[0.5, 0.05], [0, 0]])
    features = chance_features(chance("pixels").familiarity, ["a dog"], [best], "pixels", margins=usual)
    assert features[0, :2].tolist() == pytest.approx([0.6, margin])


def test_without_a_rest_a_line_that_learned_no_usual_margin_takes_none() -> None:
    alone = BestPhotos(np.array([0.6]), np.array([0.7]))
    assert chance_features(chance("pixels").familiarity, ["a dog"], [alone], "pixels")[0, 1] == 0


def test_what_captions_confirm_and_what_nothing_does_stands_beside_it() -> None:
    familiarity = chance("captions").familiarity
    best = BestPhotos(BEST.scores, BEST.numbers, frozenset(["dog", "iceberg"]))
    row = chance_features(familiarity, ["a dog on an iceberg by a submarine"], [best], "captions")[0]
    assert row[7:9].tolist() == pytest.approx([0.7, 0.4])
    assert 0 < row[9] < 1  # the share that is confirmed
    assert row[10] == 1  # the submarine
    assert 0 < row[11] < 1


def test_words_that_nothing_confirms_lower_the_chance_and_are_named() -> None:
    known, strange = (chance("pixels").of(text, BEST) for text in ("a dog", "a dog and a submarine"))
    assert known is not None
    assert strange is not None
    assert known.fits
    assert known.unconfirmed_words == ()
    assert known.value > 0.5 > strange.value
    assert not strange.fits
    assert strange.unconfirmed_words == ("submarine",)


def test_captions_of_the_best_photo_confirm_what_the_model_does_not_know() -> None:
    best = BestPhotos(BEST.scores, BEST.numbers, frozenset(["submarine"]))
    answer = chance("pixels", "captions").of("a submarine", best)
    assert answer is not None
    assert answer.unconfirmed_words == ()
    by_pixels = chance("pixels").of("a submarine", BEST)
    assert by_pixels is not None
    assert answer.value > by_pixels.value


@pytest.mark.parametrize(
    ("asked", "said", "is_there"),
    [
        ("a bicycle", "bike", True),
        ("people", "man", True),
        ("a man", "person", False),
        ("a woman", "man", False),
    ],
)
def test_captions_confirm_a_word_in_other_words_and_none_that_says_more(
    asked: str, said: str, is_there: bool
) -> None:
    both = chance("pixels", "captions")
    never = MatchChance(both.familiarity, dict.fromkeys(both.lines, ChanceLine(np.zeros(12), -30.0, 0.5)))
    answer = never.of(asked, BestPhotos(BEST.scores, BEST.numbers, frozenset([said])))
    assert answer is not None
    assert answer.fits is is_there
    assert bool(answer.unconfirmed_words) is not is_there


@pytest.mark.parametrize(("photos", "part", "line"), [
    (999, "pixels", "translated pixels"), (1_000, "pixels", "pixels"),
    (999, "captions", "translated captions"), (1_000, "captions", "captions"),
])  # fmt: skip
def test_where_few_photos_teach_english_goes_by_what_captions_in_other_words_taught(
    photos: int, part: str, line: str
) -> None:
    both = chance(part, f"translated {part}")
    both.familiarity.photo_count_ = photos
    never = ChanceLine(np.zeros(7 if part == "pixels" else 12), -30.0, 0.5)
    one = MatchChance(both.familiarity, {**both.lines, line: never})
    best = BestPhotos(BEST.scores, BEST.numbers, frozenset(["beach"]) if part == "captions" else None)
    answer = one.of("a dog", best)
    assert answer is not None
    assert not answer.fits
    assert answer.few_photos is (photos < 1_000)


def test_where_no_captions_in_other_words_were_had_english_goes_by_its_own_line() -> None:
    answer = chance("pixels").of("a dog", BEST)
    assert answer is not None
    assert answer.fits


def test_a_case_that_nothing_was_learned_of_has_no_chance() -> None:
    assert chance().of("a dog", BEST) is None
    assert chance("pixels").of("a dog", BestPhotos(np.zeros(0), np.zeros(0))) is None


def test_it_is_the_same_when_it_comes_back_from_a_folder(tmp_path: Path) -> None:
    before = chance("pixels")
    save_state(before, tmp_path / "chance", FORMS)
    after = load_state(tmp_path / "chance", FORMS)
    assert after.of("a dog and a submarine", BEST) == before.of("a dog and a submarine", BEST)


def test_a_chance_that_was_saved_before_words_were_seen_by_themselves_answers_as_it_did() -> None:
    now = chance("pixels")
    before = MatchChance.from_state(
        {"settings": {"familiarity": now.familiarity, "lines": now.lines}, "learned": {}}
    )
    assert before.looks is None
    with_point = BestPhotos(BEST.scores, BEST.numbers, point=np.ones(3))
    assert before.of("a dog and a submarine", with_point) == now.of("a dog and a submarine", BEST)


class Flat(TextEncoder):
    """Read both languages, and put all texts in one place."""

    @property
    def identity(self) -> str:
        return "flat"

    @property
    def languages(self) -> tuple[str, ...]:
        return ("English", "Russian")

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.ones((len(texts), 1), np.float32)


def test_a_russian_query_has_a_line_of_its_own_and_another_where_its_words_are_not_read() -> None:
    familiarity = Familiarity(Flat()).fit(TEXTS, ["a", "b", "c"])
    # Its strange words count, which stand behind the cosines and what whole sentences say.
    translated = ChanceLine(np.array([1.0, 0, *[0] * 5, -4, 0, 0, 0, 0]), 0.0, 0.5)
    foreign = ChanceLine(np.zeros(7), -1.0, 0.5)
    chance = MatchChance(familiarity, {"translated pixels": translated, "foreign pixels": foreign})
    known, strange, unread = (chance.of(text, BEST) for text in ("собаки", "подводная лодка", "камилавка"))
    assert known is not None
    assert strange is not None
    assert unread is not None
    assert known.fits
    assert known.value > strange.value
    assert unread.value == pytest.approx(1 / (1 + np.e))
    before = MatchChance(familiarity, {"foreign pixels": foreign}).of("собаки", BEST)
    assert before is not None
    assert before.value == unread.value


def test_captions_confirm_a_russian_word_by_the_english_one_that_it_is_read_as() -> None:
    familiarity = Familiarity(Flat()).fit(TEXTS, ["a", "b", "c"])
    familiarity.word_vectors_ = -familiarity.strange_vectors_[:1]
    chance = MatchChance(familiarity, {"foreign pixels": ChanceLine(np.zeros(7), 0.0, 0.5)})
    for forms, missing in ((frozenset[str](), ("субмарина",)), (frozenset(["submarine"]), ())):
        answer = chance.of("собака и субмарина", BestPhotos(BEST.scores, BEST.numbers, forms))
        assert answer is not None
        assert answer.unconfirmed_words == missing


def test_what_captions_of_the_best_photo_all_say_fits_however_strange_the_words_are() -> None:
    text, line = "a submarine beside an iceberg", chance("captions")
    said = BestPhotos(np.array([0.1]), np.array([0.1]), frozenset(["submarine", "iceberg", "dog"]))
    half = BestPhotos(np.array([0.1]), np.array([0.1]), frozenset(["submarine", "dog"]))
    all_of_it, some_of_it = line.of(text, said), line.of(text, half)
    assert all_of_it is not None
    assert some_of_it is not None
    assert all_of_it.fits
    assert not some_of_it.fits
    assert all_of_it.unconfirmed_words == ()
    assert some_of_it.unconfirmed_words == ("iceberg",)


def test_what_captions_of_one_of_the_best_photos_all_say_fits_whichever_stands_first() -> None:
    # A photo of a rowboat stood before one of which "boat" was said, and "boat" got no answer.
    few = (np.array([0.1, 0.1]), np.array([0.1, 0.1]), frozenset(["rowboat"]))
    text = "a submarine iceberg"
    whole = chance("captions").of(
        text, BestPhotos(*few, forms_of_rest=(frozenset(["submarine", "iceberg"]),))
    )
    half = chance("captions").of(
        text, BestPhotos(*few, forms_of_rest=(frozenset(["submarine"]), frozenset(["iceberg"])))
    )
    assert whole is not None
    assert half is not None
    assert whole.fits
    assert not half.fits


def test_a_query_without_telling_words_is_not_confirmed_by_captions() -> None:
    low = BestPhotos(np.array([-9.0]), np.array([0.0]), frozenset(["dog"]))
    answer = chance("captions").of("of the", low)
    assert answer is not None
    assert not answer.fits


@pytest.mark.parametrize(("text", "looked_at"), [("a dog", 0), ("a submarine", 2), ("an iceberg", 3)])
def test_captions_of_the_rest_are_read_up_to_the_first_that_has_all_words(text: str, looked_at: int) -> None:
    reads: list[str] = []

    def rest() -> Iterator[frozenset[str]]:
        for form in ("cat", "submarine", "iceberg", "tree"):
            reads.append(form)
            yield frozenset([form])

    answer = chance("pixels").of(text, BestPhotos(BEST.scores, BEST.numbers, forms_of_rest=rest()))
    assert answer is not None
    assert answer.fits
    assert len(reads) == looked_at
