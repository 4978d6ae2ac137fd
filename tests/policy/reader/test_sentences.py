"""What the second reader learns from."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from withsense_tf.errors import DataError
from withsense_tf.experiments.policy_page import read_sentences
from withsense_tf.policy.reader.sentences import all_sentences, pattern_sentences


def test_there_are_thousands_in_both_languages_and_of_both_kinds() -> None:
    counts = Counter((one.language, one.restricted) for one in all_sentences())
    assert sum(counts.values()) >= 3_000
    assert len(counts) == 4
    assert min(counts.values()) >= 1_000


def test_no_gap_stays_open_and_they_are_the_same_every_time() -> None:
    texts = [one.text for one in all_sentences()]
    assert not any("{" in text or "}" in text for text in texts)
    assert texts == [one.text for one in all_sentences()]


def test_no_labelled_sentence_of_the_tests_is_learnt() -> None:
    learnt = {one.text.casefold() for one in all_sentences()}
    for file in sorted((Path(__file__).parents[1] / "texts").glob("*.tsv")):
        assert learnt.isdisjoint(row["text"].casefold() for row in read_sentences(file)), file.name


def test_written_ones_stand_beside_the_patterns_and_none_is_learnt_twice() -> None:
    sentences = [one for one in all_sentences() if one.by_hand]
    assert len(sentences) > 1_900
    assert len({one.text for one in sentences}) == len(sentences)


def test_an_installed_package_has_the_patterns_alone_and_says_where_the_others_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("withsense_tf.policy.reader.sentences.MORE", tmp_path / "more_sentences.tsv")
    assert len(pattern_sentences()) > 3_000
    with pytest.raises(DataError, match=r"more_sentences\.tsv is not there: .* Use a copy of the source"):
        all_sentences()
