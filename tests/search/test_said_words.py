"""What was said of photos counts for them by its words, whatever vectors think."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_index import LAW, item_of, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.forms.word_fit import SAID_ONCE, WordFit
from withsense_tf.search import said_words
from withsense_tf.search.said_words import ShownTexts, looks_of_said

CAPTIONED = np.ones(3, bool)


def test_words_that_no_training_caption_had_count_for_photos_that_have_them_and_so_do_all_of_them() -> None:
    fit = WordFit().fit(["a plain wall", "a wall of paper"], ["a", "b"])
    weights = fit.weights("a zeppelin above a wall")
    there = [("zeppelin",), ("wall",), ("zeppelin", "wall")]
    counts = np.array([[float(form in said) for form in weights] for said in there])
    share, by_words = looks_of_said(fit, weights, (counts, np.array([2.0, 2.0, 2.0])), CAPTIONED, True)
    assert 0 < share[0] < 1
    assert 0 < by_words[0] <= 1
    assert share[1] == by_words[1] == 0
    assert share[2] == pytest.approx(1)
    # Other captions that do not say it again are no word against it.
    many = looks_of_said(fit, weights, (counts, np.array([2.0, 2.0, 9.0])), CAPTIONED, True)
    assert many[1][2] == pytest.approx(SAID_ONCE)
    assert many[1][0] == by_words[0]
    # Judgements have said what it is worth that all words are there.
    judged, _ = looks_of_said(fit, weights, (counts, np.array([2.0, 2.0, 2.0])), CAPTIONED, False)
    assert judged[2] == judged[0]


def test_of_a_photo_with_keywords_alone_each_word_counts_as_said_once() -> None:
    fit = WordFit().fit(["a plain wall", "a wall of paper"], ["a", "b"])
    weights = fit.weights("a wall of paper")
    counts = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    share, by_words = looks_of_said(fit, weights, (counts, np.array([1.0, 1.0, 0.0])), ~CAPTIONED, False)
    assert 0 < share[0] < share[1] == pytest.approx(1)
    assert by_words.tolist() == [SAID_ONCE, SAID_ONCE, 0]
    assert share[2] == 0


def test_how_rare_a_word_is_hangs_on_what_may_be_told_alone(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = ["A child and a zebra ."] * 3 + ["A motorcycle ."] * 2
    items = [item_of(looks, f"{n}.png", 60 + n, texts=[text]) for n, text in enumerate(texts)]
    index = new_index(tmp_path / "index", fitted("captions"), items, store)
    monkeypatch.setattr(said_words, "MOST_RANKED", 2)
    asked = ["zebra", "motorcycle", "gondola"]
    with index.catalog.reading() as tables:
        rarest = {
            country: ShownTexts(tables, IndexDoor(LAW, tables, country)).rarest(asked)
            for country in ("BB", "AQ")
        }
    # Where the photos of the child are withheld, their word is as rare as one that nobody said.
    assert rarest == {"BB": ["gondola", "zebra", "motorcycle"], "AQ": ["gondola", "motorcycle"]}
    index.close()
