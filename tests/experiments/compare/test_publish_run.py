from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import save_photo

from withsense_tf.data import flickr8k
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.errors import DataError
from withsense_tf.evaluation.outcome import Outcome
from withsense_tf.evaluation.page.references import TAUGHT_BY_PUBLISHED
from withsense_tf.evaluation.result_table import MODELS_HAD_SEEN
from withsense_tf.evaluation.row_status import MISTAKE
from withsense_tf.experiments.compare.config import load_config
from withsense_tf.experiments.compare.jobs import Plan, jobs_of, pairs_of
from withsense_tf.experiments.compare.publish_run import (
    BALANCED_NOTE,
    check_table,
    compare_outcomes,
    language_notes,
    published_notes,
    said_of_table,
    seen_notes,
    sources_of,
)
from withsense_tf.experiments.lawful import Lawful


def test_every_row_has_the_key_of_its_job_and_the_facts_of_its_run(plan: Plan) -> None:
    jobs = jobs_of(plan)
    results = [(job, Outcome(job.label, job.split, job.matcher.describe())) for job in jobs]
    lawful = Lawful(plan.pairs.data, "The law is kept.", "law 1", "overrides.csv")
    comparison = compare_outcomes(results, plan, lawful, "today")
    assert [row["key"] for row in comparison] == [job.key for job in jobs]
    for row in comparison:
        assert (row["run"], row["policy"], row["law_files"]) == ("today", "law 1", "overrides.csv")
        assert (row["data"], row["target"]) == (plan.pairs.data.name, "experts (mean)")
    (seeing,) = {encoder.identity for job in jobs for encoder in job.matcher.encoders()}
    assert comparison.sources == (f"Photos are seen by: {seeing}.",)
    # Each medium marks the best in its own way: a page has no brackets.
    assert not any("bracket" in note for note in comparison.notes)


def test_of_models_that_look_at_no_photo_nothing_is_said_of_encoders(plan: Plan) -> None:
    config = load_config(None, ['splits=["folds"]', "folds=3"], ["constant", "captions"])
    ridge = jobs_of(plan)[0]
    blind = jobs_of(replace(plan, config=config))
    results = [(job, Outcome(job.label, job.split, {})) for job in blind]
    assert sources_of(results) == ()
    assert (
        sources_of([*results, (ridge, Outcome(ridge.label, "folds", {}, status="not run: no weights"))]) == ()
    )
    assert len(sources_of([*results, (ridge, Outcome(ridge.label, "folds", {}))])) == 1


def test_rows_that_were_taken_over_are_not_said_to_be_new() -> None:
    assert said_of_table(1, Path("a.csv"), 0) == "Added the 1 row of this run to a.csv"
    assert said_of_table(2, Path("a.csv"), 2) == "Added the 2 rows of this run (2 taken over, 0 new) to a.csv"


def test_each_split_says_which_captions_its_models_had_seen(plan: Plan) -> None:
    jobs = jobs_of(plan)
    pairs = [
        text.casefold() in {one.casefold() for one in task.train.texts}
        for task in next(job for job in jobs if job.split == "folds").work
        for text in task.test.texts
    ]
    assert any(pairs)
    folds, strict = seen_notes(jobs)
    share = f"{100 * sum(pairs) / len(pairs):.3g} % of the pairs"
    assert folds.startswith(f"folds: {MODELS_HAD_SEEN} but, beside other photos, the captions of {share}")
    assert strict == f"strict: {MODELS_HAD_SEEN} and no caption of the pairs and queries."
    results = [(job, Outcome(job.label, job.split, {})) for job in jobs]
    lawful = Lawful(plan.pairs.data, "The law is kept.", "law 1", "")
    assert {folds, strict} <= set(compare_outcomes(results, plan, lawful, "today").notes)


def test_captions_of_other_photos_that_taught_were_seen(plan: Plan, folder: Path) -> None:
    (folder / "corpus_images").mkdir()
    save_photo(folder / "corpus_images" / "owl.jpg", 7)
    texts = sorted(set(plan.pairs.texts))
    lines = [f'owl.jpg#{at}|"{text}"' for at, text in enumerate(texts)]
    (folder / "caption_corpus.csv").write_text("\n".join(["query_id|query_text", *lines]))
    _, strict = seen_notes(jobs_of(replace(plan, pairs=pairs_of(plan.config, load_dataset(folder)))))
    assert strict.startswith(
        f"strict: {MODELS_HAD_SEEN} but, beside other photos, the captions of 100 % of the pairs"
    )


