"""Whether a server may use the files that it needs, and has room for its audit log: said before a request fails."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from withsense_tf.app.photo_ids import KEY_FILE, PhotoIds
from withsense_tf.app.settings import AppSettings
from withsense_tf.errors import DiskError, WithSenseError, on_disk
from withsense_tf.file_access import has_right, is_on_read_only_disk
from withsense_tf.index.trail.decision_trail import TRAIL, Decision, DecisionTrail
from withsense_tf.policy.audit import AuditLog
from withsense_tf.policy.consent_register import ConsentRegister
from withsense_tf.policy.service import LawFiles


def check_law_files(law: LawFiles) -> None:
    """Raise where no answer can be given: a file of the law cannot be read, or the audit log takes no entry."""
    for file in (law.countries, law.overrides):
        if file is not None:
            with on_disk(file), file.open("rb"):
                pass
    if law.consents is not None:
        ConsentRegister(law.consents).check()
    if law.audit is not None:
        AuditLog(law.audit).check()


def check_start(settings: AppSettings) -> list[str]:
    """Raise where a server could not answer; return why nothing could be decided or brought there, a line each."""
    law, state = settings.law, settings.state_folder
    check_law_files(law)
    if (key := state / KEY_FILE).exists():
        with on_disk(key):
            PhotoIds.of_folder(state)
    else:
        try:
            _check_writable(state)
        except DiskError as error:
            raise type(error)(
                f"{error} A server keeps there what it makes; elsewhere with --state FOLDER."
            ) from error
    places = [state, *(state.iterdir() if state.is_dir() else ())]
    if law.overrides is not None:  # another table takes its place
        places += [law.overrides.parent, law.overrides, Path(f"{law.overrides}.lock")]
    reasons = []
    for place in places if law.consents is None else [*places, law.consents]:
        try:
            _check_writable(place)
        except DiskError as error:
            reasons.append(str(error))
    return reasons


def state_damage(state: Path) -> list[str]:
    """Return what is wrong with the files of a server's state that nothing makes anew, a line each."""
    lines = []
    for name, read in ((KEY_FILE, PhotoIds.of_folder), (TRAIL, read_trail)):
        try:
            with on_disk(state / name):
                if (state / name).exists():
                    read(state)
        except WithSenseError as error:
            lines.append(str(error))
    return lines


def read_trail(state: Path) -> list[Decision]:
    """Return all decisions of a server; raise where a line cannot be read."""
    return DecisionTrail(state).decisions()


def _check_writable(place: Path) -> None:
    """Raise where a file or folder, or the folder that it would be made in, may not be written to."""
    there = next((one for one in (place, *place.parents) if one.exists()), place)
    rights = os.W_OK | os.X_OK if there.is_dir() else os.W_OK
    with on_disk(there):
        if not has_right(there, rights):
            if is_on_read_only_disk(there):
                raise OSError(errno.EROFS, os.strerror(errno.EROFS))
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
