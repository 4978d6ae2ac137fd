"""How a text was read is said where it was not read as it stands."""

from __future__ import annotations

from withsense_tf.search.query.parse import Query
from withsense_tf.search.query.reading import Reading


def test_what_was_corrected_and_what_is_no_filter_is_said_with_the_way_back() -> None:
    reading = Reading(Query("a motorcycle", ()), (), (("motorcicle", "motorcycle"),), "A hint.")
    correction, hint = reading.notes
    assert correction.startswith("Read as motorcycle: to search for motorcicle instead")
    assert hint == "A hint."


def test_what_could_not_be_left_out_is_said() -> None:
    (line,) = Reading(Query("a beach", ("авиамоторов",)), not_shut_out=("авиамоторов",)).notes
    assert line == "Could not be left out, as no word of the captions is known for it: авиамоторов."


def test_a_minus_word_that_no_caption_says_took_nothing_out() -> None:
    (line,) = Reading(Query("a dog", ("pooch",)), unsaid=("pooch",)).notes
    assert line == "Took nothing out by captions, as none says it: pooch."


def test_a_word_that_nobody_knows_is_named() -> None:
    assert Reading(Query("a qwertz", ()), strange_words=("qwertz",)).notes == ("Unknown word: qwertz.",)


def test_of_a_text_in_another_language_its_words_are_not_named_twice() -> None:
    reading = Reading(Query("ein Hund", ()), strange_words=("hund",), language="Another language: ein, hund.")
    assert reading.notes == ("Another language: ein, hund.",)


def test_a_not_that_excludes_nothing_is_said() -> None:
    (line,) = Reading(Query("собака не бежит", ()), unread_exclusion="не").notes
    assert line.startswith("“не” was not understood and excludes nothing")


def test_a_text_that_was_read_as_it_stands_needs_no_note() -> None:
    assert Reading(Query("a dog", ())).notes == ()
