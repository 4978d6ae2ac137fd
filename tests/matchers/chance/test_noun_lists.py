from __future__ import annotations

from withsense_tf.matchers.chance.noun_lists import english_nouns, strange_words


def test_strange_words_are_common_nouns_that_no_caption_has() -> None:
    words = strange_words({"computer": 3})
    assert "computer" not in words
    assert words.index("office") < words.index("submarine")
    assert {"dog", "submarine"} <= english_nouns()
    assert "quickly" not in english_nouns()


def test_what_the_law_takes_out_of_captions_is_nothing_that_photos_do_not_show() -> None:
    nouns = strange_words({"dog": 3})
    assert {"submarine", "iceberg"} <= set(nouns)
    # Captions that the law lets be learned from have none of these, whatever photos show.
    assert {"girl", "boy", "child", "kid", "dog"}.isdisjoint(nouns)
