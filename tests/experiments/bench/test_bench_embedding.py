from __future__ import annotations

from withsense_tf.encoders.texts.text_tfidf import Tfidf
from withsense_tf.experiments.bench.bench_embedding import best, text_table


def test_the_fastest_round_counts() -> None:
    times = iter([0.0, 3.0, 10.0, 11.0, 20.0, 22.0])
    rounds: list[int] = []
    assert best(lambda: rounds.append(1), 3, lambda: next(times)) == 1.0
    assert len(rounds) == 3


def test_every_text_encoder_has_a_line_with_its_speed() -> None:
    encoders = [Tfidf(), Tfidf(ngrams=2)]
    texts = ["a dog runs on a beach", "two dogs run"] * 500
    head, rule, *lines = text_table(encoders, texts, rounds=1).splitlines()
    assert (head, rule) == ("| texts | texts/s and core |", "|---|---|")
    assert [line.split(" | ")[0] for line in lines] == [f"| {encoder.identity}" for encoder in encoders]
    assert all(int(line.split(" | ")[1].rstrip(" |").replace(",", "")) > 1_000 for line in lines)
