"""What one matcher answered under one split: everything that figures, tests and pictures are made from."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from withsense_tf.common.atomic_files import whole_file
from withsense_tf.common.limits import parse_json, read_arrays
from withsense_tf.errors import DataError
from withsense_tf.evaluation.figures.ranking import PerQuery
from withsense_tf.evaluation.row_status import RUN

FORMAT: Final = 1


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers for test pairs, a row each: photo, caption, target, weight, predicted, own, experts (rows, 3)."""

    photo: np.ndarray
    caption: np.ndarray
    target: np.ndarray
    weight: np.ndarray
    predicted: np.ndarray
    own: np.ndarray
    experts: np.ndarray

    def __len__(self) -> int:
        return len(self.target)


@dataclass(frozen=True, eq=False)
class Rankings:
    """What was found for test queries: a text, the right photo, and the first photos with their scores."""

    text: np.ndarray
    caption: np.ndarray
    first: np.ndarray  # names, (queries, top)
    scores: np.ndarray  # (queries, top)
    per_query: PerQuery


@dataclass(frozen=True, eq=False)
class Outcome:
    """One matcher under one split. `status` is "ok", or says why it was not run; then there are no answers.

    `key` is that of the job whose outcome it is, so that a file under another name is not taken for another job's.
    """

    label: str
    split: str
    about: dict[str, str]
    status: str = RUN
    answers: Answers | None = None
    found: Rankings | None = None
    constant: float = float("nan")
    folds: int = 0
    train_pairs: int = 0
    train_photos: int = 0
    seconds: float = 0.0
    peak_mb: float = 0.0
    config: str = ""
    history: dict[str, list[float]] = field(default_factory=dict)
    key: str = ""

    def save(self, file: Path) -> None:
        """Write it as one file of arrays, whole or not at all."""
        arrays: dict[str, np.ndarray] = {}
        about = {name: value for name, value in vars(self).items() if name not in ("answers", "found")} | {
            "format": FORMAT
        }
        arrays["about"] = np.array(json.dumps(about))
        for part in ("answers", "found"):
            value = getattr(self, part)
            if value is not None:
                flat = {name: item for name, item in vars(value).items() if name != "per_query"}
                if part == "found":
                    flat |= {f"query_{name}": item for name, item in asdict(value.per_query).items()}
                arrays |= {f"{part}_{name}": np.asarray(item) for name, item in flat.items()}
        with whole_file(file) as draft, draft.open("wb") as stream:
            np.savez_compressed(stream, **{name: _plain(array) for name, array in arrays.items()})  # type: ignore[arg-type]  # keywords are arrays


def load_outcome(file: Path) -> Outcome:
    """Read what `save` wrote; a file of another format or a damaged one is an error."""
    try:
        arrays = read_arrays(file)
        about: dict[str, Any] = parse_json(str(arrays.pop("about")))
        if about.pop("format") != FORMAT:
            raise ValueError("another format")
        parts = {
            part: {name[len(part) + 1 :]: array for name, array in arrays.items() if name.startswith(part)}
            for part in ("answers", "found")
        }
        outcome = Outcome(**about)
        if parts["answers"]:
            outcome = replace(outcome, answers=Answers(**parts["answers"]))
        if parts["found"]:
            queries = {
                name[6:]: parts["found"].pop(name)
                for name in list(parts["found"])
                if name.startswith("query_")
            }
            outcome = replace(outcome, found=Rankings(**parts["found"], per_query=PerQuery(**queries)))
    except Exception as error:
        # A damaged archive makes its readers raise whatever they meet.
        raise DataError(f"{file} holds no stored answers of this version ({error}). Delete it.") from error
    return outcome


def _plain(array: np.ndarray) -> np.ndarray:
    """Turn texts into an array that needs no pickle."""
    return array.astype(str) if array.dtype == object else array
