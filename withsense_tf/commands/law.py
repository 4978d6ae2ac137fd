"""The law as a service keeps it: its files are named by environment variables, so that every command keeps the same."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from withsense_tf.errors import SettingError

if TYPE_CHECKING:
    from withsense_tf.policy.gate import Policy

FILES: Final = {
    "countries": "WITHSENSE_COUNTRIES",
    "overrides": "WITHSENSE_OVERRIDES",
    "consents": "WITHSENSE_CONSENTS",
    "audit": "WITHSENSE_AUDIT",
}


def policy_of_service() -> Policy:
    """Return the policy of the package, with the files that the environment names."""
    from withsense_tf.policy.gate import Policy

    files = {name: Path(os.environ[variable]) for name, variable in FILES.items() if os.environ.get(variable)}
    for name in ("countries", "overrides"):
        if name in files and not files[name].is_file():
            raise SettingError(
                f"{FILES[name]}={files[name]}: there is no such file, so nothing may be shown."
            )
    return Policy.default(**files)
