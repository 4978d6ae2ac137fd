"""`runs/latest`: the newest run under a name that never changes, for scripts and bookmarks."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from withsense_tf.common.atomic_files import whole_file
from withsense_tf.common.limits import NAME_SIGNS, read_text

LATEST: Final = "latest"


def point_to(run: Path) -> Path:
    """Let `latest`, beside a run's folder, lead to it: a relative link, or a file with its name where there are none.

    The folder of all runs may be moved or mounted elsewhere: the link goes along.
    """
    latest = run.with_name(LATEST)
    draft = run.with_name(f"{LATEST}-{secrets.token_hex(4)}")
    try:
        draft.symlink_to(run.name, target_is_directory=True)
        draft.replace(latest)  # at once: a reader finds the run of before or this one
    except OSError:
        # Some systems have no links, or only for administrators.
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        if latest.is_dir() and not latest.is_symlink():
            # Whoever copied the runs followed the link. Nothing is thrown away, and nothing old is called the latest.
            latest.rename(run.with_name(f"copy-{secrets.token_hex(4)}"))
            return point_to(run)
        with whole_file(latest) as file:
            file.write_text(f"{run.name}\n", encoding="utf-8")
    return latest


def latest_in(runs: Path) -> Path | None:
    """Return the folder of the run that `latest` leads to; None where it leads to none."""
    latest = runs / LATEST
    try:
        name = latest.readlink().name if latest.is_symlink() else read_text(latest, NAME_SIGNS).strip()
    except (OSError, ValueError):
        return None
    # A name of a folder here, and no way out of it.
    run = runs / Path(name).name
    return run if name and run.is_dir() and run != latest else None
