"""A gate on hard sentences. Of the unread half only figures are told: rules are mended on the other one."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from withsense_tf.experiments.policy_page import ALL, SetFigures, measure, read_sentences
from withsense_tf.policy.reader.second_reader import SecondReader, packaged_reader
from withsense_tf.policy.texts.text_policy import TextPolicy

pytestmark = pytest.mark.closed
FOLDER = Path(__file__).parent
HALVES = {"hard_read.tsv": 0, "hard_unread.tsv": 1}
LEAST_RECALL, LEAST_PRECISION = 0.93, 0.90


def figures(file: str, texts: TextPolicy) -> SetFigures:
    return measure(FOLDER / file, texts, unread=True)


@pytest.mark.parametrize("reader", [None, packaged_reader()], ids=["rules alone", "with the second reader"])
@pytest.mark.parametrize("file", HALVES)
def test_recall_and_precision_hold(file: str, reader: SecondReader | None) -> None:
    said = figures(file, TextPolicy(second_reader=reader))
    whole = next(one for one in said.figures if (one.language, one.kind) == (ALL, ALL))
    assert (whole.recall.value or 0) >= LEAST_RECALL
    assert (whole.precision.value or 0) >= LEAST_PRECISION


def test_half_of_400_is_restricted_and_the_text_alone_says_which_half_it_is_in() -> None:
    rows = [(row, half) for file, half in HALVES.items() for row in read_sentences(FOLDER / file)]
    assert len({row["text"] for row, _ in rows}) == len(rows) == 400
    assert [row["label"] for row, _ in rows].count("restricted") == 200
    for row, half in rows:
        assert int(hashlib.sha256(row["text"].encode()).hexdigest(), 16) % 2 == half
