"""How well do a photo and a text fit, from 0 to 1? Measure matchers honestly.

    import withsense_tf as ws

    data = ws.demo_dataset()
    train, test = ws.split_by_photo(ws.relevance(data), test_share=0.3, seed=0)
    constant = ws.Constant().fit(train)
    ridge = ws.ConcatLinear("ridge", photo="scene_net").fit(train)
    ws.compare([constant, ridge], test)

Names are loaded when they are first used: importing the package loads no TensorFlow.
"""

from __future__ import annotations

import os
import sys
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Dataset as Dataset
    from withsense_tf.data.dataset import Pairs as Pairs
    from withsense_tf.data.folder.folder_check import check_folder as check_folder
    from withsense_tf.data.folder.load import load_dataset as load_dataset
    from withsense_tf.data.gallery import Gallery as Gallery
    from withsense_tf.data.gallery import Queries as Queries
    from withsense_tf.data.plain_folder.caption_file import CaptionFile as CaptionFile
    from withsense_tf.data.split import folds_by_photo as folds_by_photo
    from withsense_tf.data.split import split_by_photo as split_by_photo
    from withsense_tf.data.split import split_strict as split_strict
    from withsense_tf.demo.demo_dataset import demo_dataset as demo_dataset
    from withsense_tf.encoders.make_encoder import best_encoders_here as best_encoders_here
    from withsense_tf.encoders.photos.photo_keras import KerasPhoto as KerasPhoto
    from withsense_tf.encoders.photos.photo_scene import SceneNet as SceneNet
    from withsense_tf.encoders.texts.caption_space import CaptionSpace as CaptionSpace
    from withsense_tf.encoders.texts.text_spacy import SpacyVectors as SpacyVectors
    from withsense_tf.encoders.texts.text_tfidf import Tfidf as Tfidf
    from withsense_tf.encoders.vectors.store import VectorStore as VectorStore
    from withsense_tf.evaluation.compare import compare as compare
    from withsense_tf.evaluation.page.training_chart import training_chart as training_chart
    from withsense_tf.index.photo_index import PhotoIndex as PhotoIndex
    from withsense_tf.index.upkeep.build import build_index as build_index
    from withsense_tf.matchers.captions import Captions as Captions
    from withsense_tf.matchers.concat.concat_keras import ConcatKeras as ConcatKeras
    from withsense_tf.matchers.concat.concat_linear import ConcatLinear as ConcatLinear
    from withsense_tf.matchers.concat.interaction import Interaction as Interaction
    from withsense_tf.matchers.constant import Constant as Constant
    from withsense_tf.matchers.hybrid import Hybrid as Hybrid
    from withsense_tf.matchers.saved import load_matcher as load_matcher
    from withsense_tf.matchers.saved import save_matcher as save_matcher
    from withsense_tf.matchers.towers.closed_form import ClosedFormTowers as ClosedFormTowers
    from withsense_tf.matchers.towers.pretrained import Pretrained as Pretrained
    from withsense_tf.matchers.towers.two_tower import TwoTower as TwoTower
    from withsense_tf.policy.current_policy import Policy as Policy
    from withsense_tf.search.notebook.explanation import explain as explain
    from withsense_tf.search.search import Search as Search
    from withsense_tf.targets.agreement import agreement as agreement
    from withsense_tf.targets.balance import balance as balance
    from withsense_tf.targets.blend import relevance as relevance
    from withsense_tf.targets.caption_pairs import caption_pairs as caption_pairs

_HOME = {
    "agreement": "targets.agreement",
    "balance": "targets.balance",
    "relevance": "targets.blend",
    "caption_pairs": "targets.caption_pairs",
    "check_folder": "data.folder.folder_check",
    "Dataset": "data.dataset",
    "Pairs": "data.dataset",
    "CaptionFile": "data.plain_folder.caption_file",
    "demo_dataset": "demo.demo_dataset",
    "load_dataset": "data.folder.load",
    "folds_by_photo": "data.split",
    "split_by_photo": "data.split",
    "split_strict": "data.split",
    "best_encoders_here": "encoders.make_encoder",
    "KerasPhoto": "encoders.photos.photo_keras",
    "Tfidf": "encoders.texts.text_tfidf",
    "VectorStore": "encoders.vectors.store",
    "compare": "evaluation.compare",
    "training_chart": "evaluation.page.training_chart",
    "explain": "search.notebook.explanation",
    "Policy": "policy.current_policy",
    "Search": "search.search",
    "PhotoIndex": "index.photo_index",
    "build_index": "index.upkeep.build",
    "ConcatLinear": "matchers.concat.concat_linear",
    "Constant": "matchers.constant",
    "Queries": "data.gallery",
    "Gallery": "data.gallery",
    "SceneNet": "encoders.photos.photo_scene",
    "Hybrid": "matchers.hybrid",
    "Captions": "matchers.captions",
    "Interaction": "matchers.concat.interaction",
    "ConcatKeras": "matchers.concat.concat_keras",
    "TwoTower": "matchers.towers.two_tower",
    "ClosedFormTowers": "matchers.towers.closed_form",
    "SpacyVectors": "encoders.texts.text_spacy",
    "CaptionSpace": "encoders.texts.caption_space",
    "Pretrained": "matchers.towers.pretrained",
    "save_matcher": "matchers.saved",
    "load_matcher": "matchers.saved",
}

__all__ = sorted([*_HOME, "__version__"])


def _load_sqlite() -> None:
    """Load SQLite before TensorFlow, which brings one that cannot search full texts: the first of a process is used.

    Where TensorFlow came first, Python's own library is bound to itself. Where TensorFlow's is in use already, an index
    says so when it needs full texts.
    """
    binds_to_itself = getattr(os, "RTLD_DEEPBIND", 0)  # Linux has it
    is_late = "tensorflow" in sys.modules and "_sqlite3" not in sys.modules
    if not (is_late and binds_to_itself):
        import_module("sqlite3")
        return
    flags = sys.getdlopenflags()
    sys.setdlopenflags(flags | binds_to_itself)
    try:
        import_module("sqlite3")
    finally:
        sys.setdlopenflags(flags)


_load_sqlite()


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("withsense_tf")
    if name not in _HOME:
        near = get_close_matches(name, __all__, 1)
        hint = f". Did you mean {near[0]!r}?" if near else ""
        raise AttributeError(f"module 'withsense_tf' has no attribute {name!r}{hint}")
    return getattr(import_module(f"withsense_tf.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
