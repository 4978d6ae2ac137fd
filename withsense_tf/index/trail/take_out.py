"""Photos leave an index for good, or may come in again, and the trail says who decided it and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.left_out_tables import kept_out_photos, kept_out_since, left_along
from withsense_tf.index.trail.decision_trail import (
    READMIT,
    REMOVE,
    DecisionTrail,
    Signer,
    new_decision,
)
from withsense_tf.index.trail.signed_words import signed_words
from withsense_tf.index.upkeep.ingest import Report, remove_for_good
from withsense_tf.index.upkeep.kept_out import keep_out, readmit
from withsense_tf.policy.current_policy import Policy


def take_out(
    index: PhotoIndex, names: Sequence[str], policy: Policy, trail: DecisionTrail, signer: Signer, reason: str
) -> tuple[Report, dict[str, str], list[str]]:
    """Take photos, their copies and what shows them out for good, and write each that left into the trail.

    Return the report, who left, each with the photo that it shows or "", and what the index never had. What left and is
    not written down, as in a trail that was brought back from a copy, is written down when it is asked for again. What
    cannot be written into the trail and the audit log does not leave. A trail that cannot be read, and a reason without
    words, are errors before anything is done.
    """
    who, why = signed_words("The name of who decides", signer.name), signed_words("The reason", reason)
    times = {(one.photo, one.digest): one.time for one in trail.decisions() if one.decision == REMOVE}

    def note_and_keep_out(index: PhotoIndex, names: Sequence[str]) -> tuple[dict[str, str], list[str]]:
        # Within the transaction: nothing stays out that could not be written down.
        with trail.before_effect() as note, index.catalog.writing() as tables:
            leaving, unknown = keep_out(index, names)
            photos = {photo: (digest, look) for photo, digest, look in kept_out_photos(tables)}
            since, along = kept_out_since(tables), left_along(tables, names)
            for photo in dict.fromkeys((*names, *along, *leaving)):
                if photo not in photos:
                    continue
                digest, look = photos[photo]
                # It may have been let in again since it was noted.
                if photo in leaving or times.get((photo, digest), "") < since[photo]:
                    shows = leaving.get(photo, "" if look or photo in names else along[photo])
                    decision = new_decision(photo, digest, REMOVE, (), replace(signer, name=who), why)
                    note(replace(decision, shows=shows or None), policy)
            return leaving, [name for name in unknown if name not in photos]

    return remove_for_good(index, names, policy, note_and_keep_out)


def let_in(
    index: PhotoIndex, names: Sequence[str], policy: Policy, trail: DecisionTrail, signer: Signer, reason: str
) -> int:
    """Let photos that were taken out, and what left with them, come in again, and write each into the trail.

    Return how many. Nothing is let in that could not be written down: stopped between, the trail says it too early. A
    trail that cannot be read is an error before anything is done.
    """
    who, why = signed_words("The name of who decides", signer.name), signed_words("The reason", reason)
    trail.decisions()
    with trail.before_effect() as note, index.catalog.writing() as tables:
        before, along = kept_out_photos(tables), left_along(tables, names)
        count = readmit(index, names)
        after = {photo for photo, *_ in kept_out_photos(tables)}
        for photo, digest, look in before:
            if photo not in after:
                shows = None if look or photo in names else along.get(photo)
                decision = new_decision(photo, digest, READMIT, (), replace(signer, name=who), why)
                note(replace(decision, shows=shows), policy)
    return count
