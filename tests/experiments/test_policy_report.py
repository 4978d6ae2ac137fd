from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from run_command import finish
from sklearn.metrics import roc_auc_score

from withsense_tf.__main__ import app
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.errors import DataError
from withsense_tf.experiments import policy_report
from withsense_tf.experiments.policy_page import measure
from withsense_tf.experiments.policy_report import (
    out_of_fold,
    ownership_report,
    sentences_report,
    speed_report,
)
from withsense_tf.policy.photo_decisions import Ownership
from withsense_tf.policy.texts.text_policy import TextPolicy


@pytest.fixture(scope="module")
def texts() -> TextPolicy:
    return TextPolicy()


def test_recall_and_precision_are_counted_with_wilsons_interval(tmp_path: Path, texts: TextPolicy) -> None:
    rows = ["restricted\tA child swims."] * 3 + ["restricted\tA man swims."] + ["allowed\tA toddler."]
    (tmp_path / "s.tsv").write_text("\n".join(["label\ttext", *rows]))
    said = sentences_report(measure(tmp_path / "s.tsv", texts, unread=False))
    # 3 of 4: (0.75 + 1.92/4) / (1 + 3.84/4) -+ ... by Wilson's formula.
    assert said.count("0.750 [0.301, 0.954] (3 of 4)") == 2
    assert "wrong: restricted, said allow: A man swims." in said
    assert re.search(r"wrong: allowed, said block \(.+ “toddler”\): A toddler\.", said)


def test_ownership_finds_what_dropping_rows_misses(folder: Path, texts: TextPolicy) -> None:
    path = folder / "captions.csv"
    path.write_text(path.read_text().replace("A bee, seen", "A child and a bee, seen"))
    path = folder / "train_dataset.csv"
    path.write_text(path.read_text().replace("A bee, seen", "A child and a bee, seen"))
    said = ownership_report(load_dataset(folder), texts, Ownership())
    assert "1 caption(s) of its own needed: 1.000 [0.207, 1.000] (1 of 1)" in said
    assert "dropping rows whose text matches: 0.000 [0.000, 0.793] (0 of 1)" in said
    assert speed_report(load_dataset(folder), texts).startswith("42 captions, 11.9 % restricted")


def test_the_classifier_is_measured_on_photos_that_it_has_not_seen() -> None:
    rng = np.random.default_rng(0)
    label = rng.random(200) < 0.3
    groups = np.arange(200).astype(str)
    clear = rng.normal(size=(200, 5)) + 3 * label[:, None]
    assert roc_auc_score(label, out_of_fold(clear, label, groups)) > 0.97
    # More numbers than photos and no meaning: whoever looked at the answers would seem to know them all.
    assert abs(roc_auc_score(label, out_of_fold(rng.normal(size=(200, 800)), label, groups)) - 0.5) < 0.15


def test_without_any_set_the_own_sentences_and_the_speed_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    some = policy_report.own_sentences()[::40]
    monkeypatch.setattr(policy_report, "own_sentences", lambda: some)
    said = finish(app, "policy", "report").stdout
    assert "Give yours by --sentences FILE" in said
    assert "recall of restricted" in said
    assert re.search(r"Speed: [\d,]+ texts a second, [\d.]+ milliseconds a query on one core", said)


def test_a_report_says_where_for_whom_and_when_and_what_its_figures_are_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    some = policy_report.own_sentences()[::40]
    monkeypatch.setattr(policy_report, "own_sentences", lambda: some)
    finish(app, "policy", "report", "--country", "RU", "--output", str(tmp_path / "r.html"))
    page, report = (tmp_path / "r.html").read_text(), json.loads((tmp_path / "r.json").read_text())
    (one,) = report["sets"]
    assert one["note"] == policy_report.OWN_NOTE
    assert (report["country"], report["day"]) == ("RU", datetime.now(UTC).date().isoformat())
    assert isinstance(report["texts a second"], int)
    for said in (html.escape(policy_report.OWN_NOTE), "country: RU", f"age limit: {report['age limit']}"):
        assert said in page
    finish(app, "policy", "report", "--country", "ZW", "--output", str(tmp_path / "r.html"))
    assert json.loads((tmp_path / "r.json").read_text())["country"] == "ZW: the strictest rule"


def test_where_the_own_sentences_are_not_there_the_error_says_what_to_give(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("withsense_tf.policy.reader.sentences.FILE", tmp_path / "none.toml")
    with pytest.raises(DataError, match=r"part of its source.*\n?.*--sentences FILE"):
        finish(app, "policy", "report")


def test_the_own_sentences_are_of_both_labels_and_languages() -> None:
    rows = policy_report.own_sentences()
    assert {(row["label"], row["lang"]) for row in rows} == {
        (label, lang) for label in ("restricted", "allowed") for lang in ("en", "ru")
    }
