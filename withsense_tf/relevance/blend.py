"""Judgements -> one target in [0, 1] for each pair of photo and caption."""

from __future__ import annotations

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.errors import DataError


def relevance(data: Dataset) -> Pairs:
    """Return a row for each pair that the experts judged, with the mean of their scores scaled to [0, 1].

    The scores 1 to 4 become 0 to 1: scores of 1, 1 and 4 have the mean 2, so the target is 1/3.
    """
    experts = data.experts
    if experts.empty:
        raise DataError(
            f"{data.name} has no expert scores, so there is no target. "
            "Expected rows in ExpertAnnotations.tsv; `dataset.quarantine` says what was left out."
        )
    mean = experts[["expert1", "expert2", "expert3"]].mean(axis=1)
    table = experts[["photo", "caption"]].assign(target=(mean - 1) / 3, weight=1.0, source="experts")
    captions, photos = data.captions, data.photos
    table = table.merge(captions[["caption", "text"]], on="caption", how="inner", validate="many_to_one")
    train_photos = photos.loc[photos["part"] == "train", ["photo", "path"]]
    return Pairs(data, table.merge(train_photos, on="photo", how="inner", validate="many_to_one"))
