from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from withsense_tf.data import flickr8k
from withsense_tf.data.dataset import Dataset
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.evaluation.outcome import Outcome
from withsense_tf.evaluation.page.references import TAUGHT_BY_PUBLISHED
from withsense_tf.evaluation.page.run_page import ONLY_BASELINES, Run, linear_sentence, run_page
from withsense_tf.evaluation.result_rows import rows_of
from withsense_tf.evaluation.result_table import MODELS_HAD_SEEN, SPLITS, Comparison

New = Callable[..., Outcome]
Read = Callable[[str], Any]
Scores = Callable[[np.ndarray], np.ndarray]


def page_of(data: Dataset, outcomes: Sequence[Outcome], **more: Any) -> str:
    known = {"target": "experts (mean)", "code": "withsense_tf 0", "fingerprint": "abc123"}
    rows = rows_of(outcomes, seed=0, data=data.name, **known)
    comparison = Comparison(tuple(rows), ("The law is kept.",), ("Photos: scene_net.",))
    return run_page(Run(comparison, outcomes, data, {"folds": 2}, **more))


@pytest.fixture(scope="module")
def whole(tiny: Dataset, run: list[Outcome]) -> str:
    """Return the page of all outcomes."""
    return page_of(tiny, run)


def test_a_page_says_what_was_run_under_which_law_and_with_which_settings(tiny: Dataset, whole: str) -> None:
    for said in ("The law is kept.", "experts (mean)", "withsense_tf 0", "&#34;folds&#34;: 2", tiny.name):
        assert said in whole
    assert "tensorboard" not in whole
    page = page_of(tiny, [], tensorboard=Path("runs/1/tensorboard"))
    assert "tensorboard --logdir runs/1/tensorboard" in page


def test_the_page_answers_its_title_first_and_tells_how_it_was_made_last(whole: str) -> None:
    said = [
        "</h1>",
        "the best by R@5 is “towers”",
        "(chance: 83.3 %)",
        "The law is kept.",
        "<dt>skill</dt>",
        "<table>",
    ]
    said += ["How it was made</h2>", "Photos: scene_net.", "abc123", "Configuration"]
    places = [whole.index(one) for one in said]
    assert places == sorted(places)


def test_seconds_are_told_with_the_machine_and_what_they_are_no_measure_of(
    tiny: Dataset, run: list[Outcome], whole: str
) -> None:
    assert "<dt>seconds</dt>" in whole
    assert "do not compare as a cost of use" in whole
    assert "the sum may be more than the run took" in whole
    assert "answers together (2 cores, 1 process)" in page_of(tiny, run[:1], machine="2 cores, 1 process")
    assert "<dt>seconds</dt>" not in page_of(tiny, [])


def test_the_head_of_a_page_says_how_many_rows_were_not_run_and_that_none_but_baselines_were(
    tiny: Dataset, run: list[Outcome], whole: str
) -> None:
    constants = [replace(one, about={**one.about, "track": "baseline"}) for one in run if one.status == "ok"][
        :2
    ]
    lost = Outcome("mine", "folds", {"track": "image-only"}, status="not run: a mistake: KeyError")
    page = page_of(tiny, [*constants, lost])
    head = page[page.index("<h1>") : page.index("<table>")]
    assert "1 of 3 rows was not run: mine. The tables say why." in head
    assert ONLY_BASELINES.partition(". ")[0] in head
    assert ONLY_BASELINES.partition(". ")[0] not in whole
    # Of a run in which nothing was run there is nothing to say of baselines.
    assert ONLY_BASELINES.partition(". ")[0] not in page_of(tiny, [lost])


def test_nothing_on_the_page_is_loaded_from_elsewhere(whole: str, read_page: Read) -> None:
    loads = re.findall(r"""(?:src|href|srcset|data)\s*=\s*["']?([^"'>\s]*)|url\(([^)]*)\)""", whole)
    assert loads
    assert all((a or b).startswith(("data:", "#")) for a, b in loads)
    assert "@import" not in whole
    tags = {tag for tag, _ in read_page(whole).tags}
    assert tags.isdisjoint({"script", "iframe", "object", "embed", "base", "form", "video", "audio"})


