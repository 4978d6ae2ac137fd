"""The mark of a demo set: which one it is, and whether it is still as it was rendered."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from withsense_tf.common.fingerprints import content_of, files_below, fingerprint
from withsense_tf.common.limits import read_json
from withsense_tf.data.pictures.photo_file import LITTER

FILE = "demo.json"


@dataclass(frozen=True)
class DemoSizes:
    """How many photos a demo set has: to train on, to test on, and with captions alone."""

    train: int
    test: int
    captioned: int = 0


@dataclass(frozen=True)
class Marker:
    """What a demo set says of itself, and whether its files are still those that were rendered."""

    seed: int
    sizes: DemoSizes
    version: int
    untouched: bool

    @property
    def name(self) -> str:
        """Return what tables call a data set with this mark."""
        return f"{'demo' if self.untouched else 'altered demo'} (synthetic, seed {self.seed})"


def write_marker(folder: Path, seed: int, sizes: DemoSizes, version: int) -> None:
    """Mark a folder, all of whose other files are there, as a demo set."""
    facts = {
        "name": "withsense_tf demo set",
        "synthetic": True,
        "version": version,
        "seed": seed,
        **asdict(sizes),
        "content": folder_digest(folder),
    }
    (folder / FILE).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8", newline="\n")


def read_marker(folder: Path) -> Marker | None:
    """Read the mark of a folder; None where there is none, as in an archive of photos."""
    try:
        facts = read_json(folder / FILE)
        seed, train, test, version = (int(facts[name]) for name in ("seed", "train", "test", "version"))
        # Sets of before have none, and are synthetic all the same.
        sizes = DemoSizes(train, test, int(facts.get("captioned", 0)))
        untouched = facts["content"] == folder_digest(folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Marker(seed, sizes, version, untouched)


def folder_digest(folder: Path) -> str:
    """Condense the names and contents of all files but the mark, and what operating systems leave."""
    files = (path for path in files_below(folder) if path.name != FILE and path.name.lower() not in LITTER)
    return fingerprint(folder, files, lambda file: f"{content_of(file).hex()}\n".encode(), 64)
