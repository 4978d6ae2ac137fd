from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.vocab import Vocab
from spacy_rules import spacy_tokenizer

from withsense_tf.policy.texts.matching.cutting import cut
from withsense_tf.policy.texts.matching.word_row import HEAD, TAIL, Words

TOKENIZER = spacy_tokenizer(Vocab())


@given(st.text(alphabet="ab '.,", max_size=12))
@settings(deadline=None, max_examples=300)
def test_words_and_their_places_are_those_of_spacy_with_several_blanks_too(text: str) -> None:
    words, doc = Words.of_text(text, cut), TOKENIZER(HEAD + text + TAIL)
    assert words.words == [token.text for token in doc]
    assert list(words.starts) == [token.idx for token in doc]


def test_a_span_begins_behind_the_end_of_the_sentence_before() -> None:
    words = Words.of_text("A dog. Kids run", cut)
    assert words.span(3, 5) == (7, "Kids")


def test_a_span_at_the_start_has_no_stop_in_it() -> None:
    assert Words.of_text("Kids run", cut).span(0, 2) == (0, "Kids")


def test_a_span_at_the_end_has_no_stop_that_nobody_wrote() -> None:
    assert Words.of_text("Emma, 9", cut).span(1, 5) == (0, "Emma, 9")
    assert Words.of_text("Emma, 9.", cut).span(1, 5) == (0, "Emma, 9.")
