"""Words that excuse a text do not excuse a child that stands beside them."""

from __future__ import annotations

import re

import pytest

from withsense_tf.common.limits import parse_toml
from withsense_tf.policy.texts.rule_files import FOLDER
from withsense_tf.policy.texts.text_policy import TextPolicy

FRAMES = {
    "en": ("a child near the {}", "a little girl on the {} with her mother", "a toddler eating {}"),
    "ru": ("ребёнок и {}", "маленькая девочка с мамой, {}"),
}
WORD = {"en": re.compile(r"(?<![\w'])[a-z]{3,}(?![\w'])"), "ru": re.compile(r"(?<!\w)[а-яё]{3,}(?!\w)")}
# What is beside them is a child's thing, or says how old they are.
OWN_WORDS = {
    "en": {"menu", "meal"},
    "ru": set[str](),
}


def words_of_excuses(language: str) -> list[str]:
    """Return the words that stand in patterns of exemptions."""
    rules = parse_toml((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))["rule"]
    patterns = [pattern for rule in rules if rule["decision"] == "exempt" for pattern in rule["patterns"]]
    return sorted({word for pattern in patterns for word in WORD[language].findall(pattern)})


@pytest.mark.parametrize("language", FRAMES)
def test_no_word_of_an_excuse_excuses_a_small_child_beside_it(language: str) -> None:
    words = [word for word in words_of_excuses(language) if word not in OWN_WORDS[language]]
    assert len(words) > 300
    texts = [frame.format(word) for word in words for frame in FRAMES[language]]
    verdicts = TextPolicy().verdicts(texts)
    excused = [text for text, verdict in zip(texts, verdicts, strict=True) if not verdict.restricted]
    assert excused == []


@pytest.mark.parametrize(
    "text",
    [
        "Две девочки слушают врача",
        "Мальчишки провожают полковника",
        "Дети встречают капитана",
        "Дочь боится электрика",
        "Сын в костюме хирурга",
        "Мальчик, тракторист и собака",
        "Малыш у жеребёнка",
        "Моя малышка в библиотеке",
        "A boy and veterans",
        "A girl watches pensioners play chess",
        "A boy, a detective and a dog",
        "Good boy with a beagle",
    ],
)
def test_somebody_grown_up_beside_a_child_excuses_it_no_more(text: str) -> None:
    assert TextPolicy().verdict(text).restricted
