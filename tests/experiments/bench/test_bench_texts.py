from __future__ import annotations

from withsense_tf.experiments.bench.bench_texts import RUSSIAN, russian_texts
from withsense_tf.experiments.policy_report import speed_of
from withsense_tf.policy.texts.text_policy import TextPolicy


def test_thousands_of_russian_texts_are_there_each_once_and_in_one_order() -> None:
    texts = russian_texts()
    assert len(texts) == len(set(texts)) > 5_000
    assert all(map(RUSSIAN.search, texts))
    assert texts == russian_texts()


def test_the_speed_is_told_of_any_texts() -> None:
    some = ["Собака бежит по пляжу", "Малыш спит", "Мужчина у моря", "Женщина на горе"]
    assert speed_of(some, TextPolicy()).startswith("4 captions, 25.0 % restricted: by rules ")
