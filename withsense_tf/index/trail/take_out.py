"""Photos leave an index for good, and the trail says who took them out and why: by a server or at a command line."""

from __future__ import annotations

from collections.abc import Sequence

from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.left_out_tables import kept_out_photos
from withsense_tf.index.trail.decision_trail import (
    REMOVE,
    Decision,
    DecisionTrail,
    Signer,
    new_decision_id,
    time_now,
)
from withsense_tf.index.upkeep.ingest import Report, remove_for_good
from withsense_tf.policy.current_policy import Policy


def take_out(
    index: PhotoIndex, names: Sequence[str], policy: Policy, trail: DecisionTrail, signer: Signer, reason: str
) -> tuple[Report, dict[str, str], list[str]]:
    """Take photos, their copies and what shows them out for good, and write each that left into the trail.

    Return the report, who left, each with the photo that it shows or "", and what the index does not have. What was
    stopped before it was written down is written down when it is asked for again.
    """
    report, leaving, unknown = remove_for_good(index, names, policy)
    with index.catalog.reading() as tables:
        digests = {photo: digest for photo, digest, _ in kept_out_photos(tables)}
    removals = {(one.photo, one.digest) for one in trail.decisions() if one.decision == REMOVE}
    for photo in dict.fromkeys((*names, *leaving)):
        if photo in digests and (photo in leaving or (photo, digests[photo]) not in removals):
            cells = (new_decision_id(), time_now(), photo, digests[photo], REMOVE, None, signer.name, reason)
            trail.note(Decision(*cells, key=signer.key, shows=leaving.get(photo) or None), policy)
    return report, leaving, unknown
