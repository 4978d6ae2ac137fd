"""Which matcher should one use? An answer in plain words from a run's rows, for people who read no figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from withsense_tf.errors import some_of
from withsense_tf.evaluation.row_status import (
    BASELINE,
    CAPTION_ASSISTED,
    ENOUGH_PHOTOS,
    beats_chance,
    number,
    sees_at_random,
    was_run,
)

Row = Mapping[str, Any]
NOTHING: Final = "None of these can be recommended: none finds more than chance, as far as these photos tell."
NOTHING_BY_PIXELS: Final = "By pixels alone, none finds more than chance, as far as these photos tell."
NO_NUMBERS: Final = "None of these can be recommended: no numbers are nearer than one for all pairs."
# What rows of one track are tested on against the best of it.
MEASURES: Final = ("r@5", "rmse")
MOST_NAMED: Final = 3
RANDOM: Final = "It sees with random weights: get trained ones before you use it."


def row_to_use(rows: Sequence[Row], chance: float | None = None) -> Row | None:
    """Return the row to use of one split: among those that find most, or not significantly fewer, the surest numbers.

    `chance` is the R@5 of photos in random order. What is not above it by its interval is never recommended.
    """
    return _best(_candidates(rows), chance)


def recommendation(rows: Sequence[Row], chance: float | None = None) -> str:
    """Return the answer: which matcher to use, what it finds, and what pixels alone find; empty where nothing ran."""
    candidates = _candidates(rows)
    if not candidates:
        return ""
    best = _best(candidates, chance)
    if best is None:
        return NOTHING if any(number(row, "r@5") is not None for row in candidates) else NO_NUMBERS
    recall = number(best, "r@5")
    if recall is None:
        error = number(best, "rmse") or 0.0
        use = f"Use {_advice(best, candidates)}: its numbers are off by {error:.2f} on a scale from 0 to 1."
        return _join(" ".join([use, *_rests_on(best, "pairs"), *_ties(best, candidates)]), best)
    sentences = [
        f"Use {_advice(best, candidates)}: {_amid(best, chance)}it finds the right photo among the first five in "
        f"{of_hundred(recall)} queries"
    ]
    better = [row for row in candidates if beats_chance(row, chance)]
    by_pixels = [row for row in candidates if not _reads_captions(row)]
    looking = _best(by_pixels, chance)
    if _reads_captions(best):
        sentences[0] += ", where photos have captions."
        sentences += [*_why(best, better), *_ties(best, better)]
        if looking is not None and (alone := number(looking, "r@5")) is not None:
            sentences.append(
                f"By pixels alone, {_name(looking, candidates)} finds it in {of_hundred(alone)}."
            )
        elif by_pixels:
            sentences.append(NOTHING_BY_PIXELS)
    else:
        sentences[0] += ", by pixels alone."
        sentences += [*_why(best, better), *_ties(best, better), *_baselines(rows, best)]
    sentences[1:1] = [*_rests_on(best, "queries"), *_numbers(best)]
    if chance is not None and not number(best, "gallery"):
        sentences.append(f"Chance: {of_hundred(chance, 1)}.")
    return _join(" ".join(sentences), best)


def of_hundred(share: float, digits: int = 0) -> str:
    """Return a share as a number of a hundred; never all of them where one is missing, nor none where there is one.

    Chance takes a digit more.

    >>> of_hundred(0.9898), of_hundred(1.0), of_hundred(0.999), of_hundred(0.001)
    ('99 of 100', '100 of 100', 'more than 99 of 100', 'fewer than 1 of 100')
    >>> of_hundred(0.1746, digits=1), of_hundred(0.05, digits=1)
    ('17.5 of 100', '5 of 100')
    """
    hundredths = round(100 * share, digits)
    if hundredths == 100 and share < 1:
        return "more than 99 of 100"
    if hundredths == 0 and share > 0:
        return "fewer than 1 of 100"
    return f"{hundredths:g} of 100"


def photos_amid(gallery: float) -> str:
    """Return among how many photos was searched: folds need not be of one size.

    >>> photos_amid(28.6), photos_amid(1000.0)
    ('about 29', '1,000')
    """
    return f"{'' if gallery.is_integer() else 'about '}{gallery:,.0f}"


def _amid(row: Row, chance: float | None) -> str:
    """Say of how many photos the first five are, for five of 18 are no five of 1,000; empty where nothing says it."""
    gallery = number(row, "gallery")
    if not gallery:
        return ""
    by_chance = "" if chance is None else f", where chance finds {of_hundred(chance, 1)}"
    return f"among {photos_amid(gallery)} photos{by_chance}, "


def _advice(row: Row, rows: Sequence[Row]) -> str:
    """Name the row to use; where it was measured on few photos, as what it then is."""
    photos = _photos(row)
    guess = ", as a first guess" if photos is not None and photos < ENOUGH_PHOTOS else ""
    return f"{_name(row, rows)}{guess}"


def _rests_on(row: Row, what: str) -> list[str]:
    """Say of how much the figure is, and how far off it may be: a share of five photos is read as one of thousands."""
    count, photos = number(row, what), _photos(row)
    if count is None or photos is None:
        return []
    sentences = [f"That rests on {count:,.0f} {what} of {photos:,.0f} photos."]
    low, high = number(row, "r@5_low"), number(row, "r@5_high")
    # Where every photo was found, drawing of the same photos has no end to tell.
    if low is not None and high is not None and low < high:
        digits = int(round(100 * low) == round(100 * high))  # one number twice would be no interval
        sentences.append(f"Its 95 % interval: {100 * low:.{digits}f} to {100 * high:.{digits}f} of 100.")
    return sentences


def _photos(row: Row) -> float | None:
    """Return on how many photos a row was measured; where no pairs were, those of its gallery."""
    return number(row, "photos") or (number(row, "gallery") if number(row, "queries") else None)


def is_marked(row: Row, measure: str) -> bool:
    """Return whether a row is the best of its track by a measure, or not significantly worse."""
    return not {measure, f"({measure})"}.isdisjoint(str(row.get("best") or "").split())


def _why(best: Row, better: Sequence[Row]) -> list[str]:
    """Say why this one: a reader sees that others find more, or take less time."""
    near = _near(better, None)
    if len(near) < 2 or number(best, "rmse") is None:
        return []
    return [
        f"Of the {len(near)} that find about equally many, its numbers have the least error; what they cost is not "
        "weighed."
    ]


def _numbers(best: Row) -> list[str]:
    skill = number(best, "skill")
    if skill is None or skill >= 0:
        return []
    return ["Take its order alone: its numbers are further off than the mean."]


def _baselines(rows: Sequence[Row], best: Row) -> list[str]:
    same = [
        _name(row, rows)
        for row in rows
        if was_run(row) and row.get("track") == BASELINE and is_marked(row, "rmse")
    ]
    if not same or _numbers(best):
        return []
    return [f"By the error of numbers (RMSE), none is significantly better than {' and '.join(same)}."]


def _ties(best: Row, candidates: Sequence[Row]) -> list[str]:
    """Say which others of its track are not told from the row to use, by anything that was measured of it."""
    measures = [measure for measure in MEASURES if number(best, measure) is not None]
    others = [
        row
        for row in candidates
        if row is not best
        and _reads_captions(row) == _reads_captions(best)
        and all(is_marked(row, measure) for measure in measures)
    ]
    if not others:
        return []
    names = [_name(row, candidates) for row in others]
    listing = some_of(names, MOST_NAMED)
    if len(names) <= MOST_NAMED:
        listing = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return [f"{listing} {'does' if len(others) == 1 else 'do'} as well, as far as these photos tell."]


def _reads_captions(row: Row) -> bool:
    return row.get("track") == CAPTION_ASSISTED


def _candidates(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if was_run(row) and row.get("track") != BASELINE]


def _best(rows: Sequence[Row], chance: float | None) -> Row | None:
    if all(number(row, "r@5") is None for row in rows):
        # Nothing was ranked: the numbers are all there is, and some are no better than one for all pairs.
        with_error = [row for row in rows if number(row, "rmse") is not None and _has_skill(row)]
        return min(with_error, key=_error, default=None)
    near = _near(rows, chance)
    return min(near, key=lambda row: (_error(row), -(number(row, "r@5") or 0.0)), default=None)


def _near(rows: Sequence[Row], chance: float | None) -> list[Row]:
    """Return the rows that find most, or not significantly fewer; none where none is better than chance."""
    ranking = [row for row in rows if number(row, "r@5") is not None]
    better = [row for row in ranking if beats_chance(row, chance)]
    if not better:
        return []
    top = max(better, key=lambda row: number(row, "r@5") or 0.0)
    return [row for row in better if _is_near(row, top)]


def _is_near(row: Row, top: Row) -> bool:
    # Only rows of one track are tested on each other.
    if number(row, "r@5") == number(top, "r@5"):
        return True
    return _reads_captions(row) == _reads_captions(top) and is_marked(row, "r@5")


def _has_skill(row: Row) -> bool:
    skill = number(row, "skill")
    return skill is None or skill > 0


def _error(row: Row) -> float:
    error = number(row, "rmse")
    return math.inf if error is None else error


def _name(row: Row, rows: Sequence[Row]) -> str:
    """Return the name of a row; where others have it, too, with the encoders that tell it from them."""
    name = row.get("matcher")
    if sum(one.get("matcher") == name for one in rows) > 1:
        name = f"{name} ({', '.join(str(row[key]) for key in ('photo', 'text') if row.get(key))})"
    return f"“{name}”"


def _join(text: str, row: Row) -> str:
    return f"{text} {RANDOM}" if sees_at_random(row.get("weights")) else text
