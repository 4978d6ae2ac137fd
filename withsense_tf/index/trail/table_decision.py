"""A decision on a photo and the table of overrides: what it replaces there, and what holds against it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from withsense_tf.common.atomic_files import alone_with, fill_draft, whole_file
from withsense_tf.errors import DataError, check_choice
from withsense_tf.index.trail.decision_trail import Signer, audit_before_effect, new_decision
from withsense_tf.index.trail.signed_words import signed_words
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.overrides import (
    OVERRIDES,
    HumanDecisions,
    Override,
    load_overrides,
    parse_overrides,
    table_of,
)

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Dataset
    from withsense_tf.policy.service import LawFiles


class ContraryError(DataError):
    """What a person decided of another photo of the same name or content holds against a decision: what, and advice."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"Nothing was written: {what} {advice}")
        self.what, self.advice = what, advice


def rows_of(rows: Iterable[Override], photo: str, digest: str) -> list[Override]:
    """Return what was decided of a photo as it is now, which a new decision replaces."""
    return [one for one in rows if one.photo == photo and one.digest in ("", digest)]


def cells_by_weight(rows: Iterable[Override]) -> list[dict[str, str]]:
    """Return the cells of the rows on a photo, the one that holds last: a restriction goes behind the others.

    One that is bound to a content holds under any name, so it goes behind one of a name.
    """
    return [
        asdict(one) for one in sorted(rows, key=lambda one: (one.decision == "restrict", bool(one.digest)))
    ]


def table_with(
    rows: Sequence[Override], old: Sequence[Override], new: Sequence[Override], where: str
) -> tuple[bytes, dict[str, Override]]:
    """Return a table with decisions on a photo in the place of others, as it is written and as it is read.

    What the next reader could not read is an error, and so it is where the last of them would not hold.
    """
    rest = [one for one in rows if one not in old]
    if new:
        _check_holds([*rest, *new[:-1]], new[-1])
    content = table_of([*rest, *new])
    return content, parse_overrides(content, where)


def photos_named(names: Iterable[str], contents: Mapping[str, str]) -> list[str]:
    """Return the photos that are named, and all below a folder whose name ends with /; a name of none is an error.

    >>> photos_named(["b.jpg", "in/"], {"in/a.jpg": "0", "b.jpg": "1", "c.jpg": "2"})
    ['b.jpg', 'in/a.jpg']
    """
    photos: dict[str, None] = {}
    for name in filter(str.strip, names):
        below = [photo for photo in contents if name.endswith("/") and photo.startswith(name)]
        if name not in contents and not below:
            raise _not_there(name, contents)
        photos |= dict.fromkeys(below or [name])
    if not photos:
        raise DataError("Which photos? Name them, or a file that has their names by --names.")
    return list(photos)


def policy_before_decision(law: LawFiles) -> Policy:
    """Return the policy of some files of the law, whose table of overrides the first decision makes."""
    has_table = law.overrides is not None and law.overrides.exists()
    return Policy.of_files(law if has_table else replace(law, overrides=None))


def kept_from_folders(law: LawFiles, data: Dataset, names: Sequence[str]) -> frozenset[str]:
    """Return the photos that no name of a folder may allow: more is known of them than that nobody described them."""
    folders = tuple(name for name in names if name.endswith("/"))
    if not folders:
        return frozenset()
    return frozenset(
        photo
        for photo, decision in policy_before_decision(law).gate(data).decisions.items()
        if decision.restricts_copies and photo.startswith(folders) and photo not in names
    )


def _not_there(name: str, photos: Iterable[str]) -> DataError:
    # A shell completes a name to its path from where one is.
    known = [photo for photo in photos if f"/{name}".endswith(f"/{photo}")]
    near = known or difflib.get_close_matches(name, list(photos), n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return DataError(
        f"{name}: the folder has no such photo, so nothing was written.{hint} policy photos has the names of "
        "those that are restricted."
    )


def decide_in_table(
    table: Path,
    contents: Mapping[str, str],
    policy: Policy,
    photo: str,
    decision: str,
    signer: Signer,
    reason: str,
) -> list[Override] | None:
    """Write a decision into a table of overrides, which is made if need be; return the rows that it replaces.

    What is decided so already changes nothing, as another table is another law: None.

    `contents` are the digests of photos, by name. After an error, and without the audit log, nothing is written.
    """
    check_choice("decision", decision, OVERRIDES)
    who, why = signed_words("The name of who decides", signer.name), signed_words("The reason", reason)
    digest = contents.get(photo)
    if not digest:
        raise _not_there(photo, contents)
    with alone_with(table):
        rows = list(load_overrides(table).values()) if table.exists() else []
        old = rows_of(rows, photo, digest)
        if {(one.decision, one.digest) for one in old} == {(decision, digest)}:
            return None
        new = Override(photo, decision, who, why, digest)
        content, overrides = table_with(rows, old, [new], f"Nothing was written: {table}")
        law = replace(policy, ownership=replace(policy.ownership, overrides=overrides))
        note = new_decision(photo, digest, decision, cells_by_weight(old), replace(signer, name=who), why)
        with audit_before_effect(note, law), whole_file(table) as draft:
            fill_draft(draft, content, table)
    return old


def _check_holds(rows: Sequence[Override], new: Override) -> None:
    """Raise where a decision would change nothing, or would gainsay another one on the same content."""
    same_content = [one for one in rows if new.digest and one.digest == new.digest]
    if contrary := next((one for one in same_content if one.decision != new.decision), None):
        raise ContraryError(
            f"{contrary.by} decided to {contrary.decision} the same picture under the name {contrary.photo} "
            f"({contrary.reason}).",
            "Take that decision back first, or decide on that photo: a decision holds for its content under any name.",
        )
    holding = HumanDecisions([*rows, new]).of(new.photo, new.digest)
    if holding is not None and holding.decision != new.decision:
        raise ContraryError(
            f"{holding.by} decided to {holding.decision} another picture of the name {new.photo} ({holding.reason}).",
            "Take that decision back, or give its row of the table of overrides another name: it holds for its content "
            "under any.",
        )
