"""The report of the policy, as a page and as JSON."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest

from withsense_tf.errors import DataError
from withsense_tf.experiments.policy_page import (
    FLATTERY,
    LEGEND,
    MEANING,
    UNREAD,
    Share,
    measure,
    measure_rows,
    measure_speed,
    read_sentences,
    write_report,
)
from withsense_tf.policy.texts.text_policy import TextPolicy


def written(folder: Path) -> Path:
    file = folder / "s.tsv"
    file.write_text(
        "# A note.\nlabel\tlang\tkind\ttext\nrestricted\ten\tplain\t#toddler swims\nrestricted\ten\todd\tA man <b>\n"
        "allowed\tru\tplain\tМалыш спит\n"
    )
    return file


def test_figures_are_told_per_language_and_kind_and_mistakes_with_their_sentences(tmp_path: Path) -> None:
    texts = TextPolicy()
    one = measure(written(tmp_path), texts, unread=False)
    by_group = {(row.language, row.kind): row for row in one.figures}
    assert by_group["en", "all"].recall == Share(1, 2)
    assert by_group["en", "odd"].recall == Share(0, 1)
    assert by_group["ru", "plain"].precision == Share(0, 1)
    assert [mistake.decision for mistake in one.mistakes] == ["block", "allow"]
    write_report({"policy version": "abc", **measure_speed(texts, ["A dog."])}, [one], tmp_path / "r.html")
    page, told = (tmp_path / "r.html").read_text(), json.loads((tmp_path / "r.json").read_text())
    assert "A man &lt;b&gt;" in page
    assert told["sets"][0]["figures"][0]["recall"]["part"] == 1
    assert told["texts a second"] > 0


def test_the_page_says_what_its_figures_are_and_which_of_them_flatter(tmp_path: Path) -> None:
    (tmp_path / "u.tsv").write_text("label\ttext\nrestricted\tA toddler swims\nallowed\tA dog runs\n")
    texts = TextPolicy()
    sets = [measure(written(tmp_path), texts, unread=False), measure(tmp_path / "u.tsv", texts, unread=True)]
    write_report({}, sets, tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text()
    assert page.count(html.escape(FLATTERY)) == 1
    for sentence in (MEANING, LEGEND):
        assert html.escape(sentence) in page
    # Whose sentences they are, and whether to quote their figures, stands before each table.
    first, second = (part.partition("<table")[0] for part in page.split("<h2>")[1:])
    assert html.escape(UNREAD) in first
    assert html.escape(FLATTERY) in second
    # First what nobody read. Of a kind in which nothing must be restricted only the false alarms are told.
    assert page.index("u.tsv") < page.index("s.tsv") < page.index(html.escape(FLATTERY))
    assert "<td>ru<td>plain<td><td>1 restricted, none rightly\n" in page
    assert "<td>en<td>odd<td>0.000 [0.000, 0.793] (0 of 1)<td>\n" in page


def test_no_sentence_of_an_unread_set_is_told(tmp_path: Path) -> None:
    one = measure(written(tmp_path), TextPolicy(), unread=True)
    write_report({}, [one], tmp_path / "r.html")
    for file in ("r.html", "r.json"):
        said = (tmp_path / file).read_text()
        assert "A man" not in said
        assert "Малыш" not in said


@pytest.mark.parametrize(
    ("misses", "alarms", "shown"), [(30, 30, (10, 10)), (30, 3, (17, 3)), (2, 30, (2, 18))]
)
def test_the_mistakes_are_misses_and_wrong_alarms_where_there_are_both(
    misses: int, alarms: int, shown: tuple[int, int]
) -> None:
    rows = [{"label": "restricted", "text": f"A kettle boils {n} ."} for n in range(misses)]
    rows += [{"label": "allowed", "text": f"{n} toddlers eat ."} for n in range(alarms)]
    labels = [mistake.label for mistake in measure_rows("all wrong", rows, TextPolicy()).mistakes]
    assert (labels.count("restricted"), labels.count("allowed")) == shown


@pytest.mark.parametrize("content", ["label\ttext\n", "label\ttext\nmaybe\tA dog\n", "text\nA dog\n"])
def test_a_file_without_labelled_sentences_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "s.tsv").write_text(content)
    with pytest.raises(DataError):
        read_sentences(tmp_path / "s.tsv")
