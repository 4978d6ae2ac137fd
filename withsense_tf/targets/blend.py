"""Judgements of experts and crowd -> one target in [0, 1] for each pair of photo and caption."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from withsense_tf.data.dataset import Dataset, Pairs, check_dataset
from withsense_tf.data.folder.load import JUDGEMENTS
from withsense_tf.data.folder.problems import KINDS
from withsense_tf.errors import DataError, SettingError, check_choice, check_share
from withsense_tf.targets.agreement import EXPERTS, rising_order
from withsense_tf.targets.learned_judges import learn_judges
from withsense_tf.targets.votes import (
    CROWD_WAYS,
    EXPERT_WAYS,
    crowd_number,
    crowd_sureness,
    expert_number,
    expert_sureness,
)

LEARNED_TRUST: Final = "learned"
# Who said what a pair's target is.
BOTH, EXPERTS_ALONE, CROWD_ALONE, OWN_CAPTION = "both", "experts", "crowd", "own caption"
JUDGES: Final = frozenset({BOTH, EXPERTS_ALONE, CROWD_ALONE})

IN_QUARANTINE: Final = "`dataset.quarantine` has every row with its reason."
CAPTIONS_DO: Final = (
    "To train and search, captions are enough: ws.caption_pairs(data), or: withsense index build FOLDER"
)


def relevance(
    data: Dataset,
    expert: str | None = "mean",
    crowd: str | None = "share",
    expert_weight: float | str = 0.6,
    own_weight: float = 0.0,
) -> Pairs:
    """Return one row a judged pair: its target in [0, 1], how sure it is (`weight`), and who said so (`source`).

    - `expert`: how the experts' scores become a number (see `votes.expert_number`), or None for the crowd only
    - `crowd`: how the crowd's votes become one (see `votes.crowd_number`), or None for the experts only
    - `expert_weight`: for pairs that both judged, `expert_weight * expert + (1 - expert_weight) * crowd`; with
      "learned", how far to trust each judge is learned from all votes, and `expert` and `crowd` only say whose
    - `own_weight`: above 0, each photo's own captions are added as matches (target 1, source "own caption")
      with this weight, where nobody judged them

    Two who agree are surer than one: the weight of a pair judged by both is `1 - (1 - e) (1 - c)`, times how far
    their numbers agree (1 less their difference). Where one of the two has no number (no majority), the other
    speaks alone. A data set that has only one of the two kinds gives what it has.
    """
    _check(data, expert, crowd, expert_weight, own_weight)
    # A data set with one kind of judge is defined by that one alone.
    expert, crowd = expert if len(data.experts) else None, crowd if len(data.crowd) else None
    votes = _votes(data, expert, crowd)
    numbers = _numbers(votes, expert, crowd)
    learned = expert_weight == LEARNED_TRUST
    target = _learned_target(votes) if learned else _blend(numbers, float(expert_weight))
    table = votes[["photo", "caption"]].assign(
        source=_source(numbers), target=target, weight=_sureness(votes, numbers)
    )
    table = table[table["target"].notna() & (table["source"] != "")]
    if own_weight > 0:
        table = pd.concat([table, _own_captions(data, votes, own_weight)], ignore_index=True)
    return Pairs(data, with_text_and_path(data, table), describe(expert, crowd, expert_weight, own_weight))


def describe(
    expert: str | None = "mean",
    crowd: str | None = "share",
    expert_weight: float | str = 0.6,
    own_weight: float = 0.0,
) -> str:
    """Describe the definition of a target in a few words, for tables.

    >>> describe("median", "share", 0.6)
    '0.6 experts (median) + 0.4 crowd (share)'
    """
    if crowd is None or expert is None:
        text = f"experts ({expert})" if crowd is None else f"crowd ({crowd})"
    elif expert_weight == LEARNED_TRUST:
        text = "experts and crowd (learned)"
    else:
        text = f"{expert_weight:g} experts ({expert}) + {1 - float(expert_weight):g} crowd ({crowd})"
    if expert_weight == LEARNED_TRUST and None in (expert, crowd):
        text = text.split("(")[0] + "(learned)"
    return f"{text} + own captions ({own_weight:g})" if own_weight > 0 else text


def with_text_and_path(data: Dataset, table: pd.DataFrame, parts: Sequence[str] = ("train",)) -> pd.DataFrame:
    """Add the text of each caption and the file of each photo to a table of photos and captions.

    Rows of photos that are in none of the `parts` of the data set are left out.
    """
    captions, photos = data.captions, data.photos
    paths = photos.loc[photos["part"].isin(parts), ["photo", "path"]]
    table = table.merge(captions[["caption", "text"]], on="caption", how="inner", validate="many_to_one")
    return table.merge(paths, on="photo", how="inner", validate="many_to_one")


def _check(
    data: Dataset, expert: str | None, crowd: str | None, expert_weight: float | str, own_weight: float
) -> None:
    if expert is not None:
        check_choice("expert", expert, EXPERT_WAYS)
    if crowd is not None:
        check_choice("crowd", crowd, CROWD_WAYS)
    if expert is None and crowd is None:
        raise SettingError("expert and crowd are both None: choose who is asked.")
    if isinstance(expert_weight, str):
        check_choice("expert_weight", expert_weight, (LEARNED_TRUST,))
    else:
        check_share("expert_weight", expert_weight, ends=True)
    check_share("own_weight", own_weight, ends=True)
    check_dataset("relevance", data)
    sources = {"ExpertAnnotations.tsv": (expert, data.experts), "CrowdAnnotations.tsv": (crowd, data.crowd)}
    files = [file for file, (way, _) in sources.items() if way is not None]
    if all(sources[file][1].empty for file in files):
        raise DataError(
            " ".join(
                [
                    f"{data.name!r} has no judgements, so there is no target.",
                    *(_why_none(data, file) for file in files),
                    *([IN_QUARANTINE] if any(len(_left_out(data, file)) for file in files) else []),
                    *files_to_mend(data),
                    *([CAPTIONS_DO] if _has_captions(data) else []),
                ]
            )
        )


def files_to_mend(data: Dataset) -> list[str]:
    """Say what to do about files of judgements that hold none which could be used; nothing where something can be.

    What the law withholds is not to be mended: its file is a reason to measure nothing else.
    """
    names = [name for name in JUDGEMENTS if (data.folder / name).is_file()]
    if not names or len(data.experts) or len(data.crowd) or any(_is_withheld(data, name) for name in names):
        return []
    return [
        f"Fill or mend {' and '.join(names)}, or take away what is no use: where there is no such file, compare "
        "measures by captions."
    ]


def _has_captions(data: Dataset) -> bool:
    photos = data.photos
    return bool(data.captions["photo"].isin(photos.loc[photos["part"] == "train", "photo"]).any())


def _why_none(data: Dataset, file: str) -> str:
    left_out = _left_out(data, file)
    if len(left_out):
        return f"{file}: {KINDS[str(left_out['kind'].value_counts().index[0])].title} ({len(left_out):,} in all)."
    if _is_withheld(data, file):
        return (
            f"{file}: the law (version {data.law}) left none of its judgements: it withholds their photos or captions. "
            "`withsense policy photos FOLDER` says why."
        )
    return f"{file} has no rows." if (data.folder / file).is_file() else f"There is no {file}."


def _left_out(data: Dataset, file: str) -> pd.DataFrame:
    quarantine = data.quarantine
    return quarantine[(quarantine["file"] == file) & (quarantine["level"] == "error")]


def _is_withheld(data: Dataset, file: str) -> bool:
    """Return whether a file was read without a fault, and the law left none of it."""
    return bool(data.law) and (data.folder / file).is_file() and _left_out(data, file).empty


def _votes(data: Dataset, expert: str | None, crowd: str | None) -> pd.DataFrame:
    """Return one row a pair with the votes of experts and crowd; 0 where either gave none or is left out."""
    experts = data.experts if expert else data.experts.iloc[:0]
    votes = data.crowd if crowd else data.crowd.iloc[:0]
    table = experts.merge(votes, on=["photo", "caption"], how="outer")
    counts = table[[*EXPERTS, "yes", "no"]].fillna(0).astype("int64")
    return pd.concat([table[["photo", "caption"]], counts], axis=1)


def _numbers(votes: pd.DataFrame, expert: str | None, crowd: str | None) -> np.ndarray:
    """Return the numbers of experts and crowd for each pair, (2, pairs); NaN where they gave no votes."""
    numbers = np.full((2, len(votes)), np.nan)
    scores, yes, no = votes[EXPERTS].to_numpy(), votes["yes"].to_numpy(), votes["no"].to_numpy()
    by_experts, by_crowd = (scores > 0).all(axis=1), yes + no > 0
    if expert:
        numbers[0, by_experts] = expert_number(scores[by_experts], expert)
    if crowd:
        numbers[1, by_crowd] = crowd_number(yes[by_crowd], no[by_crowd], crowd)
    return numbers


def _blend(numbers: np.ndarray, expert_weight: float) -> np.ndarray:
    experts, crowd = numbers
    alone = np.where(np.isnan(experts), crowd, experts)
    blend = expert_weight * experts + (1 - expert_weight) * crowd
    return np.asarray(np.where(np.isnan(blend), alone, blend))


def _learned_target(votes: pd.DataFrame) -> np.ndarray:
    scores = votes[EXPERTS].to_numpy()
    yes, no = votes["yes"].to_numpy(), votes["no"].to_numpy()
    # Sorted rows would make it look as if one "expert" were always right.
    persons = rising_order(scores[(scores > 0).all(axis=1)]) < 1.0
    return learn_judges(scores, yes, no, persons).number(scores, yes, no)


def _source(numbers: np.ndarray) -> np.ndarray:
    experts, crowd = ~np.isnan(numbers)
    return np.select([experts & crowd, experts, crowd], [BOTH, EXPERTS_ALONE, CROWD_ALONE], "")


def _sureness(votes: pd.DataFrame, numbers: np.ndarray) -> np.ndarray:
    experts, crowd = np.zeros(len(votes)), np.zeros(len(votes))
    by_experts, by_crowd = ~np.isnan(numbers)
    experts[by_experts] = expert_sureness(votes.loc[by_experts, EXPERTS].to_numpy())
    crowd[by_crowd] = crowd_sureness(*(votes.loc[by_crowd, name].to_numpy() for name in ("yes", "no")))
    apart = np.nan_to_num(np.abs(numbers[0] - numbers[1]))
    # Never quite 0: a pair that is judged is worth more than none.
    return np.asarray(np.maximum((1 - (1 - experts) * (1 - crowd)) * (1 - apart), 0.01))


def _own_captions(data: Dataset, judged_pairs: pd.DataFrame, weight: float) -> pd.DataFrame:
    """Return every training photo beside its own captions, where that pair is not judged."""
    captions = data.captions
    own = captions.loc[captions["part"] == "train", ["photo", "caption"]]
    judged_index = pd.MultiIndex.from_frame(judged_pairs[["photo", "caption"]])
    own = own[~pd.MultiIndex.from_frame(own).isin(judged_index)]
    return own.assign(source=OWN_CAPTION, target=1.0, weight=weight)