def test_a_run_keeps_that_a_published_test_split_taught_and_names_the_split_for_it(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = jobs_of(plan)
    assert published_notes(jobs) == ()
    name = jobs[0].work[0].train.table["photo"].iloc[0]
    monkeypatch.setattr(flickr8k, "_test_names", lambda: {flickr8k.name_hash(name)})
    (note,) = published_notes(jobs)
    assert note.startswith(f"{TAUGHT_BY_PUBLISHED} (folds, strict)")
    assert "captioned" not in note
    plain = replace(jobs[0], split="captioned", work=[])
    assert "The split captioned learns from other photos" in published_notes([*jobs, plain])[0]


def test_a_published_test_split_taught_where_its_photos_stood_beside_the_pairs(
    plan: Plan, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "corpus_images").mkdir()
    save_photo(folder / "corpus_images" / "owl.jpg", 7)
    (folder / "caption_corpus.csv").write_text("query_id|query_text\nowl.jpg#0|An owl .")
    monkeypatch.setattr(flickr8k, "_test_names", lambda: {flickr8k.name_hash("owl.jpg")})
    jobs = jobs_of(replace(plan, pairs=pairs_of(plan.config, load_dataset(folder))))
    for takes_them in (True, False):
        taught = published_notes(
            [job for job in jobs if getattr(job.matcher, "captioned", False) is takes_them]
        )
        assert bool(taught) is takes_them


def test_what_a_matcher_of_which_the_row_is_a_mistake_learned_from_is_not_asked(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("mine")

    job = jobs_of(plan)[0]
    monkeypatch.setattr(type(job.matcher), "beside", fail)
    results = [(job, Outcome(job.label, job.split, {}, status=f"{MISTAKE}mine"))]
    lawful = Lawful(plan.pairs.data, "The law is kept.", "law 1", "")
    assert len(compare_outcomes(results, plan, lawful, "today")) == 1


def test_what_limits_the_figures_is_said(plan: Plan) -> None:
    lawful = Lawful(plan.pairs.data, "The law is kept.", "law 1", "")
    usual = compare_outcomes([], plan, lawful, "today")
    assert usual.notes[-1] == "The law is kept."
    assert not any("smoke" in note or note == BALANCED_NOTE for note in usual.notes)
    smoke = replace(plan, quick=True, sample=True, config=replace(plan.config, balanced=True))
    notes = compare_outcomes([], smoke, lawful, "today").notes
    assert notes[:2] == ("A smoke run: 6 photos, 3 folds. Figures say little.", BALANCED_NOTE)
    (job, *_) = jobs_of(smoke)
    (row,) = compare_outcomes([(job, Outcome("a", "folds", {}))], smoke, lawful, "today")
    assert row["data"] == f"{plan.pairs.data.name} (quick)"
    drawn = lawful._replace(data=replace(plan.pairs.data, synthetic=True))
    assert compare_outcomes([], plan, drawn, "today").notes[0].startswith("Synthetic")


def test_the_share_of_russian_is_said_of_models_that_were_run_in_both_languages() -> None:
    rows = [
        {"matcher": "towers", "split": "russian", "r@5": 0.47},
        {"matcher": "towers", "split": "english", "r@5": 0.5},
        {"matcher": "ridge", "split": "russian", "status": "not run: it reads English"},
        {"matcher": "ridge", "split": "english", "r@5": 0.5},
        {"matcher": "two", "split": "russian", "r@5": 1.0},
        {"matcher": "two", "split": "english", "r@5": 0.8},
    ]
    assert language_notes(rows) == ("Russian over English, R@5: towers .94, two 1.25.",)
    assert language_notes(rows[2:4]) == ()


def test_a_table_of_other_columns_is_refused_before_the_work(tmp_path: Path) -> None:
    check_table(tmp_path)
    (tmp_path / "compare.csv").write_text("matcher,rmse\n")
    with pytest.raises(DataError, match="other columns than this version writes"):
        check_table(tmp_path)
