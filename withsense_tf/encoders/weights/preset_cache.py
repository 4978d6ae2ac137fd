"""KerasHub presets that were downloaded before, and a way to run without downloading any more."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from withsense_tf.encoders.weights.weight_files import is_local
from withsense_tf.errors import WeightsMissingError

KAGGLE: Final = "kaggle://"
# What to do instead, as told by those who forbade downloads; of the whole process, because threads load, too.
_forbidden: Final[list[str]] = []


@contextmanager
def no_downloads(advice: str) -> Iterator[None]:
    """Within the block, a preset that is not on this machine is a WeightsMissingError that ends in `advice`."""
    _forbidden.append(advice)
    try:
        yield
    finally:
        _forbidden.pop()


def check_here(preset: str) -> None:
    """Raise at once, before anything large is imported, where a preset would be downloaded and must not be."""
    if _forbidden and not is_local(preset) and not _versions(preset):
        raise _missing(preset)


def preset_source(preset: str, handle: str) -> str:
    """Return what KerasHub is to load: `preset` itself, or its downloaded folder where downloads are forbidden.

    `handle` is the address that this version of KerasHub has for it. Even for what is here, KerasHub would
    otherwise ask the network for files that a preset may have.
    """
    if not _forbidden:
        return preset
    versions = _versions(handle)
    if not versions:
        raise _missing(preset)
    return str(versions[-1])


def _missing(preset: str) -> WeightsMissingError:
    return WeightsMissingError(f"{preset} is not on this machine ({_forbidden[-1]})")


def _versions(preset: str) -> list[Path]:
    """Return the folders of a name's or address's downloaded versions, the newest one last."""
    path = preset.removeprefix(KAGGLE)
    if "://" in path:
        return []
    parts = path.split("/")
    if preset.startswith(KAGGLE) and len(parts) not in (4, 5):
        return []
    # KerasHub's own presets have their name as the last part of their address.
    owner, model, framework, name = parts[:4] if len(parts) > 1 else ("keras", "*", "keras", path)
    version = parts[4] if len(parts) == 5 else "*"
    root = Path(os.environ.get("KAGGLEHUB_CACHE") or Path.home() / ".cache" / "kagglehub") / "models"
    folders = (
        folder for folder in root.glob(f"{owner}/{model}/{framework}/{name}/{version}") if folder.is_dir()
    )
    return sorted(
        (folder for folder in folders if _is_whole(folder)), key=lambda folder: _number(folder.name)
    )


def _is_whole(folder: Path) -> bool:
    """Return whether settings and weights are there, and were not left half-way by a download that broke off."""
    files = [folder / "config.json", *folder.glob("model*.weights.h5")]
    if len(files) < 2 or not all(file.is_file() for file in files):
        return False
    # kagglehub marks a whole version, or each of its files.
    marks = folder.parent / ".complete" / folder.name
    return (folder.parent / f"{folder.name}.complete").exists() or all(
        (marks / f"{file.name}.complete").exists() for file in files
    )


def _number(version: str) -> int:
    return int(version) if version.isdecimal() else -1
