from __future__ import annotations

import pytest

from withsense_tf.search.query import without
from withsense_tf.search.query.mentions import mentions
from withsense_tf.search.query.parse import parse_query
from withsense_tf.search.query.tokens import Cut, Token, tokens


@pytest.mark.parametrize(
    ("text", "terms"), [("a beach without dogs", ["dogs"]), ("пляж без собак", ["собак"]), ("a dog", [])]
)
def test_each_language_cuts_its_own_phrases(text: str, terms: list[str]) -> None:
    words = tokens(text)
    cuts = [cut for at in range(len(words)) for cut in without.cuts_at(words, at)]
    assert [words[first].text for cut in cuts for first, _ in cut.terms] == terms


def test_a_language_that_is_added_counts_in_queries_and_in_captions(monkeypatch: pytest.MonkeyPatch) -> None:
    def spanish(words: list[Token], at: int, strict: bool = True) -> Cut | None:
        return Cut(at, at + 2, ((at + 1, at + 2),)) if words[at].low == "sin" else None

    assert mentions("un hombre sin perro", "perro")
    monkeypatch.setattr(without, "LANGUAGES", (*without.LANGUAGES, spanish))
    assert parse_query("playa sin perro").without == ("perro",)
    assert not mentions("un hombre sin perro", "perro")
