from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from small_index import item_of, items_of_looks, law, new_index

from withsense_tf.data.dataset import Pairs
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.item import Item
from withsense_tf.index.tables.words_table import read_cells
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.chance import learn_chance
from withsense_tf.matchers.chance.match_chance import REST, Chance, MatchChance
from withsense_tf.matchers.hybrid import Hybrid
from withsense_tf.policy.overrides import Override
from withsense_tf.search import fitness
from withsense_tf.search.fitness import nearest_alone, not_said, nothing_fits, words_not_there
from withsense_tf.search.hits import Hits
from withsense_tf.search.query.known_words import MOST_LISTED, no_word
from withsense_tf.search.search import Search
from withsense_tf.search.search_request import MINIMUM

STRANGE = Chance(0.1, False, ("submarine", "iceberg"))


NIKON = "camera=Nikon D90"


@pytest.fixture(scope="module")
def hybrid(train: Pairs, store: VectorStore) -> Matcher:
    """Return a hybrid with a chance, which forty photos teach here."""
    hybrid = Hybrid("scene_net", store=store).fit(train)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learn_chance, "FEWEST_PHOTOS", 10)
        assert learn_chance.match_chance(hybrid) is not None
    return hybrid


def search(
    items: Sequence[Item], hybrid: Matcher, store: VectorStore, folder: Path, *restricted: str
) -> Search:
    overrides = {name: Override(name, "restrict", "Ann", "she asked for it") for name in restricted}
    policy = law(overrides=overrides)
    return Search(new_index(folder, hybrid, items, store, policy), policy=policy, country="BB")


