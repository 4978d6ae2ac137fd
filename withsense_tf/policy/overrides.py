"""What people decided of photos: the table of overrides."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from withsense_tf.errors import DataError

OVERRIDES: Final = ("restrict", "allow")
OVERRIDE_COLUMNS: Final = ("photo", "decision", "by", "reason")


@dataclass(frozen=True)
class Override:
    """What a person decided of a photo, and why."""

    photo: str
    decision: str
    by: str
    reason: str


def load_overrides(file: Path) -> dict[str, Override]:
    """Read what people decided: a CSV table with the columns photo, decision (restrict, allow), by, reason."""
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{file} cannot be read as a table of overrides: {error}.") from error
    overrides = {}
    for number, row in enumerate(rows, start=2):
        fields = {name: (row.get(name) or "").strip() for name in OVERRIDE_COLUMNS}
        if not all(fields.values()) or fields["decision"] not in OVERRIDES:
            raise DataError(
                f"{file}:{number}: expected a photo, restrict or allow, who decided and the reason; got {fields}."
            )
        if fields["photo"] in overrides:
            raise DataError(f"{file}:{number}: {fields['photo']} is decided twice.")
        overrides[fields["photo"]] = Override(**fields)
    return overrides
