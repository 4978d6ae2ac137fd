"""A gate on recall and precision over labelled sentences that were written without knowing the rules."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from withsense_tf.policy.verdict import TextPolicy

FILE = Path(__file__).with_name("sentences.tsv")


@pytest.fixture(scope="module")
def judged() -> list[tuple[dict[str, str], bool]]:
    with FILE.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    return list(
        zip(
            rows,
            (verdict.restricted for verdict in TextPolicy().verdicts(r["text"] for r in rows)),
            strict=True,
        )
    )


def test_the_set_is_large_and_in_both_languages(judged: list[tuple[dict[str, str], bool]]) -> None:
    rows = [row for row, _ in judged]
    assert len(rows) >= 500
    assert len({row["text"] for row in rows}) == len(rows)
    for language in ("en", "ru"):
        labels = [row["label"] for row in rows if row["lang"] == language]
        assert min(labels.count("restricted"), labels.count("allowed")) >= 80


@pytest.mark.parametrize(
    ("language", "least_recall", "least_precision"), [("en", 0.95, 0.95), ("ru", 0.95, 0.95)]
)
def test_recall_and_precision_hold(
    judged: list[tuple[dict[str, str], bool]], language: str, least_recall: float, least_precision: float
) -> None:
    pairs = [(row["label"] == "restricted", said) for row, said in judged if row["lang"] == language]
    found = pairs.count((True, True))
    assert found / (found + pairs.count((True, False))) >= least_recall
    assert found / (found + pairs.count((False, True))) >= least_precision
