"""All that was read from a folder, of either kind, before it is a data set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from withsense_tf.data.folder.problems import Problem

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Contents:
    """All that a folder holds: the tables, and what is wrong with it. A `plain` folder is no With Sense folder.

    `in_short` says of a plain one how many photos have captions, and from where, now that all of them were looked at.
    """

    folder: Path
    tables: dict[str, pd.DataFrame]
    problems: tuple[Problem, ...]
    rows_in_file: dict[str, int]
    photo_files: dict[str, int]
    fingerprint: str
    plain: bool = False
    in_short: str = ""
