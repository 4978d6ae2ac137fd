"""Judges of photos: what looks at pixels and says how likely a photo shows a child.

They are a help, not the law's eye: measure one before relying on it, and let the threshold follow from the recall that
is needed.
"""

from __future__ import annotations

import os
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from withsense_tf.common.code_version import whose
from withsense_tf.common.plugins import Plugins
from withsense_tf.errors import DataError, NotFittedError, SettingError, WithSenseWarning

# Photo files -> how likely each shows a child, from 0 to 1.
PhotoJudge = Callable[[list[Path]], np.ndarray]


class ChildJudge(ABC):
    """A judge that a user names; one of a class of one's own is made without arguments.

    - `identity` names all that its answers depend on: it is part of the policy's version, so another version of the
      judge needs another name
    - `threshold`: from that chance on, a photo is restricted of which no text speaks
    - `sure`: from that chance on, one is restricted whose captions speak of no child
    """

    identity: str
    threshold: float = 0.1
    sure: float = 0.5

    @abstractmethod
    def __call__(self, paths: list[Path]) -> np.ndarray:
        """Return how likely each photo shows a child, from 0 to 1, (photos,); nan where that cannot be told."""

    def beside(self, store: Any) -> ChildJudge:  # noqa: ARG002  # those that look by a known encoder use it
        """Return this judge, who looks up in a store of vectors what it can instead of looking once more."""
        return self


JUDGES: Final = Plugins[ChildJudge](
    "judge", "withsense_tf.photo_judges", {}, "withsense_tf.policy.photo_judge:ChildJudge"
)
# What reads a judge that `policy train` made; imported when one is named, as it needs all that sees photos.
JUDGE_READERS: Final = Plugins[ChildJudge](
    "judge",
    "withsense_tf.no_others",
    {"trained": "withsense_tf.matchers.judges.trained_judge:TrainedJudge"},
    "withsense_tf.policy.photo_judge:ChildJudge",
)


def load_judge(name: str | None) -> ChildJudge:
    """Return the judge of a name, of "module:Class" or of a folder that `policy train` made.

    Without a name, that is the one that is installed.
    """
    if name is not None and (os.sep in name or Path(name).is_dir()):
        return JUDGE_READERS.load("trained")(Path(name))  # type: ignore[call-arg]  # this one is made of its folder
    names = JUDGES.names()
    if name is None and len(names) != 1:
        here = f"Several are installed: {', '.join(names)}." if names else "None is installed."
        raise SettingError(
            f"Which judge of photos? {here} Name one by --judge, as my_module:MyJudge or as the folder that "
            "policy train made; docs/how_to/extend.md shows how to write one, and how a package adds one."
        )
    if name is not None and ":" not in name and name not in names:
        raise no_judge(name)
    judge = JUDGES.load(names[0] if name is None else name)()
    if not isinstance(getattr(judge, "identity", None), str):
        raise SettingError(f"{whose(judge)} has no `identity`: name all that its answers depend on.")
    return judge


def no_judge(name: str) -> SettingError:
    """Say that nobody knows a judge of a name, and what is one."""
    names = "".join(f", or {one}, which is installed" for one in JUDGES.names())
    return SettingError(
        f"The judge of photos {name!r} is not there, so nothing may be shown: expected the folder that `policy train "
        f"FOLDER --output JUDGE` made, or a judge of your own as my_module:MyJudge{names}."
    )


def ask_judge(judge: PhotoJudge, paths: Sequence[Path]) -> np.ndarray:
    """Return the judge's answer for each photo, nan where it gives no number from 0 to 1."""
    try:
        chances = np.asarray(judge(list(paths)), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"The judge of photos {whose(judge)} gives no numbers: {error}.") from error
    if chances.shape != (len(paths),):
        raise DataError(
            f"The judge of photos {whose(judge)} answers {chances.shape} for {len(paths)} photos, expected one each."
        )
    is_chance = (chances >= 0) & (chances <= 1)
    if len(others := chances[~is_chance & ~np.isnan(chances)]):
        message = (
            f"The judge of photos {whose(judge)} answers {others[0]:g}: what is not from 0 to 1 is no answer."
        )
        warnings.warn(message, WithSenseWarning, stacklevel=2)
    return np.where(is_chance, chances, np.nan)


class PhotoHead:
    """Logistic regression on standardised photo vectors, taught by labels that captions give.

    `strength` is that of the data against the penalty: small, as vectors have more numbers than there are photos.
    """

    def __init__(self, strength: float = 0.01) -> None:
        self.strength = strength

    def fit(self, vectors: np.ndarray, shows_child: np.ndarray) -> Self:
        """Learn from vectors, (photos, size), and labels, (photos,)."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        if len(np.unique(shows_child)) < 2:
            raise DataError(
                "The classifier needs photos of both kinds, with and without a child, to learn from."
            )
        self.model_ = make_pipeline(StandardScaler(), LogisticRegression(C=self.strength, max_iter=2000))
        self.model_.fit(vectors, shows_child)
        return self

    def chance(self, vectors: np.ndarray) -> np.ndarray:
        """Return how likely each photo shows a child, from 0 to 1, (photos,)."""
        if not hasattr(self, "model_"):
            raise NotFittedError("This PhotoHead is not fitted yet: call fit(vectors, shows_child) first.")
        return np.asarray(self.model_.predict_proba(vectors)[:, 1])

    def judge(self, encode: Callable[[list[Path]], np.ndarray]) -> PhotoJudge:
        """Return what `Ownership(photo_judge=…)` asks: photo files in, chances out."""
        return lambda paths: self.chance(encode(paths))
