from __future__ import annotations

import random
import string
from pathlib import Path

import pytest

from withsense_tf.errors import DataError
from withsense_tf.policy.texts.rule_engine import EngineKeeper
from withsense_tf.policy.texts.rule_files import FOLDER, read_rule_file
from withsense_tf.policy.texts.triggers import runs


@pytest.mark.slow
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


def test_more_words_with_capitals_than_can_be_told_are_an_error_and_not_read_as_small_ones(
    tmp_path: Path,
) -> None:
    letters = [a + b for a in string.ascii_lowercase[:8] for b in string.ascii_lowercase[:8]]
    patterns = ", ".join(f'"[child] CAPITAL|{word}"' for word in letters)
    file = tmp_path / "xx.toml"
    rule = '[[rule]]\nname = "{}"\ndecision = "{}"\npatterns = [{}]\nreason = "r"\nyes = ["A child."]\n'
    rules = rule.format("child", "block", '"[CHILD]"') + rule.format("a name", "exempt", patterns)
    file.write_text(f'script = "latin"\n[words]\nCHILD = "child"\n{rules}', encoding="utf-8")
    engine = EngineKeeper(read_rule_file(file).lexicon(), 16).engine()
    with pytest.raises(DataError, match="more than 62 lists with CAPITAL or NAME"):
        engine.possible(runs("A child Aa."))
