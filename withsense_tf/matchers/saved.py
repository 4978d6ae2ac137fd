"""A fitted matcher -> a folder, and back; there is no pickle (but see `encoders.state` on what to trust)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import NoneType
from typing import Any, Final

from withsense_tf.common.atomic_files import check_new_folder
from withsense_tf.common.saved_objects import check_known, load_state, save_state
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError, SettingError, check_kind
from withsense_tf.file_access import path_of
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.cards.card_page import card_of
from withsense_tf.matchers.cards.matcher_card import head_of, text_of
from withsense_tf.matchers.saved_search_forms import FORMS, encoder_modules

Figures = Mapping[str, Any] | Iterable[Mapping[str, Any]] | None
# Classes that matchers are made of.
_PARTS: Final = {
    "training": ("Training", "TowerTraining"),
    "towers.linear_head": ("Move",),
    "towers.local_scaling": ("LocalScaling",),
    "photo_features": ("PhotoFeatures",),
    "judges.child_kernel": ("ChildKernel",),
    "judges.close_judge": ("CloseJudge",),
    "judges.soft_labels": ("SoftLogistic",),
}
PARTS: Final[Mapping[str, str]] = {
    kind: f"withsense_tf.matchers.{module}" for module, kinds in _PARTS.items() for kind in kinds
} | {
    "CloseLooks": "withsense_tf.encoders.faces.close_looks",
    "FaceFinder": "withsense_tf.encoders.faces.face_finder",
}


def save_matcher(
    matcher: Matcher,
    folder: str | Path,
    also: Mapping[str, str] | None = None,
    figures: Figures = None,
) -> Path:
    """Write a fitted matcher into a new folder, with the files of its weights and its card; return the folder.

    Presets of KerasHub, modules of TensorFlow Hub and their folders are not copied: they must be there later.
    `also` names the module of each class of your own, such as an encoder: {"MyEncoder": "my_module"}.
    `figures` are what the card says that it is worth: what `ws.compare` returned, or a row of it, as `table[0]`.
    """
    check_kind("save_matcher", matcher, Matcher, "a fitted matcher")
    check_kind("save_matcher", folder, (str, Path), "the path of a folder that is not there yet")
    kinds = known_modules(also)
    matcher.check_fitted()
    # Before the chance is learned, which takes a while.
    check_known(matcher, kinds)
    root = path_of(folder)
    check_new_folder(root)
    row = _row_of(matcher, figures)
    from withsense_tf.matchers.chance.learn_chance import match_chance  # late: it takes all kinds of matchers

    match_chance(matcher)
    return save_state(matcher, root, kinds, card_of(head_of(matcher, row), text_of(matcher, root.name, row)))


def _row_of(matcher: Matcher, figures: Figures) -> Mapping[str, Any] | None:
    """Return the row of a matcher; raise where figures are no row, or not one of several rows is its."""
    if figures is None or isinstance(figures, Mapping):
        return figures
    check_kind(
        "figures=", figures, Iterable, "what ws.compare returned, or a row of it", "pass figures=table[0]"
    )
    rows = list(figures)
    for row in rows:
        check_kind(
            "figures=", row, Mapping, "what ws.compare returned, or a row of it", "pass figures=table[0]"
        )
    about = matcher.describe().items()
    own = [row for row in rows if all(row.get(name) == value for name, value in about)]
    if len(own) == 1:
        return own[0]
    raise SettingError(
        f"figures= expects one row of {matcher.name!r}, got {len(own)} among {len(rows)}: measure it by ws.compare, or "
        "pass the one that is meant, as figures=table[0]."
    )


def load_matcher(
    folder: str | Path, store: VectorStore | None = None, also: Mapping[str, str] | None = None
) -> Matcher:
    """Read a matcher that `save_matcher` wrote; photo vectors are looked for in `store`.

    Its answers are those of the matcher that was saved. Weights that are no longer those of then are an error.
    """
    check_kind("load_matcher", folder, (str, Path), "the path of a folder that save_matcher wrote")
    check_kind(
        "also=", also, (Mapping, NoneType), "the module of each class", 'pass also={"MyMatcher": "my_module"}'
    )
    matcher = load_state(folder, known_modules(also), store)
    if not isinstance(matcher, Matcher):
        raise DataError(f"{folder} holds a {type(matcher).__name__}, expected a matcher.")
    return matcher


def known_modules(also: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the module of each class that may be saved: ours, those that packages add, and `also` these."""
    from withsense_tf.matchers.registry import MATCHERS  # late: it takes the libraries of all matchers

    return {**MATCHERS.modules(), **encoder_modules(), **FORMS, **PARTS, **(also or {})}
