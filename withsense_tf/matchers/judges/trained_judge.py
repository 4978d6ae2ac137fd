"""A judge that `policy train` made: a folder with what it learned and its card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from copy import copy
from pathlib import Path
from typing import Any, Final

import numpy as np

from withsense_tf.common.limits import read_json
from withsense_tf.common.saved_objects import ARRAYS, STATE, load_state, save_state
from withsense_tf.data.pictures.photo_file import PhotoError, digest_of
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError
from withsense_tf.matchers.cards.card_page import card_of
from withsense_tf.matchers.judges.child_kernel import ChildKernel
from withsense_tf.matchers.judges.close_judge import CloseJudge
from withsense_tf.matchers.judges.judge_card import LOADING, card_head, card_text
from withsense_tf.matchers.saved import known_modules
from withsense_tf.policy.photo_judge import ChildJudge

CARD: Final = "card.json"


def save_judge(kernel: ChildKernel | CloseJudge, card: Mapping[str, Any], folder: Path) -> Path:
    """Write a judge into a folder that is not there yet, with its card for programs and for people."""
    texts = {CARD: json.dumps(card, indent=1, allow_nan=False) + "\n"}
    texts |= card_of(card_head(card), f"{card_text(card)}\n{LOADING}")
    return save_state(kernel, folder, known_modules(), texts)


class TrainedJudge(ChildJudge):
    """Read a judge; one that is damaged, or whose weights are no longer those of then, is an error now."""

    def __init__(self, folder: Path) -> None:
        self._kernel = _kernel(folder)
        try:
            self.card = read_json(folder / CARD)
            self.threshold, self.sure = float(self.card["threshold"]), float(self.card["sure"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(
                f"{folder / CARD} cannot be read ({error!r}), so nobody knows from when on the judge is heard. Bring "
                "it back, or train anew: policy train."
            ) from error
        digest = hashlib.sha256()
        for name in (STATE, ARRAYS, CARD):
            with (folder / name).open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
        self.identity = f"trained {digest.hexdigest()[:16]}"

    def beside(self, store: VectorStore) -> TrainedJudge:
        """Return this judge, who takes vectors of photos from a store, and keeps them there."""
        other = copy(self)
        other._kernel = self._kernel.beside(store)
        return other

    def __call__(self, paths: list[Path]) -> np.ndarray:
        """Return how likely each photo shows a child; nan for one that cannot be read."""
        contents = [_digest(path) for path in paths]
        place = {content: at for at, content in enumerate(contents) if content}
        different = list(place)
        features = self._kernel.features_
        is_seen = np.ones(len(different), bool)
        for encoder in features.encoders:
            some = features.store.encode(encoder, different, [paths[place[one]] for one in different])
            is_seen &= some.has_vector
        readable = [one for one, is_here in zip(different, is_seen, strict=True) if is_here]
        if not readable:
            return np.full(len(paths), np.nan)
        chances = self._kernel.chance(readable, [paths[place[one]] for one in readable])
        by_content = dict(zip(readable, chances, strict=True))
        return np.array([by_content.get(content, np.nan) for content in contents])


def _digest(path: Path) -> str:
    try:
        return digest_of(path)
    except (OSError, PhotoError):
        return ""


def _kernel(folder: Path) -> ChildKernel | CloseJudge:
    kernel = load_state(folder, known_modules(), VectorStore())
    if not isinstance(kernel, ChildKernel | CloseJudge):
        raise DataError(
            f"{folder} holds a {type(kernel).__name__}, expected a judge of photos as policy train makes it."
        )
    return kernel
