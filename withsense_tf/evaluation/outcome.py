"""What one matcher answered under one split: everything that figures, tests and pictures are made from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

import numpy as np

from withsense_tf.common.atomic_files import whole_file
from withsense_tf.common.limits import parse_json, read_arrays
from withsense_tf.errors import DataError
from withsense_tf.evaluation.figures.ranking import PerQuery
from withsense_tf.evaluation.row_status import RUN

FORMAT: Final = 1
OUTCOMES: Final = "outcomes"  # below the folder of all runs
# Names of arrays in a file stay, whatever attributes are called: a run of before goes on.
ANSWERS: Final = "answers_"
RANKINGS: Final = "found_"
QUERIES: Final = "found_query_"
IN_FILE: Final = {"prediction": "predicted"}


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers for test pairs, a row each: photo, caption, target, weight, prediction, own, experts (rows, 3)."""

    photo: np.ndarray
    caption: np.ndarray
    target: np.ndarray
    weight: np.ndarray
    prediction: np.ndarray
    own: np.ndarray
    experts: np.ndarray

    def __len__(self) -> int:
        return len(self.target)


@dataclass(frozen=True, eq=False)
class Rankings:
    """The rankings of test queries: each one's text, its caption, and the first photos with their scores."""

    text: np.ndarray
    caption: np.ndarray
    first: np.ndarray  # names, (queries, top)
    scores: np.ndarray  # (queries, top)
    per_query: PerQuery


@dataclass(frozen=True, eq=False)
class Outcome:
    """One matcher under one split. `status` is "ok", or says why it was not run; then there are no answers.

    `key` is that of the job whose outcome it is, so that a file under another name is not taken for another job's, and
    `made_of` what the key is made of.
    """

    label: str
    split: str
    about: dict[str, str]
    status: str = RUN
    answers: Answers | None = None
    rankings: Rankings | None = None
    constant: float = float("nan")
    folds: int = 0
    train_pairs: int = 0
    train_photos: int = 0
    captioned_photos: int = 0
    seconds: float = 0.0
    peak_mb: float = 0.0
    config: str = ""
    history: dict[str, list[float]] = field(default_factory=dict)
    key: str = ""
    made_of: Mapping[str, Any] = field(default_factory=dict)

    def save(self, file: Path) -> None:
        """Write it as one file of arrays, whole or not at all."""
        about = {name: value for name, value in vars(self).items() if name not in ("answers", "rankings")}
        arrays = {"about": np.array(json.dumps(about | {"format": FORMAT}))}
        if self.answers is not None:
            arrays |= _to_file(self.answers, ANSWERS)
        if self.rankings is not None:
            arrays |= _to_file(self.rankings, RANKINGS) | _to_file(self.rankings.per_query, QUERIES)
        with whole_file(file) as draft, draft.open("wb") as stream:
            np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]  # keywords are arrays


def outcome_file(output: Path, key: str) -> Path:
    """Return where the outcome of a job is kept, below the folder of all runs."""
    return output / OUTCOMES / f"{key}.npz"


def load_outcome(file: Path) -> Outcome:
    """Read what `save` wrote; a file of another format or a damaged one is an error."""
    try:
        arrays = read_arrays(file)
        about: dict[str, Any] = parse_json(str(arrays.pop("about")))
        if about.pop("format") != FORMAT:
            raise ValueError("another format")
        answers = _from_file(Answers, ANSWERS, arrays)
        queries = _from_file(PerQuery, QUERIES, arrays)
        rankings = _from_file(Rankings, RANKINGS, arrays)
        if arrays:
            raise ValueError(f"arrays that are in no outcome: {', '.join(sorted(arrays))}")
        return Outcome(
            **about,
            answers=Answers(**answers) if answers else None,
            rankings=Rankings(**rankings, per_query=PerQuery(**queries)) if rankings else None,
        )
    except Exception as error:
        # A damaged archive makes its readers raise whatever they meet.
        raise DataError(f"{file} holds no stored answers of this version ({error}). Delete it.") from error


def _to_file(part: Answers | Rankings | PerQuery, prefix: str) -> dict[str, np.ndarray]:
    """Return the arrays of a part under their names in the file; texts need no pickle."""
    return {
        f"{prefix}{IN_FILE.get(name, name)}": array.astype(str) if array.dtype == object else array
        for name, array in vars(part).items()
        if isinstance(array, np.ndarray)
    }


def _from_file(kind: type[Any], prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Take the arrays of a part out of those of a file; nothing where the file has none of them."""
    names = [field.name for field in fields(kind) if field.name != "per_query"]
    stored_names = {name: f"{prefix}{IN_FILE.get(name, name)}" for name in names}
    if arrays.keys().isdisjoint(stored_names.values()):
        return {}
    return {name: arrays.pop(stored_name) for name, stored_name in stored_names.items()}
