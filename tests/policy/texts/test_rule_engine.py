from __future__ import annotations

import random
import string

from withsense_tf.policy.texts.rule_engine import EngineKeeper
from withsense_tf.policy.texts.rule_files import FOLDER, read_rule_file
from withsense_tf.policy.texts.triggers import runs


def test_new_words_do_not_fill_the_memory() -> None:
    keeper, rng = (
        EngineKeeper(read_rule_file(FOLDER / "en.toml").lexicon(), 16, most_words=10_000),
        random.Random(0),
    )
    largest = 0
    for _ in range(2_500):
        words = ["".join(rng.choices(string.ascii_lowercase, k=8)) for _ in range(10)]
        text = f". A child {' '.join(words)} ."
        engine, found = keeper.engine(), runs(text)
        assert engine.hits(engine.tokenizer(text), found, engine.possible(found))
        largest = max(largest, len(engine.vocab.strings))
    assert largest <= 10_020
