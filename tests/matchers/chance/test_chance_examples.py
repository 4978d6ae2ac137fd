from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from withsense_tf.common.words import lemmas
from withsense_tf.matchers.chance.chance_examples import COUNTS, WEIGHTS, ExampleMaker
from withsense_tf.matchers.forms.word_fit import telling_forms

NOUNS = ("dog", "cat", "ball", "boat", "horse", "bike")


def captions() -> tuple[list[str], np.ndarray]:
    """Return two captions each of thirty photos: a beast or thing, and where it is."""
    texts, owner = [], []
    for photo in range(30):
        noun, place = NOUNS[photo % 6], ("beach", "field", "street", "lake")[photo % 4]
        texts += [f"A brown {noun} on a {place} .", f"A brown {noun} stands near the {place} ."]
        owner += [photo, photo]
    return texts, np.array(owner)


@pytest.fixture(scope="module")
def maker() -> ExampleMaker:
    texts, owner = captions()
    together = [set(lemmas(texts[2 * photo] + texts[2 * photo + 1])) for photo in range(30)]
    counts = Counter(form for forms in together for form in forms)
    return ExampleMaker(texts, owner, counts, 30, seed=0)


def test_every_kind_is_made_and_has_a_weight(maker: ExampleMaker) -> None:
    kinds = Counter(example.kind for example in maker.examples())
    assert set(kinds) == set(COUNTS) == set(WEIGHTS) - {"without"}
    assert all(kinds[kind] <= COUNTS[kind] for kind in kinds)


def test_queries_that_a_photo_answers_say_what_its_captions_say(maker: ExampleMaker) -> None:
    for example in maker.examples():
        if example.has_match:
            photo = int(maker.owner[example.caption])
            assert set(telling_forms(example.text)) <= maker.forms_beside(photo, -1)


def test_short_ones_have_words_that_two_captions_agree_on(maker: ExampleMaker) -> None:
    short = {example.text.removeprefix("a ") for example in maker.examples() if example.kind == "short"}
    assert "brown dog" in short
    assert not any("stand" in text for text in short)


def test_no_photo_has_all_the_words_of_a_query_that_none_answers(maker: ExampleMaker) -> None:
    for example in maker.examples():
        if not example.has_match:
            forms = set(telling_forms(example.text))
            assert not any(forms <= maker.forms_beside(photo, -1) for photo in range(30))


def test_nouns_that_are_put_in_are_not_those_that_texts_are_held_against(maker: ExampleMaker) -> None:
    from withsense_tf.matchers.chance.noun_lists import strange_words

    held_against = strange_words(dict.fromkeys((form for forms in maker.forms for form in forms), 1))[::2]
    assert not set(maker.strange_nouns) & set(held_against)


def test_one_caption_is_left_out_of_its_photos_words(maker: ExampleMaker) -> None:
    assert "stand" in maker.forms_beside(0, -1)
    assert "stand" not in maker.forms_beside(0, 1)
    assert maker.forms_beside(99, -1) == frozenset()


def test_where_nouns_are_not_known_no_examples_are_possible() -> None:
    texts = ["Собака на пляже .", "Кошка в поле ."] * 10
    counts = Counter(form for text in texts for form in lemmas(text))
    assert not ExampleMaker(texts, np.arange(20), counts, 20, seed=0).is_possible


def test_what_is_put_in_is_a_thing_that_captions_do_not_have(maker: ExampleMaker) -> None:
    from withsense_tf.matchers.chance.noun_lists import english_nouns, things

    assert len(things() & english_nouns()) > 400
    assert set(maker.strange_nouns) <= things() - {"dog", "boat"}
    assert len(maker.strange_nouns) > 100


def test_nobody_types_a_list_of_keywords_unless_there_is_nothing_else() -> None:
    texts, owner = captions()
    lists = ["dog, cat, ball", *texts[1:]]
    counts = Counter(form for text in lists for form in set(lemmas(text)))
    made = ExampleMaker(lists, owner, counts, 30, seed=0).examples()
    assert all(example.caption != 0 for example in made)
    alone = ExampleMaker(["dog, cat, ball"] * 60, owner, counts, 30, seed=0).examples()
    assert any(example.kind == "own" for example in alone)
