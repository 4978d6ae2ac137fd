"""Time the law's reading of Russian texts: by rules, and with the second reader, in time of a processor.

    python -m withsense_tf.experiments.bench.bench_texts

The texts are the Russian ones among typed queries and the sentences that the second reader learns from, each once and
in an order drawn by chance: there are two new words in each of them. It needs a copy of the source.
"""

from __future__ import annotations

import random
import re
from typing import Final

import typer

from withsense_tf.common import terminal

RUSSIAN: Final = re.compile("[а-яё]", re.IGNORECASE)
SEED: Final = 0


def bench_texts() -> None:
    """Print how many Russian texts a second are judged on one core, and how long a query takes."""
    from withsense_tf.experiments.policy_report import speed_of
    from withsense_tf.policy.reader.second_reader import packaged_reader
    from withsense_tf.policy.texts.text_policy import TextPolicy

    typer.echo(speed_of(russian_texts(), TextPolicy(second_reader=packaged_reader())))


def russian_texts() -> list[str]:
    """Return the Russian texts of the source, each once."""
    from withsense_tf.experiments.queries.read_queries import read_typed_queries
    from withsense_tf.policy.reader.sentences import all_sentences

    queries = read_typed_queries()["russian"]
    some = [*queries, *(sentence.text for sentence in all_sentences())]
    texts = [text for text in dict.fromkeys(some) if RUSSIAN.search(text)]
    random.Random(SEED).shuffle(texts)
    return texts


if __name__ == "__main__":
    terminal.run_main(bench_texts)