@pytest.mark.slow
def test_the_chance_is_the_same_where_a_photo_is_withheld_and_where_it_never_was(
    hybrid: Matcher, looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    items = items_of_looks(looks, 15)
    items[2] = item_of(looks, "002.png", 2, texts=["A zeppelin over a scarlet wall .", "A zeppelin ."])
    whole = search(items, hybrid, store, tmp_path / "whole")
    # The one that a plain query finds first, and one with a word that no other has.
    first = whole("a plain scarlet wall", minimum=0).hits[0].photo
    names = {first, "002.png"}
    withheld = search(items, hybrid, store, tmp_path / "withheld", *names)
    never = search([item for item in items if item.name not in names], hybrid, store, tmp_path / "never")
    asked = 0
    for text in ("a plain scarlet wall", "a zeppelin", "a striped azure cloth", "a scarlet zeppelin"):
        for where in ((), NIKON, "iso<=200", "camera=Leica M6"):
            here, there = withheld(text, 20, where=where), never(text, 20, where=where)
            assert here.chance == there.chance
            if where:
                # Where places are counted, one that is withheld may be one of them; here all is alike.
                assert (here.message, names_of(here), here.withheld) == (there.message, names_of(there), ())
            asked += here.chance is not None
    assert asked > 8


@pytest.mark.slow
def test_what_is_shown_though_nothing_fits_is_called_the_nearest(
    hybrid: Matcher, looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    items = items_of_looks(looks, 15)
    items[2] = item_of(looks, "002.png", 2, texts=["A zeppelin over a scarlet wall .", "A zeppelin ."])
    whole = search(items, hybrid, store, tmp_path)
    refused, nearest = (
        whole("a scarlet submarine under an iceberg", **more) for more in ({}, {"minimum": 0})
    )
    assert (refused.fits, nearest.fits, len(refused)) == (False, False, 0)
    assert len(nearest) > 0
    assert nearest.message is not None
    assert nearest.message.startswith(
        "These are the nearest: the chance that the best photo is a match is 0."
    )
    right = whole("a zeppelin", minimum=0)
    assert right.fits
    assert right.message is None


def test_words_that_nothing_confirms_are_asked_for_only_where_they_are_told(
    hybrid: Matcher, looks: Path, store: VectorStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = search(items_of_looks(looks, 15), hybrid, store, tmp_path)
    monkeypatch.setattr(fitness, "words_not_there", lambda text, *_: (f"what {text} lacks",))
    assert "says what a scarlet sub lacks." in str(whole("a scarlet sub", minimum=0).message)
    monkeypatch.setattr(fitness, "words_not_there", lambda *_: pytest.fail("asked in vain"))
    assert whole("a scarlet sub", minimum=1).message


def test_where_the_query_is_in_another_language_an_answer_tells_no_chance_at_all(
    hybrid: Matcher, looks: Path, store: VectorStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = search(items_of_looks(looks, 15), hybrid, store, tmp_path)
    monkeypatch.setattr(MatchChance, "of", lambda *_: Chance(0.1, False, ("scarlet",)))
    text = "scarlet wall, ein Hund läuft über die Straße"
    hits, nearest = whole(text), whole(text, minimum=0)
    assert (hits.chance, hits.fits, nearest.chance, nearest.fits) == (None, False, None, False)
    assert str(hits.message).startswith("No good match; nearest with minimum=0.")
    assert str(nearest.message).startswith("These are the nearest.")


@pytest.mark.slow
def test_captions_of_other_photos_are_read_where_the_first_has_not_all_words(
    hybrid: Matcher, looks: Path, store: VectorStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = items_of_looks(looks, 15)
    items[2] = item_of(looks, "002.png", 2, texts=["A zeppelin over a scarlet wall .", "A zeppelin ."])
    whole = search(items, hybrid, store, tmp_path)
    reads: list[tuple[str, str]] = []

    def counted(cells: tuple[str, str]) -> tuple[frozenset[str], tuple[str, ...]]:
        reads.append(cells)
        return read_cells(cells)

    monkeypatch.setattr(fitness, "read_cells", counted)
    for text, count in (("a zeppelin", 1), ("a scarlet submarine under an iceberg", REST + 1)):
        reads.clear()
        whole(text, minimum=0)
        assert len(reads) == count, text


def test_behind_what_minus_words_shut_out_a_photo_that_people_described_must_fit_by_itself(
    hybrid: Matcher, looks: Path, store: VectorStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [item_of(looks, f"{look:03d}.png", look, texts=["A striped azure cloth ."]) for look in range(12)]
    items[2] = item_of(looks, "002.png", 2, texts=["A zeppelin with a pilot ."])
    whole = search(items, hybrid, store, tmp_path)
    # As it is where the words are usual ones.
    monkeypatch.setattr(MatchChance, "of", lambda *_: Chance(0.55, True))
    assert names_of(whole("a zeppelin"))[:1] == ["002.png"]
    without = whole("a zeppelin -pilot")
    assert (names_of(without), without.fits) == ([], False)
    nearest = whole("a zeppelin -pilot", minimum=0)
    assert without.chance == nearest.chance == nearest[0].score < MINIMUM
    # What shuts nothing out changes nothing.
    assert names_of(whole("a zeppelin -cow")) == names_of(whole("a zeppelin"))


def test_where_nothing_fits_a_withheld_photo_takes_a_place_only_if_something_fits_with_it(
    hybrid: Matcher, looks: Path, store: VectorStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = items_of_looks(looks, 15)
    items[2] = item_of(looks, "002.png", 2, texts=["A zeppelin over a scarlet wall .", "A zeppelin ."])
    keywords = (("EXIF XPKeywords of 002.png", "theremin"),)
    items[2] = replace(items[2], other_texts=keywords)
    some = search(items, hybrid, store, tmp_path, "002.png", *(f"{at:03d}.png" for at in range(5, 10)))
    monkeypatch.setattr(MatchChance, "of", lambda *_: Chance(0.1, False))
    for text in ("a zeppelin over a wall", "a plain scarlet wall", "a striped cloth"):
        for k in (1, 20):
            assert some(text, k).places == some(text, k, country="AQ").places == ()
            assert "; nearest with minimum=0." in str(some(text, k).message)
            assert some(text, k, minimum=0).withheld or k == 1
    # Captions and keywords of a withheld photo count for nothing here: who asks word by word would read them.
    for word in ("zeppelin", "theremin"):
        monkeypatch.setattr(
            MatchChance, "of", lambda _, text, best, word=word: Chance(0.6, word in (best.forms or ()))
        )
        assert some("a zeppelin over a wall", 1).places == ()
    monkeypatch.setattr(
        MatchChance, "of", lambda _, text, best: Chance(0.6, best.forms is None, ("zeppelin",))
    )
    found = some("a zeppelin over a wall", 1)
    assert [place.place for place in found.withheld] == [1]
    assert not found.fits
    # Behind these places stands nothing that fits.
    assert (names_of(some("a zeppelin over a wall", 1, fill=True)), "fill" in str(found.message)) == (
        [],
        False,
    )
    assert some("a zeppelin over a wall -people", 1).places == ()


def test_beside_what_fits_the_answer_names_words_that_no_caption_says(
    hybrid: Matcher, looks: Path, store: VectorStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [item_of(looks, f"{at:03d}.png", at, texts=["A plain scarlet wall ."]) for at in range(12)]
    items[2] = item_of(looks, "002.png", 2, texts=["A striped wall ."])
    whole = search(items, hybrid, store, tmp_path, "002.png")
    monkeypatch.setattr(MatchChance, "of", lambda *_: Chance(0.6, True))
    # What a withheld caption alone says is as if nobody had said it.
    for word in ("striped", "azure"):
        found = whole(f"a {word} wall over there")
        assert (bool(found), found.message) == (True, f"No caption of photos that may be shown says {word}.")
    assert whole("a scarlet wall").message is None


def test_a_photo_with_a_hidden_value_that_meets_a_filter_shuts_nothing_out(
    hybrid: Matcher, looks: Path, store: VectorStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(folder: Path, notes: str) -> Hits:
        items = [
            item_of(looks, f"{at:03d}.png", at, texts=["A striped cloth ."], facts={"notes": "at a shop"})
            for at in range(12)
        ]
        items[2] = item_of(looks, "002.png", 2, texts=["A zeppelin ."], facts={"notes": notes})
        allow = Override("002.png", "allow", "Ann", "grown-ups alone", items[2].digest)
        policy = law(overrides={"002.png": allow})
        whole = Search(new_index(folder, hybrid, items, store, policy), policy=policy, country="BB")
        return whole("a zeppelin", where="notes~shop", minimum=0)

    # As it is where the words are usual ones.
    monkeypatch.setattr(MatchChance, "of", lambda *_: Chance(0.55, True))
    hidden, other = answer(tmp_path / "a", "a girl at a shop"), answer(tmp_path / "b", "a girl at a fair")
    assert (hidden.chance, names_of(hidden)) == (other.chance, names_of(other))


def names_of(hits: Hits) -> list[str]:
    return [hit.photo for hit in hits]


def test_words_are_named_as_they_were_typed_each_once() -> None:
    assert words_not_there("Submarines, an ICEBERG; submarine", STRANGE, no_word) == (
        "Submarines",
        "ICEBERG",
        "submarine",
    )


def test_a_word_that_captions_have_that_may_be_shown_is_not_named() -> None:
    assert words_not_there("a submarine and an iceberg", STRANGE, lambda word: word == "iceberg") == (
        "submarine",
    )


def test_a_word_that_captions_say_in_the_other_language_is_not_named() -> None:
    chance = Chance(0.1, False, ("дед", "газета"))
    missing = words_not_there("дед читает газету", chance, lambda word: word == "newspaper")
    assert missing == ("дед",)


def test_a_word_that_captions_say_in_other_words_is_not_named() -> None:
    chance = Chance(0.1, False, ("cafe", "sofa", "люди"))
    there = {"coffee shop", "crowd"}.__contains__
    assert words_not_there("a sofa in a cafe, люди", chance, there) == ("sofa",)


def test_a_word_that_was_not_looked_for_is_not_said_to_be_missing() -> None:
    assert words_not_there("a Submarine, an iceberg", STRANGE, no_word, ("submarine",)) == ("iceberg",)


def test_a_number_is_nothing_that_could_be_missing() -> None:
    chance = Chance(0.1, False, ("two", "submarine", "два", "лодка"))
    assert words_not_there("two submarines, двумя лодками", chance, no_word) == ("submarines", "лодками")


def test_marks_and_endless_words_do_not_get_into_the_message() -> None:
    long = "x" * 500
    chance = Chance(0.1, False, (long, "b"))
    missing = words_not_there(f"<b>{long}</b>", chance, no_word)
    assert missing == ("b", long[:40])


def test_of_many_words_some_are_named() -> None:
    words = [f"word{n}" for n in range(50)]
    assert len(words_not_there(" ".join(words), Chance(0.1, False, tuple(words)), no_word)) == MOST_LISTED


def test_the_message_names_what_is_missing_or_how_probable_a_match_is() -> None:
    assert (
        nothing_fits(0.4, 0.3, STRANGE, ("a", "b", "c"))
        == "No caption of photos that may be shown says a, b or c, and none looks like it; nearest with minimum=0."
    )
    assert "is 0.10; nearest with minimum=0" in nothing_fits(0.4, 0.3, STRANGE, ())
    assert (
        nothing_fits(0.2, 0.3, None, ())
        == "No good match: the best photo scores 0.20, and 0.30 is the least."
    )


def test_of_a_query_in_another_language_no_chance_is_told() -> None:
    assert nothing_fits(0.4, 0.3, STRANGE, (), is_foreign=True) == "No good match; nearest with minimum=0."
    assert nearest_alone(STRANGE, is_foreign=True) == "These are the nearest."
    assert not_said(("hockey", "ice")) == "No caption of photos that may be shown says hockey or ice."
    assert nearest_alone(STRANGE).endswith("the chance that the best photo is a match is 0.10.")


def test_where_few_photos_taught_the_chance_the_message_says_that_it_may_be_wrong() -> None:
    for missing in ((), ("submarine",)):
        many, few = (
            nothing_fits(0.2, 0.3, Chance(0.1, False, (), is_few), missing) for is_few in (False, True)
        )
        assert few == f"{many} {fitness.FEW_TAUGHT}"


def test_a_word_of_function_or_of_quality_names_nothing_that_is_missing() -> None:
    chance = Chance(0.1, False, ("beautiful", "among", "новый", "через", "iceberg"))
    text = "a beautiful iceberg among новый через"
    assert words_not_there(text, chance, no_word) == ("iceberg",)
