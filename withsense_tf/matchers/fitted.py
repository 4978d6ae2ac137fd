"""One matcher, trained on all that a folder has to learn from, for use rather than for a comparison."""

from __future__ import annotations

from pathlib import Path

from withsense_tf.data.dataset import Dataset
from withsense_tf.encoders.texts.text_spacy import SpacyVectors
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError, SettingError, check_choice
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.registry import MATCHERS, Surroundings, make_matcher, photo_encoders_of
from withsense_tf.matchers.saved import load_matcher
from withsense_tf.policy.current_policy import Policy
from withsense_tf.targets.blend import relevance


def fitted_matcher(
    name: str,
    data: Dataset,
    policy: Policy,
    store: VectorStore,
    weights: str = "auto",
    vectors: Path | None = None,
    seed: int = 0,
) -> Matcher:
    """Return the matcher of that name, trained on the judged pairs that the law allows; or load a saved one."""
    if Path(name).is_dir():
        return load_matcher(name, store)
    kind, _, preset = name.partition(":")
    if not preset and "/" in name:
        raise SettingError(f"matcher={name!r}: there is no such folder of a saved matcher.")
    own = kind not in MATCHERS.names() and bool(preset)  # "module:Class"
    if not own:
        check_choice("matcher", kind, sorted(set(MATCHERS.names()) - {"constant"}))
    lawful_data, _ = policy.split(data)
    pairs = relevance(lawful_data, crowd=None)
    if not len(pairs):
        raise DataError(
            f"{data.name} has no judged pairs to learn from: give --matcher the folder of a matcher that was saved."
        )
    around = Surroundings(
        photo_encoders_of((), weights, data.synthetic, seed, quick=False),
        SpacyVectors(vectors) if vectors is not None else None,
        store,
        seed,
        synthetic=data.synthetic,
    )
    model = {"matcher": name} if own else {"matcher": kind} | ({"preset": preset} if preset else {})
    return make_matcher(model, around).fit(pairs)
