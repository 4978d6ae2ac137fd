from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from withsense_tf.data.dataset import Dataset
from withsense_tf.evaluation.page.sections import Section
from withsense_tf.experiments.explore.judgement_sections import (
    agreement_section,
    crowd_section,
    expert_and_crowd_section,
    judgement_sections,
    say_who_is_kind,
    scores_section,
)
from withsense_tf.targets.agreement import agreement

Sections = Callable[[Path], dict[str, Section]]


def test_the_figures_of_the_real_folder_are_the_known_ones(real_data: Dataset) -> None:
    of_experts = agreement(real_data)
    table = agreement_section(of_experts).table
    assert table is not None
    figures = {f"{value:.3f}" for value in table["value"]}
    assert {"0.788", "0.795", "0.684", "0.796", "65.703", "55.367"} <= figures
    assert "a column is not one person" in scores_section(real_data, of_experts).conclusion
    assert "87.7 % of the shares are 0" in crowd_section(real_data).conclusion


def test_who_is_kind_is_said_where_a_column_is_one_person_and_there_is_a_difference() -> None:
    means = pd.Series({"expert1": 1.4, "expert2": 1.9, "expert3": 1.6})
    assert say_who_is_kind(means, True).startswith("expert2 is the kindest and expert1 the strictest")
    assert say_who_is_kind(means, False).startswith("In every row the scores rise")
    assert "too few rows to tell" in say_who_is_kind(means, None)
    assert "No expert is kinder" in say_who_is_kind(means * 0 + 1, True)


def test_scores_that_are_all_the_same_are_explored_without_false_claims(
    folder: Path, sections_of: Sections, check_drawn: Callable[..., None]
) -> None:
    path = folder / "ExpertAnnotations.tsv"
    path.write_text(re.sub(r"\t\d\t\d\t\d", "\t1\t1\t1", path.read_text()))
    sections = sections_of(folder)
    check_drawn(sections, "expert_scores", "agreement", "experts_and_crowd", "foretelling")
    said = {slug: section.conclusion for slug, section in sections.items()}
    assert said["agreement"] == "All scores are the same, so there is no agreement to measure."
    assert "nan" not in " ".join(said.values())


def test_the_crowd_is_held_against_experts_on_pairs_that_both_judged(tiny: Dataset) -> None:
    section = expert_and_crowd_section(tiny)
    assert section is not None
    assert section.table is not None
    both = tiny.experts.merge(tiny.crowd, on=["photo", "caption"])
    assert section.conclusion.startswith(f"On {len(both)} pairs that both judged")
    assert section.table["pairs"].sum() == len(both)
    first = both[np.median(both[["expert1", "expert2", "expert3"]], axis=1) == 1]
    assert section.table["mean share of the crowd"].iloc[0] == first["share"].mean()


def test_without_judgements_there_is_no_section(tiny: Dataset) -> None:
    slugs = ["expert_scores", "agreement", "crowd_shares", "experts_and_crowd", "foretelling", "targets"]
    assert [section.slug for section in judgement_sections(tiny)] == slugs
    assert judgement_sections(tiny.only([], [])) == []
