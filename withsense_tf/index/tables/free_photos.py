"""Which live photos may be seen at an age limit, and of which of them all that was said may be told, as SQL asks it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from typing import Final

FREE: Final = "restricted = 0"
# Of a photo that a person allowed, or that too few votes restrict, single texts may speak of what the law protects.
_WITH_DOUBT: Final = "(by_hand = 1 OR votes > 0)"
PLAIN: Final = f"{FREE} AND NOT {_WITH_DOUBT}"


def which_are(kind: str, age_limit: int | None, photo: str = "live.id") -> tuple[str, list[int]]:
    """Return a condition that goes on with others, and its values: that a photo is free or plain at an age limit.

    Without a limit, every photo is.
    """
    if age_limit is None:
        return "", []
    return (
        f" AND EXISTS (SELECT 1 FROM law WHERE law.photo = {photo} AND age_limit = ? AND {kind})",
        [age_limit],
    )


def photos_with_doubt(
    tables: sqlite3.Connection, age_limit: int, permitted_digests: Collection[str]
) -> dict[int, str]:
    """Return the names of the live photos that may be seen though texts of them may say too much, by number.

    They are the free ones that are not plain, and those of some digests, for which there are permissions.
    """
    free = tables.execute(
        "SELECT live.id, name FROM law JOIN live ON live.id = law.photo "
        f"WHERE age_limit = ? AND {FREE} AND {_WITH_DOUBT}",
        (age_limit,),
    ).fetchall()
    # As one value: there may be more of them than a question may have.
    by_permission = tables.execute(
        "SELECT id, name FROM live WHERE digest IN (SELECT value FROM json_each(?))",
        (json.dumps(list(permitted_digests)),),
    ).fetchall()
    return dict([*free, *by_permission])
