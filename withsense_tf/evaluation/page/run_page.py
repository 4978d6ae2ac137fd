"""What a run has measured -> one HTML page that opens offline: tables, plots, and what queries found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from withsense_tf.data.dataset import Dataset
from withsense_tf.evaluation.outcome import Outcome
from withsense_tf.evaluation.page import references
from withsense_tf.evaluation.page.captioned_curve import curve_picture
from withsense_tf.evaluation.page.model_wall import wall_of
from withsense_tf.evaluation.page.overview_chart import overview
from withsense_tf.evaluation.page.recommendation import recommendation, row_to_use
from withsense_tf.evaluation.page.run_answer import best_sentences
from withsense_tf.evaluation.page.run_plots import fit_pictures, recall_picture, training_pictures
from withsense_tf.evaluation.page.run_sheets import Sheet, Thumbnails, best_to_show, sheet_of, strip_of
from withsense_tf.evaluation.page.run_tables import Row, Table, linear_rows, tables_of
from withsense_tf.evaluation.page.sections import fill_template
from withsense_tf.evaluation.result_table import MODELS_HAD_SEEN, SPLITS, Comparison
from withsense_tf.evaluation.row_status import CAPTION_ASSISTED, number, was_run
from withsense_tf.targets.which_target import (
    ALL_EQUAL,
    NOBODY_JUDGED,
    OF_JUDGES,
    SINGLE_CAPTION,
    has_none_to_read,
    is_by_captions,
)

TRACKS: Final = (("image-only", "image-only"), (CAPTION_ASSISTED, "caption-assisted"))
# Notes that belong beside the answer: how such notes begin.
CAUTIONS: Final = ("Synthetic", "A smoke run", "Few photos", ALL_EQUAL, NOBODY_JUDGED, SINGLE_CAPTION)
ONLY_BASELINES: Final = (
    "No matcher can be recommended: nothing but baselines was run. They are there to be beaten by others."
)
NOTHING_TO_LEARN: Final = (
    "By captions alone a linear form has nothing to learn: neither photo nor caption alone tells the target. So all "
    "pairs get about one number, and by ties R@5 is 0. docs/explanation/concatenated.md in the source shows why."
)
# What is the same in all rows of a run, and what the page calls it.
FACTS: Final = {
    "data": "data",
    "fingerprint": "fingerprint of the data",
    "policy": "policy",
    "law_files": "files of the law",
    "target": "target",
    "seed": "seed",
    "code": "code",
    "run": "run",
}


@dataclass(frozen=True, eq=False)
class Run:
    """What a page is made from; the rows stand in the order of the outcomes."""

    comparison: Comparison
    outcomes: Sequence[Outcome]
    data: Dataset
    config: Mapping[str, object]
    tensorboard: Path | None = None
    machine: str = ""


def write_run_page(file: Path, run: Run) -> Path:
    """Write the page. Only photos of `run.data` are shown, so the law is kept if that data set keeps it."""
    file.write_text(run_page(run), encoding="utf-8")
    return file


def run_page(run: Run) -> str:
    """Return the page as HTML."""
    rows = run.comparison.rows
    present = [split for split in SPLITS if any(outcome.split == split for outcome in run.outcomes)]
    main = present[0] if present else ""
    outcomes = [outcome for outcome in run.outcomes if outcome.split == main]
    main_rows = [row for row in rows if row.get("split") == main]
    by_captions = any(is_by_captions(row.get("target")) for row in main_rows)
    by_chance = references.chance_of_five(outcomes)
    thumbnails, seed = Thumbnails(run.data), _seed(rows)
    use = row_to_use(main_rows, by_chance)
    lines, title = references.lines_of(outcomes, run.data), "How good is each matcher"
    cautions = [note for note in run.comparison.notes if note.startswith(CAUTIONS)]
    seen_notes = {split: _seen_of(split, run.comparison.notes) for split in present}
    warnings = references.warnings_of(run.comparison.notes, run.data)
    elsewhere = {*cautions, *warnings, *seen_notes.values()}
    return fill_template(
        "run_page.html",
        title=f"Which matcher is best? {run.data.name}",
        recommendation=recommendation(main_rows, by_chance) or ONLY_BASELINES * any(map(was_run, main_rows)),
        cautions=[*_not_run(rows), *cautions],
        charts=[overview(main_rows, lines, title, is_narrow) for is_narrow in (False, True)],
        strip=strip_of(_outcome_of(use, outcomes), thumbnails, seed),
        used=None if use is None else use.get("matcher"),
        best=best_sentences(main_rows, by_chance, _has_none_to_read(run.data, outcomes)),
        facts=_facts(run, main_rows),
        notes=[note for note in run.comparison.notes if note not in elsewhere],
        sources=run.comparison.sources,
        config=json.dumps(_config(run, by_captions), indent=1, default=str, ensure_ascii=False),
        tensorboard=None if run.tensorboard is None else str(run.tensorboard),
        main_title=f"{main}: {SPLITS[main]}" if main else "",
        main_seen=seen_notes.get(main),
        main_tables=tables_of(main_rows, main, in_all=True),
        by_captions=by_captions,
        machine=run.machine,
        seen=[row for row in main_rows if row.get("photo") or row.get("text")],
        measured=references.of_this_data(outcomes, run.data),
        published=references.of_others(run.data),
        warnings=warnings,
        linear=linear_sentence(main_rows, by_captions),
        others=[_other_split(split, rows, seen_notes[split]) for split in present[1:]],
        fits=fit_pictures(outcomes),
        recall=recall_picture(outcomes),
        curve=curve_picture(main_rows),
        training=training_pictures(outcomes),
        wall=wall_of(outcomes, thumbnails),
        sheets=_sheets(outcomes, main_rows, by_chance, thumbnails),
    )


def _other_split(split: str, rows: Sequence[Row], note: str | None) -> tuple[str, str | None, list[Table]]:
    members = [row for row in rows if row.get("split") == split]
    return f"{split}: {SPLITS[split]}", note, tables_of(members, split, in_all=False)


def _seen_of(split: str, notes: Sequence[str]) -> str | None:
    return next((note for note in notes if note.startswith(f"{split}: {MODELS_HAD_SEEN}")), None)


def linear_sentence(rows: Sequence[Row], by_captions: bool = False) -> str:
    """Say, with its figures, what a linear model on concatenated vectors makes of queries; empty without one."""
    linear = linear_rows(rows)
    if not linear:
        return ""
    if by_captions:
        return NOTHING_TO_LEARN
    sentences = (
        f"Different first fives that the queries of a gallery get (distinct_top5): {_different(linear)}."
    )
    others = [row for row in rows if row not in linear and row.get("track") == "image-only"]
    ranking = [row for row in others if number(row, "distinct_top5") is not None]
    if ranking:
        best = max(ranking, key=lambda row: number(row, "r@5") or 0.0)
        sentences += f" For comparison, {_different([best])}."
    if all(number(row, "distinct_top5") == 1 for row in linear):
        sentences += (
            f" One list for all queries ({number(linear[0], 'queries') or 0:,.0f} in all): a linear form of "
            "concatenated vectors is a·photo + b·text. The text adds the same to every photo, so the photos of a "
            "gallery stand in the same order for every query, whatever it says."
        )
    return sentences


def _different(rows: Sequence[Row]) -> str:
    return ", ".join(f"{row.get('matcher')} {number(row, 'distinct_top5'):,.4g}" for row in rows)


def _not_run(rows: Sequence[Row]) -> list[str]:
    names = [str(row.get("matcher")) for row in rows if not was_run(row)]
    if not names:
        return []
    verb = "was" if len(names) == 1 else "were"
    return [
        f"{len(names)} of {len(rows)} rows {verb} not run: {', '.join(dict.fromkeys(names))}. The tables say why."
    ]


def _config(run: Run, by_captions: bool) -> dict[str, object]:
    """Return the configuration to show: where nobody judged, what it asks of judges says nothing."""
    return {name: value for name, value in run.config.items() if not (by_captions and name in OF_JUDGES)}


def _facts(run: Run, main_rows: Sequence[Row]) -> list[tuple[str, str]]:
    rows = run.comparison.rows
    facts = []
    for name, title in FACTS.items():
        values = list(dict.fromkeys(str(row[name]) for row in rows if row.get(name) not in (None, "")))
        if values:
            facts.append((title, ", ".join(values)))
    folds = {str(row["folds"]) for row in main_rows if row.get("folds")}
    if folds:
        facts.append(("folds", ", ".join(sorted(folds))))
    return facts


def _has_none_to_read(data: Dataset, outcomes: Sequence[Outcome]) -> bool:
    queries = [outcome.rankings.caption for outcome in outcomes if outcome.rankings is not None]
    return bool(queries) and has_none_to_read(data, queries[0])


def _seed(rows: Sequence[Row]) -> int:
    return next((int(row["seed"] or 0) for row in rows if isinstance(row.get("seed"), int)), 0)


def _outcome_of(row: Row | None, outcomes: Sequence[Outcome]) -> Outcome | None:
    label = None if row is None else row.get("matcher")
    return next((outcome for outcome in outcomes if outcome.label == label), None)


def _sheets(
    outcomes: Sequence[Outcome], rows: Sequence[Row], chance: float | None, thumbnails: Thumbnails
) -> list[tuple[str, Sheet]]:
    sheets = []
    for track, title in TRACKS:
        # Where none of a track is recommended, what the best of them finds is worth a look all the same.
        use = row_to_use([row for row in rows if row.get("track") == track], chance)
        best = _outcome_of(use, outcomes) or best_to_show(outcomes, track)
        sheet = None if best is None else sheet_of(best, thumbnails, _seed(rows))
        if sheet is not None:
            sheets.append((title, sheet))
    return sheets
