"""A gate on recall and precision over labelled sentences that were written without knowing the rules.

Rules are mended on every second row of a file; the others are never looked at. Of `sentences.tsv` the 2nd, 4th, …
row may be read, of `sentences_2.tsv` the 1st, 3rd, ….
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from withsense_tf.policy.texts.text_policy import TextPolicy

FOLDER = Path(__file__).parent
# The first row that is never looked at, counted from 0.
HELD_OUT = {"sentences.tsv": 0, "sentences_2.tsv": 1}
Judged = list[tuple[dict[str, str], bool]]


@pytest.fixture(scope="module")
def judged() -> dict[str, Judged]:
    found = {}
    for file in HELD_OUT:
        with (FOLDER / file).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
        said = TextPolicy().verdicts(row["text"] for row in rows)
        found[file] = [(row, verdict.restricted) for row, verdict in zip(rows, said, strict=True)]
    return found


def figures(pairs: Judged) -> tuple[float, float]:
    """Return recall and precision of restricted."""
    said = [(row["label"] == "restricted", restricted) for row, restricted in pairs]
    found = said.count((True, True))
    return found / (found + said.count((True, False))), found / (found + said.count((False, True)))


@pytest.mark.parametrize(
    ("file", "rows", "of_each"), [("sentences.tsv", 500, 80), ("sentences_2.tsv", 400, 70)]
)
def test_a_set_is_large_and_in_both_languages(
    judged: dict[str, Judged], file: str, rows: int, of_each: int
) -> None:
    labelled = [row for row, _ in judged[file]]
    assert len(labelled) >= rows
    assert len({row["text"] for row in labelled}) == len(labelled)
    for language in ("en", "ru"):
        labels = [row["label"] for row in labelled if row["lang"] == language]
        assert min(labels.count("restricted"), labels.count("allowed")) >= of_each


@pytest.mark.parametrize(
    ("file", "language", "least_recall", "least_precision"),
    [
        ("sentences.tsv", "en", 0.97, 0.96),
        ("sentences.tsv", "ru", 0.97, 0.96),
        ("sentences_2.tsv", "en", 0.97, 0.97),
        ("sentences_2.tsv", "ru", 0.97, 0.97),
    ],
)
def test_recall_and_precision_hold(
    judged: dict[str, Judged], file: str, language: str, least_recall: float, least_precision: float
) -> None:
    recall, precision = figures([pair for pair in judged[file] if pair[0]["lang"] == language])
    assert recall >= least_recall
    assert precision >= least_precision


@pytest.mark.parametrize("file", HELD_OUT)
def test_they_hold_on_the_rows_that_nobody_looked_at(judged: dict[str, Judged], file: str) -> None:
    recall, precision = figures(judged[file][HELD_OUT[file] :: 2])
    assert recall >= 0.96
    assert precision >= 0.94
