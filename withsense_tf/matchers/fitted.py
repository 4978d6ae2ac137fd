"""One matcher, trained on all that a folder has to learn from, for use rather than for a comparison."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from withsense_tf.common.terminal import waiting
from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.demo_marker import read_marker
from withsense_tf.encoders.texts.text_spacy import SpacyVectors
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import NoCaptionsError, SettingError, check_choice
from withsense_tf.matchers.alone.photos_alone import PhotosAlone
from withsense_tf.matchers.base import FOR_SEARCH_ALONE, Matcher
from withsense_tf.matchers.registry import MATCHERS, Surroundings, make_matcher, photo_encoders_of
from withsense_tf.matchers.saved import load_matcher
from withsense_tf.policy.current_policy import Policy
from withsense_tf.targets.blend import relevance
from withsense_tf.targets.calibrated_on import FEWEST
from withsense_tf.targets.caption_pairs import caption_pairs
from withsense_tf.targets.which_target import nobody_judged

BY_DEFAULT: Final = "hybrid"
WITHOUT_CAPTIONS: Final = (BY_DEFAULT, "photos_alone")


def check_learner(name: str, folder: Path, weights: str) -> bool:
    """Raise where there is no such matcher, or photos need other weights; return whether it needs captions."""
    if Path(name).is_dir():
        return False
    kind = _check_name(name)[0]
    photo_encoders_of((), weights, read_marker(folder) is not None, 0, quick=False)
    return kind not in WITHOUT_CAPTIONS


def _check_name(name: str) -> tuple[str, str, bool]:
    """Return the kind and the preset that a name has, and whether it is "module:Class"."""
    kind, _, preset = name.partition(":")
    if not preset and "/" in name:
        raise SettingError(f"matcher={name!r}: there is no such folder of a saved matcher.")
    own = kind not in MATCHERS.names() and bool(preset)
    if not own:
        check_choice("matcher", kind, sorted(set(MATCHERS.names()) - {"constant"}))
    return kind, preset, own


def fitted_matcher(
    name: str,
    data: Dataset,
    policy: Policy | None,
    store: VectorStore,
    weights: str = "auto",
    vectors: Path | None = None,
    seed: int = 0,
) -> Matcher:
    """Return the matcher of that name, trained on what the law allows (see `training_pairs`); or load a saved one."""
    if Path(name).is_dir():
        return load_matcher(name, store)
    kind, preset, own = _check_name(name)
    lawful_data = _lawful(data, policy)
    photo = photo_encoders_of((), weights, data.synthetic, seed, quick=False)
    words = SpacyVectors(vectors) if vectors is not None else None
    around = Surroundings(photo, words, store, seed, synthetic=data.synthetic)
    model = {"matcher": name} if own else {"matcher": kind} | ({"preset": preset} if preset else {})
    matcher = make_matcher(model, around)
    if FOR_SEARCH_ALONE.get() and type(matcher).search_form is Matcher.search_form:
        matcher.search_form()  # raises, before all the training
    try:
        return matcher.fit(training_pairs(lawful_data, seed))
    except NoCaptionsError:
        # What is asked for by default makes the best of what there is; what was chosen does not turn into another.
        if kind not in WITHOUT_CAPTIONS:
            raise
        return PhotosAlone(list(photo), store).ready(lawful_data.law)


def _lawful(data: Dataset, policy: Policy | None) -> Dataset:
    """Return what the law allows to learn from; without a policy, the data are what it left."""
    with waiting("Reading the captions by the law"):
        return data if policy is None else policy.split(data)[0]


def adapted_matcher(matcher: Matcher, data: Dataset, policy: Policy | None, seed: int = 0) -> Matcher:
    """Return a matcher that has learned from the photos that the law allows, too; the same if none is new."""
    lawful_data = _lawful(data, policy)
    try:
        pairs = training_pairs(lawful_data, seed)
    except NoCaptionsError:
        return matcher
    return matcher.adapt(pairs)


def training_pairs(data: Dataset, seed: int = 0) -> Pairs:
    """Return the judged pairs of a data set, the experts' if there are any; where nobody judged, caption pairs."""
    if nobody_judged(data):
        return caption_pairs(data, seed=seed)
    judged_pairs = relevance(data, crowd=None) if len(data.experts) else relevance(data, expert=None)
    if len(judged_pairs) < FEWEST:
        return caption_pairs(data, seed=seed)
    return _with_the_others_captioned(judged_pairs)


def _with_the_others_captioned(pairs: Pairs) -> Pairs:
    """Return the pairs in a data set whose other described photos are captioned ones, to be learned from beside them.

    Where a few photos of many are judged, they calibrate, and all teach. In a comparison these others may be photos
    that are measured on; here nothing is.
    """
    photos, captions = pairs.data.photos, pairs.data.captions
    is_other = (photos["part"] == "train") & ~photos["photo"].isin(pairs.table["photo"])
    others = set(photos.loc[is_other, "photo"]) & set(captions["photo"])
    if not others:
        return pairs
    tables = {
        name: table.assign(part=table["part"].where(~table["photo"].isin(others), "corpus"))
        for name, table in (("photos", photos), ("captions", captions))
    }
    return Pairs(pairs.data.with_tables(**tables), pairs.table, pairs.definition)