def test_a_telephone_gets_a_chart_of_its_own_and_curves_that_can_be_moved(whole: str) -> None:
    chart = whole.partition('<picture class="chart">')[2].partition("</picture>")[0]
    media = re.findall(r'<source media="([^"]+)"', chart)
    assert media == [
        "(max-width: 40rem) and (prefers-color-scheme: dark)",
        "(max-width: 40rem)",
        "(prefers-color-scheme: dark)",
    ]
    pictures = re.findall(r'(?:srcset|src)="(data:[^"]+)"', chart)
    assert len(set(pictures)) == 4
    # No picture but small ones stands outside of what scrolls sideways.
    curves = re.findall(r'<div class="wide"[^>]*>\s*<img', whole)
    assert len(curves) > 2
    assert not re.search(r"</(?:p|figcaption)>\s*<img", whole)


def test_texts_are_escaped_wherever_they_stand(
    folder: Path, new_outcome: New, read_page: Read, fails: Scores
) -> None:
    evil = "<script>alert('1')</script>"
    captions = folder / "captions.csv"
    captions.write_text(captions.read_text().replace("A bee, seen 2 times, stands by itself .", evil))
    train = folder / "train_dataset.csv"
    train.write_text(train.read_text().replace("A bee, seen 2 times, stands by itself .", evil))
    data = load_dataset(folder)
    assert evil in set(data.captions["text"])
    # One query fails, so that it is shown.
    outcome = new_outcome(data, f"{evil} $x^2$", scores=fails, history={f"{evil}": [1.0]})
    other = Outcome(f"other {evil}", "folds", {"track": "image-only"}, status=f"not run: {evil}")
    rankings = outcome.rankings
    assert rankings is not None
    chosen = np.flatnonzero(rankings.text == evil)
    few = replace(
        rankings,
        **{name: getattr(rankings, name)[chosen] for name in ("text", "caption", "first", "scores")},
        per_query=replace(
            rankings.per_query, **{name: value[chosen] for name, value in vars(rankings.per_query).items()}
        ),
    )
    page = page_of(data, [replace(outcome, rankings=few), other])
    assert "script" not in {tag for tag, _ in read_page(page).tags}
    assert "<script" not in page.lower()
    assert page.count("&lt;script&gt;") >= 4


def test_tracks_never_share_a_table(whole: str, read_page: Read) -> None:
    tables = read_page(whole).tables
    assert any("towers" in table and "constant" in table for table in tables)
    assert any("captions|" in table for table in tables)
    assert any("clip|" in table and "not run: no weights here" in table for table in tables)
    for table in tables:
        assert not ("towers|" in table and "captions|" in table)


