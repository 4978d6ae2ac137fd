from __future__ import annotations

from withsense_tf.matchers.chance.match_chance import Chance
from withsense_tf.search.fitness import no_match, words_not_there
from withsense_tf.search.query.known_words import MOST_LISTED, no_word

STRANGE = Chance(0.1, False, ("submarine", "iceberg"))


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


def test_marks_and_endless_words_do_not_get_into_the_message() -> None:
    long = "x" * 500
    chance = Chance(0.1, False, (long, "b"))
    missing = words_not_there(f"<b>{long}</b>", chance, no_word)
    assert missing == ("b", long[:40])


def test_of_many_words_some_are_named() -> None:
    words = [f"word{n}" for n in range(50)]
    assert len(words_not_there(" ".join(words), Chance(0.1, False, tuple(words)), no_word)) == MOST_LISTED


def test_the_message_names_what_is_missing_or_how_probable_a_match_is() -> None:
    assert no_match(0.4, 0.3, STRANGE, ("a", "b", "c")) == "No a, b or c found; nearest with --minimum 0."
    assert "is 0.10; nearest with --minimum 0" in no_match(0.4, 0.3, STRANGE, ())
    assert no_match(0.2, 0.3, None, ()) == "No good match: the best photo scores 0.20, and 0.30 is the least."
