from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np

from withsense_tf.experiments.bench.bench_words import fill, made_up_captions, make_tables_file, time_query
from withsense_tf.index.tables.words_table import all_caption_words, rows_with_words


def test_made_up_captions_are_found_by_their_words(tmp_path: Path) -> None:
    captions = list(made_up_captions(20, np.random.default_rng(0)))
    assert {len(texts) for texts in captions} == {5}
    with closing(make_tables_file(tmp_path / "words.sqlite")) as tables:
        assert fill(tables, iter(captions)) > 0
        words = {word for texts in captions for text in texts for word in text.split()}
        assert set(all_caption_words(tables)) == words
        assert len(rows_with_words(tables, 1, ["the"], 100, ())) == sum(
            any("the" in text.split() for text in texts) for texts in captions
        )
        assert time_query(tables, "the water", 20) > 0
