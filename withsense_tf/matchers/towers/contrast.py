"""Losses that pull a photo's captions towards it and push others away; pure functions on tensors of cosines.

`cosines` are (captions, photos) of one batch in which caption i belongs to photo i; `same` says which captions belong
to the same photo, (captions, photos), the diagonal included: those are no counter-examples.
"""

from __future__ import annotations

from typing import Any, Final

KINDS: Final = ("softmax", "sigmoid", "hinge")
MARGIN: Final = 0.2
FAR: Final = -1e9


def contrast(kind: str, cosines: Any, same: Any, scale: Any, shift: Any) -> Any:
    """Return the loss of a batch; `scale` sharpens the cosines and `shift` moves the sigmoid's middle."""
    import keras

    ops = keras.ops
    own = ops.diagonal(cosines)
    others = ops.where(same, FAR, cosines)
    if kind == "hinge":
        # Only the hardest counter-example counts, in both directions (VSE++).
        by_text = ops.relu(MARGIN + ops.max(others, axis=1) - own)
        by_photo = ops.relu(MARGIN + ops.max(others, axis=0) - own)
        return ops.mean(by_text + by_photo)
    if kind == "sigmoid":
        # Every pair is a yes or a no of its own (SigLIP); other captions of the same photo are neither.
        count = ops.cast(ops.shape(cosines)[0], cosines.dtype)
        yes = ops.softplus(-(scale * own + shift))
        no = ops.where(same, 0.0, ops.softplus(scale * cosines + shift))
        return ops.mean(yes) + ops.sum(no) / count
    # The right one against all others, in both directions (CLIP).
    right = scale * own
    by_text = ops.logsumexp(ops.concatenate([right[:, None], scale * others], axis=1), axis=1) - right
    columns = ops.transpose(scale * others)
    by_photo = ops.logsumexp(ops.concatenate([right[:, None], columns], axis=1), axis=1) - right
    return ops.mean(by_text + by_photo) / 2
