"""What could be asked of an index: its columns with values, and queries to begin with; of photos that may be shown."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from withsense_tf.app.answers import ColumnAnswer, ColumnsAnswer, ExamplesAnswer
from withsense_tf.app.photo_service import Doorway, PhotoService
from withsense_tf.app.photo_texts import caption_text
from withsense_tf.common.words import is_keyword_list
from withsense_tf.index.tables.captions_table import free_captions
from withsense_tf.search.filter_law import columns_to_name, told_values

MOST_VALUES: Final = 30
# Longer ones are stories; a box shows some fifty signs.
MOST_SIGNS: Final = 70
# Captions that are looked at for each example that is wanted.
SPARE: Final = 10


def column_suggestions(service: PhotoService, country: str | None) -> ColumnsAnswer:
    """Return the columns, each with the values that most photos have."""
    with service.doorway(country) as here:
        return ColumnsAnswer(
            columns=[
                ColumnAnswer(name=name, values=told_values(here.tables, here.door, name, MOST_VALUES))
                for name in columns_to_name(here.tables, here.door)
            ]
        )


def query_examples(
    service: PhotoService, k: int, country: str | None, is_russian: bool | None = None
) -> ExamplesAnswer:
    """Return short captions as people would type them, without words that one would not put on a front page.

    `is_russian` asks for those in Russian letters, or for the others.
    """
    with service.doorway(country) as here:
        queries = dict.fromkeys(
            as_query(text)
            for text in _first_captions(here, k * SPARE, is_russian)
            if suits_front_page(text) and is_sentence(text)
        )
        return ExamplesAnswer(queries=list(queries)[:k])


def _first_captions(here: Doorway, most: int, is_russian: bool | None) -> list[str]:
    """Return the first short caption of each of so many photos that may be told: others leave no gap."""
    first: dict[int, str] = {}
    for photo, text in free_captions(here.tables, here.door.limit, MOST_SIGNS, is_russian):
        if photo not in first and not here.door.refuses(text):
            first[photo] = text
            if len(first) == most:
                break
    return list(first.values())


def as_query(caption: str) -> str:
    """Return a caption as people would type it.

    >>> as_query("A dog , possibly a basset hound , stands .")
    'a dog, possibly a basset hound, stands'
    """
    return caption_text(caption).strip(" .").casefold()


def is_sentence(caption: str) -> bool:
    """Return whether a caption is what one would type: no list of keywords, however few they are.

    >>> is_sentence("A dog, possibly a hound"), is_sentence("tree; skier"), is_sentence("tree, dog, grass")
    (True, False, False)
    """
    return ";" not in caption and not is_keyword_list(caption)


def general_queries(language: str) -> list[str]:
    """Return queries that suit photos of any kind, in a language of the page."""
    return list(_front_page()["searches"][language])


def suits_front_page(text: str) -> bool:
    """Return whether a text has no word that one would not put on a front page.

    >>> suits_front_page("Two dogs on a beach"), suits_front_page("A Drunk man"), suits_front_page("пьяный у стены")
    (True, False, False)
    """
    return _unsuited_words().search(text.casefold()) is None


@cache
def _unsuited_words() -> re.Pattern[str]:
    texts = _front_page()["unsuited"].values()
    words = (re.escape(word).replace(r"\*", r"\w*") for text in texts for word in text.split())
    return re.compile(rf"\b(?:{'|'.join(words)})\b")


@cache
def _front_page() -> dict[str, Any]:
    text = files("withsense_tf.app.page").joinpath("front_page.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