def test_published_figures_stand_beside_the_photos_that_they_are_of_alone(
    tiny: Dataset, run: list[Outcome], whole: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "IMRAM" not in whole
    assert "CLIPScore" not in whole
    names = frozenset(flickr8k.name_hash(photo) for photo in tiny.photos["photo"])
    monkeypatch.setattr(flickr8k, "_test_names", lambda: names)
    page = page_of(tiny, run[:1])
    assert "IMRAM" in page
    assert "CLIPScore" in page
    assert "cannot be compared" in page
    assert "simulated judges" in page_of(replace(tiny, synthetic=True), run[:1])


def test_what_models_had_seen_stands_at_their_split_and_published_photos_at_the_published_figures(
    tiny: Dataset, run: list[Outcome]
) -> None:
    notes = (
        *(f"{split}: {MODELS_HAD_SEEN} so." for split in ("folds", "test")),
        f"{TAUGHT_BY_PUBLISHED} (folds).",
    )
    comparison = Comparison(tuple(rows_of(run)), notes)
    page = run_page(Run(comparison, run, tiny, {}))
    places = [
        page.index(one) for one in (f">folds: {SPLITS['folds']}<", notes[0], notes[2].replace("'", "&#39;"))
    ]
    places += [page.index(one) for one in (f">test: {SPLITS['test']}<", notes[1])]
    assert places == sorted(places)
    assert all(page.count(note) == 1 for note in notes[:2])


def test_the_page_says_from_the_figures_why_linear_forms_fail() -> None:
    linear = {
        "matcher": "concat ridge",
        "track": "image-only",
        "config": '{"class": "ConcatLinear"}',
        "distinct_top5": 1.0,
        "queries": 500,
        "r@5": 0.1,
    }
    towers = linear | {"matcher": "towers", "config": '{"class": "TwoTower"}', "distinct_top5": 97.5}
    said = linear_sentence([towers, linear])
    assert "concat ridge 1." in said
    assert "towers 97.5" in said
    assert "same order for every query" in said
    # If the figures ever say otherwise, so does the page.
    assert "same order" not in linear_sentence([towers, linear | {"distinct_top5": 3.0}])
    assert linear_sentence([towers]) == ""
    # By captions neither side alone tells the target: that it finds nothing is no finding.
    assert "nothing to learn" in linear_sentence([towers, linear], by_captions=True)


def test_the_right_photo_is_outlined_and_stands_apart_where_it_was_not_found(
    tiny: Dataset, new_outcome: New, read_page: Read, fails: Scores
) -> None:
    for scores, told, apart in ((None, "place 1 of 6", 0), (fails, "place 6 of 6", 16)):
        page = page_of(tiny, [new_outcome(tiny, "towers", prediction=None, scores=scores)])
        listed = [(attributes["class"] or "").split() for attributes in read_page(page).all("li")]
        assert sum("right" in names for names in listed) == 16
        assert sum("apart" in names for names in listed) == apart
        assert f"right photo at {told}" in page


def test_a_photo_whose_file_is_gone_is_named_as_such(folder: Path, new_outcome: New, whole: str) -> None:
    data = load_dataset(folder)
    for path in data.photos["path"]:
        Path(path).unlink()
    assert "not shown" not in whole
    assert "not shown: cannot read" in page_of(data, [new_outcome(data, "towers", prediction=None)])


def test_curves_are_dark_on_a_dark_page_and_photos_stay_as_they_are(whole: str) -> None:
    dark = whole[whole.index("@media (prefers-color-scheme: dark)") : whole.index("</style>")]
    (turned,) = re.findall(r"\n +([^\n{]+) \{ filter: invert", dark)
    assert turned == ".wide > img"
    photos = re.findall(r'<ul class="photos">.*?</ul>', whole, re.DOTALL)
    assert photos
    assert not any("<figure" in one for one in photos)


def test_every_picture_has_a_text_and_every_heading_its_scope(whole: str, read_page: Read) -> None:
    page = read_page(whole)
    pictures = page.all("img")
    assert len(pictures) > 20
    assert all((attributes["src"] or "").startswith("data:image/") for attributes in pictures)
    assert all(attributes.get("alt") for attributes in pictures)
    assert all(attributes.get("scope") in ("col", "row", "colgroup") for attributes in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))


@pytest.mark.parametrize("chosen", [[], [0], [3], [4], [2], [1, 3], [3, 4]])
def test_a_page_is_made_of_whatever_was_run(tiny: Dataset, run: list[Outcome], chosen: list[int]) -> None:
    page = page_of(tiny, [run[at] for at in chosen])
    assert page.endswith("</html>\n") or page.endswith("</html>")
    assert ("Nothing was run" in page) == (not chosen)


def test_a_page_is_made_without_queries_answers_experts_or_photos(
    tiny: Dataset, run: list[Outcome], whole: str
) -> None:
    page = page_of(tiny, [replace(run[1], rankings=None)])
    for heading in ("What queries found", "How soon the right photo comes"):
        assert heading in whole
        assert heading not in page
    nothing = [replace(outcome, rankings=None, answers=None) for outcome in run]
    page = page_of(tiny.only([], []), nothing)
    assert "towers" in page
    assert "Fit and calibration" in whole
    assert "Fit and calibration" not in page
    assert "Human line" in whole
    assert "Human line" not in page
    assert "data:image/jpeg" in whole
    assert "data:image/jpeg" not in page_of(tiny.only([], []), run[:1])
