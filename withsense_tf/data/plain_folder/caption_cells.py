"""Which cells and lines are captions: what a person says that a photo shows, and not a name, a number or a licence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from withsense_tf.data.embedded.file_captions import MOST_SIGNS, WORD, is_of_machine, is_phrase
from withsense_tf.data.embedded.file_words import in_one_line
from withsense_tf.data.folder.meant_photos import NAMES
from withsense_tf.data.named import NO, says_nothing

# Names of columns that hold captions, as words; and of such as never do, whatever their cells look like.
CAPTION_NAMES: Final = frozenset(
    """
    caption captions description descriptions desc descr sentence sentences text texts alt title titles comment comments
    headline raw prompt annotation subtitle story abstract
    подпись подписи описание описания текст тексты название заголовок комментарий подпис опис
    beschreibung bildunterschrift descripción descripcion título titulo légende legende descrizione titolo
    """.split()  # noqa: SIM905  # a word a line is long to read
)
OTHER_NAMES: Final = frozenset(
    """
    author authors photographer artist credit credits copyright licence license rights owner user username creator
    camera lens model place location city country region address url uri link path file filename folder date time
    datetime year keyword keywords tag tags category categories class classes label labels id ids
    number num index split md5 sha software source status token tokens email phone
    автор фотограф место город страна адрес дата год теги ключевые категория лицензия
    """.split()  # noqa: SIM905  # as above
)
NAME_WORD: Final = re.compile(r"[^\W\d_]+")
CAMEL: Final = re.compile(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])")
# A column of unknown name must hold phrases in half of its cells, and not the same few.
LEAST_PHRASES, LEAST_DISTINCT, FEW = 0.5, 0.2, 3


def caption_of(cell: str, asked_for: bool = False) -> str:
    """Return a cell as a caption in one line; "" where it is none. One that a user names needs letters alone.

    >>> caption_of("A dog\\n on a beach"), caption_of("IMG_0001.jpg"), caption_of("CANON EOS 5D"), caption_of("dog")
    ('A dog on a beach', '', '', 'dog')
    """
    text = in_one_line(cell)
    if not any(map(str.isalpha, text)) or says_nothing(text):
        return ""
    return text if asked_for or _speaks(text) else ""


def _speaks(text: str) -> bool:
    words = WORD.findall(text)
    letters = sum(map(len, words))
    return (
        text.casefold() not in NO
        and len(text) <= MOST_SIGNS
        and letters > len(text.replace(" ", "")) / 2
        and not text.isupper()
        and max(map(len, words), default=0) >= (2 if len(words) > 1 or not text.isascii() else 3)
        and not NAMES.search(text.casefold())
        and not is_of_machine(text)
    )


def holds_captions(column: str, cells: Sequence[str]) -> bool:
    """Return whether a column holds captions, by its name and by some of its cells.

    >>> holds_captions("description", ["Two dogs", "A lake"]), holds_captions("author", ["My name is Ann Lee"])
    (True, False)
    """
    filled_cells = [cell for cell in cells if not says_nothing(cell)]
    if not filled_cells or _words_of(column) & OTHER_NAMES:
        return False
    if says_caption(column):
        return sum(bool(caption_of(cell)) for cell in filled_cells) >= len(filled_cells) / 2
    phrases = sum(is_phrase(in_one_line(cell)) for cell in filled_cells)
    distinct = len(set(filled_cells)) / len(filled_cells)
    return phrases >= LEAST_PHRASES * len(filled_cells) and (
        distinct >= LEAST_DISTINCT or len(filled_cells) <= FEW
    )


def says_caption(column: str) -> bool:
    """Return whether the name of a column says that it holds captions.

    >>> says_caption("image_caption"), says_caption("Bildunterschrift"), says_caption("caption_id")
    (True, True, False)
    """
    return bool(_words_of(column) & CAPTION_NAMES) and not _words_of(column) & OTHER_NAMES


def _words_of(column: str) -> set[str]:
    return set(NAME_WORD.findall(CAMEL.sub(" ", column).replace("_", " ").casefold()))
