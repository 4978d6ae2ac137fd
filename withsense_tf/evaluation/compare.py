"""Fitted matchers and test pairs -> one table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from withsense_tf.data.dataset import Dataset, Pairs, check_pairs
from withsense_tf.errors import SettingError, check_kind, check_share
from withsense_tf.evaluation.answering import answer_pairs
from withsense_tf.evaluation.matcher_code import matcher_code
from withsense_tf.evaluation.page.references import lines_of
from withsense_tf.evaluation.protocol import Task, note_on_other_data, own_queries
from withsense_tf.evaluation.result_rows import rows_of
from withsense_tf.evaluation.result_table import Comparison
from withsense_tf.evaluation.row_status import ENOUGH_PHOTOS
from withsense_tf.matchers.base import Matcher
from withsense_tf.targets.which_target import is_by_captions, notes_on_target

_OF_THE_DEMO_SET = "These figures compare matchers on the demo set; they say nothing of real photos."
SYNTHETIC_NOTE = f"Synthetic: drawn scenes and simulated judges. {_OF_THE_DEMO_SET}"
OTHER_SHARE = (
    "Own captions are another share, as of ws.split_by_photo(ws.caption_pairs(data)), than was learned by:"
)
DRAWN_NOTE = f"Synthetic: drawn scenes. {_OF_THE_DEMO_SET}"


def compare(
    matchers: Sequence[Matcher] | Matcher, test: Pairs, constant: float | None = None, *, ranking: bool = True
) -> Comparison:
    """Measure fitted matchers on the same test pairs; a row each, in the order given.

    They also rank the photos of these pairs for each caption of theirs, unless `ranking` is False: how well pairs fit
    says little of whether photos are found. `.plot()` of the table that is returned draws both.
    Skill needs the constant's answer from the training side: `constant`, or the first `Constant` among the
    matchers that learned the target that is measured. Without one, the column stays empty.
    """
    if isinstance(matchers, Matcher):
        matchers = [matchers]
    kind = "a list of fitted matchers"
    check_kind("compare", matchers, (list, tuple), kind)
    for matcher in matchers:
        check_kind("compare", matcher, Matcher, kind)
    if not matchers:
        raise SettingError(f"compare expects {kind}; got an empty one.")
    check_pairs("compare", test)
    if constant is not None:
        constant = check_share("constant", constant, ends=True)
    else:
        constant = _answer_of_a_constant(matchers, test)
    gallery, queries = own_queries(test.data, test) if ranking else (None, pd.DataFrame())
    # With one photo alone there is nothing to find.
    task = Task(test, test, gallery if gallery is not None and len(gallery) > 1 else None, queries)
    outcomes = [answer_pairs(matcher, task, constant) for matcher in matchers]
    data = test.data
    rows = rows_of(outcomes, data=data.name, target=test.definition, fingerprint=data.fingerprint)
    for row, matcher in zip(rows, matchers, strict=True):
        row["code"] = matcher_code(matcher)
    notes = (*notes_on(test), *_note_on_shares(matchers, test), *note_on_other_data(matchers, test.data))
    return Comparison(tuple(rows), notes, lines=lines_of(outcomes, data))


def notes_on(test: Pairs) -> tuple[str, ...]:
    """Return the notes of every table that is made from these pairs."""
    notes = (*synthetic_notes(test.data, test.definition), *notes_on_target(test))
    return (*notes, *few_note(test), *copies_note(test.data))


def synthetic_notes(data: Dataset, target: str) -> tuple[str, ...]:
    """Say of drawn photos that they are none, and who judged them if anybody did."""
    if not data.synthetic:
        return ()
    return (DRAWN_NOTE if is_by_captions(target) else SYNTHETIC_NOTE,)


def few_note(pairs: Pairs) -> tuple[str, ...]:
    """Say how few photos figures are of; nothing where they are enough."""
    photos = pairs.table["photo"].nunique()
    note = f"Few photos: {photos}, in {len(pairs):,} pairs. Figures say little."
    return (note,) if photos < ENOUGH_PHOTOS else ()


def copies_note(data: Dataset) -> tuple[str, ...]:
    """Say how many photos are copies of others, and how many were left out for that; nothing where none is."""
    copies = len(data.groups) - data.groups.nunique()
    left_out = int((data.quarantine["kind"] == "photo_like_test").sum())
    if not copies and not left_out:
        return ()
    return (
        f"Copies of other photos (the same file, or one resized, recompressed, turned or framed): {copies:,}, on the "
        f"side of these in every split; training photos that look like a test photo, and were left out: {left_out:,}.",
    )


def _note_on_shares(matchers: Sequence[Matcher], test: Pairs) -> tuple[str, ...]:
    """Say which matchers learned own captions to be rarer, or more frequent, than they are among these pairs."""
    here = test.definition if np.ptp(test.weight) == 0 else ""
    names = [
        matcher.name
        for matcher in matchers
        if is_by_captions(test.definition)
        and is_by_captions(target := getattr(matcher, "fitted_target_", ""))
        and target.split(", seed")[0] != here.split(", seed")[0]
    ]
    return (f"{OTHER_SHARE} {', '.join(names)}.",) if names else ()


def _answer_of_a_constant(matchers: Sequence[Matcher], test: Pairs) -> float:
    from withsense_tf.matchers.constant import Constant

    for matcher in matchers:
        # The mean of balanced pairs, or of other judgements, is a bad answer: beside it, all others would look good.
        learned_this = getattr(matcher, "fitted_target_", "") == test.definition
        if isinstance(matcher, Constant) and matcher.statistic == "mean" and learned_this and len(test):
            return float(matcher.predict(test.take([0]))[0])
    return float("nan")
