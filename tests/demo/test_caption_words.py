from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np
import pytest

from withsense_tf.demo import word_tables as tables
from withsense_tf.demo.caption_words import PLACE_TOLD, captions, with_article
from withsense_tf.demo.sampling import sample_scene
from withsense_tf.demo.scene import CHILDREN, Scene, Subject
from withsense_tf.errors import DataError

Told = list[tuple[Scene, tuple[str, ...]]]


def has_child(scene: Scene) -> bool:
    return any(subject.is_child for subject in scene.subjects)


@pytest.fixture(scope="module")
def told() -> Told:
    pairs = []
    for index in range(600):
        rng = np.random.default_rng([3, index])
        scene = sample_scene(rng)
        pairs.append((scene, captions(scene, rng)))
    return pairs


def spoken(text: str, table: Mapping[str, Iterable[str]]) -> list[set[str]]:
    """For each entry of the table found in the text (longest first): what it may stand for."""
    meanings: dict[str, set[str]] = {}
    for name, words in table.items():
        for word in words:
            meanings.setdefault(word, set()).add(name)
    found = []
    for word in sorted(meanings, key=len, reverse=True):
        pattern = rf"\b{re.escape(word)}\b"
        if re.search(pattern, text, re.IGNORECASE):
            found.append(meanings[word])
            text = re.sub(pattern, "_", text, flags=re.IGNORECASE)
    return found


def test_the_five_captions_of_a_photo_differ(told: Told) -> None:
    assert all(len({text.rstrip(".") for text in texts}) == 5 for _, texts in told)


def test_captions_name_no_colour_that_the_scene_lacks(told: Told) -> None:
    for scene, texts in told:
        for text in texts:
            colours = {colour for one in scene.subjects for colour in (one.colour, one.prop_colour)}
            assert all(meaning & colours for meaning in spoken(text, tables.COLOUR_WORDS)), text


def test_captions_name_no_subject_that_the_scene_lacks(told: Told) -> None:
    words = {**tables.KIND_WORDS, "dog": ("dog", "puppy")}
    for scene, texts in told:
        for text in texts:
            kinds = {kind for one in scene.subjects for kind in (one.kind, one.prop)}
            assert all(meaning & kinds for meaning in spoken(text, words)), text


@pytest.mark.slow
def test_captions_name_no_place_or_light_that_the_scene_lacks(told: Told) -> None:
    places = {
        place: (*phrases, *tables.WATER_PHRASES.get(place, ()), *tables.AIR_PHRASES.get(place, ()))
        for place, phrases in tables.PLACE_PHRASES.items()
    }
    for scene, texts in told:
        for text in texts:
            assert all(scene.place in meaning for meaning in spoken(text, places)), text
            assert all(scene.light in meaning for meaning in spoken(text, tables.LIGHT_PHRASES)), text


def test_captions_tell_the_place_about_as_often_as_intended(told: Told) -> None:
    places = {
        p: (*w, *tables.WATER_PHRASES.get(p, ()), *tables.AIR_PHRASES.get(p, ()))
        for p, w in tables.PLACE_PHRASES.items()
    }
    assert np.mean([bool(spoken(text, places)) for _, texts in told for text in texts]) == pytest.approx(
        PLACE_TOLD, abs=0.12
    )


def test_nearly_every_photo_of_a_child_has_three_captions_that_say_so(told: Told) -> None:
    words = {kind: tables.KIND_WORDS[kind] for kind in CHILDREN}
    counts = [sum(bool(spoken(text, words)) for text in texts) for scene, texts in told if has_child(scene)]
    assert np.mean(np.asarray(counts) >= 3) > 0.95
    assert min(counts) < 5  # now and then a detail is left out


def test_photos_without_a_child_have_no_caption_with_one(told: Told) -> None:
    words = {kind: tables.KIND_WORDS[kind] for kind in CHILDREN}
    assert not [t for scene, texts in told if not has_child(scene) for t in texts if spoken(t, words)]


def test_one_child_is_called_by_several_names() -> None:
    scene = Scene("park", "sunny", (Subject("girl", "red", "run", "left"),))
    text = " ".join(captions(scene, np.random.default_rng(0), 40))
    assert all(name in text for name in ("girl", "little girl", "young girl", "child", "kid"))


def test_captions_look_like_sentences(told: Told) -> None:
    for _, texts in told:
        for text in texts:
            assert text[0].isupper()
            assert "  " not in text
            assert "{" not in text
            assert not re.search(r"\ba [aeiou]|\ban [^aeiou]| ,|,,", text), text


def test_captions_keep_clear_of_the_separators_of_the_files(told: Told) -> None:
    assert not [t for _, texts in told for t in texts if re.search(r'[|\t"\n#]', t)]


def test_the_same_generator_says_the_same() -> None:
    scene = sample_scene(np.random.default_rng(5))
    assert captions(scene, np.random.default_rng(1)) == captions(scene, np.random.default_rng(1))


def test_asking_for_more_captions_than_there_are_is_an_error() -> None:
    scene = Scene("room", "sunny", (Subject("ball", "red", "rest", "left", "small"),))
    with pytest.raises(DataError, match="ask for fewer"):
        captions(scene, np.random.default_rng(0), 5000)


def test_articles_follow_the_sound() -> None:
    assert (with_article("orange kite"), with_article("kite")) == ("an orange kite", "a kite")
