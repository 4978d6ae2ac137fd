"""A gate on hard sentences. Of unread halves only figures are told: rules are mended on the other ones."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from withsense_tf.experiments.policy_page import ALL, SetFigures, measure, read_sentences
from withsense_tf.policy.reader.second_reader import SecondReader, packaged_reader
from withsense_tf.policy.reader.sentences import BY_HAND
from withsense_tf.policy.texts.text_policy import TextPolicy

pytestmark = pytest.mark.closed
FOLDER = Path(__file__).parent
# Two lists by two writers: their files with the half that is in each, and how many sentences they hold.
LISTS = {"hard": 400, "strange": 702}
HALVES = {f"{name}_{half}.tsv": at for name in LISTS for at, half in enumerate(("read", "unread"))}
# What was reached on the unread halves, less a margin: recall and precision.
LEAST = {"hard": (0.97, 0.95), "strange": (0.93, 0.91)}


def figures(file: str, texts: TextPolicy) -> SetFigures:
    return measure(FOLDER / file, texts, unread=True)


@pytest.mark.parametrize("reader", [None, packaged_reader()], ids=["rules alone", "with the second reader"])
@pytest.mark.parametrize("file", HALVES)
@pytest.mark.slow
def test_recall_and_precision_hold(file: str, reader: SecondReader | None) -> None:
    said = figures(file, TextPolicy(second_reader=reader))
    whole = next(one for one in said.figures if (one.language, one.kind) == (ALL, ALL))
    least_recall, least_precision = LEAST[file.removesuffix(".tsv").partition("_")[0]]
    assert (whole.recall.value or 0) >= least_recall
    assert (whole.precision.value or 0) >= least_precision


@pytest.mark.parametrize(
    ("reader", "least_recall", "least_precision"),
    [(None, 0.80, 0.78), (packaged_reader(), 0.88, 0.79)],
    ids=["rules alone", "with the second reader"],
)
@pytest.mark.slow
def test_recall_and_precision_hold_on_sentences_of_the_newest_writers(
    reader: SecondReader | None, least_recall: float, least_precision: float
) -> None:
    said = figures("newest_unread.tsv", TextPolicy(second_reader=reader))
    whole = next(one for one in said.figures if (one.language, one.kind) == (ALL, ALL))
    assert said.sentences == 600
    assert (whole.recall.value or 0) >= least_recall
    assert (whole.precision.value or 0) >= least_precision


def test_what_several_people_wrote_is_read_by_the_rules_that_were_mended_on_it() -> None:
    said = measure(BY_HAND, TextPolicy(), unread=False)
    whole = next(one for one in said.figures if (one.language, one.kind) == (ALL, ALL))
    assert said.sentences > 1_900
    assert (whole.recall.value or 0) >= 0.93
    assert (whole.precision.value or 0) >= 0.94


@pytest.mark.parametrize(("name", "count"), LISTS.items())
def test_half_of_a_list_is_restricted_and_the_text_alone_says_which_half_it_is_in(
    name: str, count: int
) -> None:
    files = {file: half for file, half in HALVES.items() if file.startswith(f"{name}_")}
    rows = [(row, half) for file, half in files.items() for row in read_sentences(FOLDER / file)]
    assert len({row["text"] for row, _ in rows}) == len(rows) == count
    assert 2 * [row["label"] for row, _ in rows].count("restricted") == count
    for row, half in rows:
        assert int(hashlib.sha256(row["text"].encode()).hexdigest(), 16) % 2 == half
