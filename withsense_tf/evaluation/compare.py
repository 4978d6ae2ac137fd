"""Fitted matchers and test pairs -> one table."""

from __future__ import annotations

from collections.abc import Sequence

from withsense_tf.common.code_version import code_version
from withsense_tf.data.dataset import Dataset, Pairs, check_pairs
from withsense_tf.errors import SettingError, check_kind, check_share
from withsense_tf.evaluation.answering import settings_of
from withsense_tf.evaluation.figures.regression import regression_figures
from withsense_tf.evaluation.meter import Meter
from withsense_tf.evaluation.result_table import Comparison, Value
from withsense_tf.matchers.base import Matcher

SYNTHETIC_NOTE = (
    "Synthetic: drawn scenes and simulated judges. These figures compare matchers on the demo set; "
    "they say nothing of real photos."
)


def compare(matchers: Sequence[Matcher] | Matcher, test: Pairs, constant: float | None = None) -> Comparison:
    """Measure fitted matchers on the same test pairs; a row each, in the order given.

    Skill needs the constant's answer from the training side: `constant`, or the first `Constant` among the
    matchers that learned the target that is measured. Without one, the column stays empty.
    """
    if isinstance(matchers, Matcher):
        matchers = [matchers]
    expected = "a list of fitted matchers"
    check_kind("compare", matchers, (list, tuple), expected)
    for matcher in matchers:
        check_kind("compare", matcher, Matcher, expected)
    if not matchers:
        raise SettingError(f"compare expects {expected}; got an empty one.")
    check_pairs("compare", test)
    if constant is not None:
        constant = check_share("constant", constant, ends=True)
    else:
        constant = _answer_of_a_constant(matchers, test)
    return Comparison(tuple(measure(matcher, test, constant) for matcher in matchers), notes_on(test))


def notes_on(test: Pairs) -> tuple[str, ...]:
    """Return what every table made from these pairs must say."""
    return (*([SYNTHETIC_NOTE] if test.data.synthetic else []), *copies_note(test.data))


def copies_note(data: Dataset) -> tuple[str, ...]:
    """Say how many photos are copies of others, and how many were left out for that; nothing where none is."""
    copies = len(data.groups) - data.groups.nunique()
    left_out = int((data.quarantine["kind"] == "photo_like_test").sum())
    if not copies and not left_out:
        return ()
    return (
        f"Copies (the same file, or one resized, recompressed, turned or framed): {copies:,} photos are copies of "
        f"others and on their side of every split; {left_out:,} training photos that look like a test photo were left "
        "out.",
    )


def measure(matcher: Matcher, test: Pairs, constant: float | None, **known: Value) -> dict[str, Value]:
    """Predict the test pairs and return the result row; `known` columns are taken over as they are.

    A matcher is never measured on photos that it was trained on, under whatever file name: that is an error.
    """
    seen = test.data.group_of(getattr(matcher, "fitted_content_", ())) & set(test.group)
    if seen:
        raise SettingError(
            f"{matcher.name} was trained on {len(seen)} of the {len(set(test.group))} test photos, so its figures "
            "would be worth nothing. Fit it on the training side of a split: ws.split_by_photo(pairs)."
        )
    with Meter() as meter:
        predicted = matcher.predict(test)
    figures = regression_figures(test.target, predicted, float("nan") if constant is None else constant)
    return {
        **matcher.describe(),
        "data": test.data.name,
        "target": test.definition,
        "fingerprint": test.data.fingerprint,
        "code": code_version(),
        "config": settings_of(matcher),
        "pairs": len(test),
        "photos": test.table["photo"].nunique(),
        "rmse": figures.rmse,
        "mse": figures.mse,
        "mae": figures.mae,
        "skill": figures.skill,
        "seconds": meter.seconds,
        "peak_mb": meter.peak_mb,
        **known,
    }


def _answer_of_a_constant(matchers: Sequence[Matcher], test: Pairs) -> float | None:
    from withsense_tf.matchers.constant import Constant

    for matcher in matchers:
        # The mean of balanced pairs, or of other judgements, is a bad answer: beside it, all others would look good.
        learned_this = getattr(matcher, "fitted_target_", "") == test.definition
        if isinstance(matcher, Constant) and matcher.statistic == "mean" and learned_this and len(test):
            return float(matcher.predict(test.take([0]))[0])
    return None
