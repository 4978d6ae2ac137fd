"""The page's texts in English and Russian, out of one table."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from withsense_tf.app.page.messages import language_of_text, said_on_page
from withsense_tf.app.review_list import RULE
from withsense_tf.app.uploads.uploaded_item import NOBODY
from withsense_tf.common.cell_texts import BETWEEN, cell_text
from withsense_tf.common.words import is_keyword_list
from withsense_tf.index.vectors.filters import LISTS
from withsense_tf.search.filter_law import filter_names

LANGUAGES: Final = ("en", "ru")
# As models name the language of a page.
NAMES_OF_LANGUAGES: Final = {"en": "English", "ru": "Russian"}
# What the fields of forms are called on the page, where that is not the text of their own name.
LABELS: Final = {
    "by": "your_name", "countries": "in_countries", "decision": "decide", "left": "left_side", "name": "file_name",
    "q": "search_label", "right": "right_side", "says": "what_it_shows", "text": "what_it_shows",
    "theme": "colours", "until": "until_day", "where": "filters", "word": "word_said",
}  # fmt: skip
QUOTATION_MARKS: Final = str.maketrans("“”", "«»")
OWN_LABELS: Final = frozenset(
    {
        "alone",
        "country",
        "given_by",
        "key",
        "language",
        "model",
        "order",
        "photo",
        "reason",
        "rule",
        "show",
        "sure",
        "text_share",
    }
)


@dataclass(frozen=True)
class Wording:
    """The texts of one language: `wording("search")`, with values: `wording("of_photos", count=5)`."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, name: str, /, **values: object) -> str:
        """Return a text; one that the table lacks is an error."""
        text = self.texts[name]
        if "|" in text:
            text = text.split("|")[plural(self.language, int(str(values["count"])))]
        return text.format(**values) if values else text

    def field(self, name: str, path: str = "") -> str:
        """Return what a field of a page is called; what nobody fills in stands in the address that one came by.

        >>> wording_of("ru").field("reason"), wording_of("en").field("by", "/review/decide")
        ('Причина', 'Who decides')
        >>> wording_of("en").field("by"), wording_of("en").field("so_far")
        ('Your name (optional)', 'the address that led here')
        """
        if name == "by" and path.startswith("/review"):
            return self("who")
        return self(name if name in OWN_LABELS else LABELS.get(name, "address_here"))

    def wrong(self, error: Mapping[str, Any], path: str = "") -> str:
        """Say of a field of a page what is wrong with it, by what pydantic says.

        >>> wording_of("en").wrong({"type": "missing", "loc": ("body", "reason")})
        '“Reason”: this must be filled in.'
        """
        kind, more, name = error["type"], error.get("ctx", {}), str([*error["loc"], "", ""][1])
        if name == "sure":
            reason = self("wrong_tick")
        elif kind in ("missing", "string_too_short"):
            reason = self("wrong_missing")
        elif kind == "string_too_long":
            reason = self("wrong_long", signs=len(error["input"]), most=more["max_length"])
        elif kind == "value_error" and name not in ("by", "text"):
            reason = self.retell(str(more["error"]))
        else:
            reason = self({"by": "wrong_name", "text": "caption_not_taken"}.get(name, "wrong_value"))
        return f"{self.quote(self.field(name, path))}: {reason}"

    def cell(self, column: str, value: str | float) -> str:
        """Write the value of a column; a list's parts each by itself.

        >>> wording_of("ru").cell("orientation", "portrait"), wording_of("ru").cell("colour", "red, mauve")
        ('книжный', 'красный, mauve')
        >>> wording_of("en").cell("iso", 200.0), wording_of("en").cell("aperture", 2.8)
        ('200', '2.8')
        """
        text = cell_text(value)
        parts = text.split(BETWEEN) if column in LISTS else [text]
        return BETWEEN.join(self.texts.get(f"{column}={part}", part) for part in parts)

    def own_first(self, languages: Iterable[str]) -> tuple[str, ...]:
        """Return those of the languages that a model reads of which the page has examples, its own one first.

        >>> wording_of("ru").own_first(["English", "Russian", "German"]), wording_of("ru").own_first(["English"])
        (('Russian', 'English'), ('English',))
        """
        own = NAMES_OF_LANGUAGES[self.language]
        known = [name for name in languages if name in NAMES_OF_LANGUAGES.values()]
        return tuple(sorted(known, key=lambda name: name != own))

    def own_captions(self, captions: Iterable[Any]) -> list[Any]:
        """Return captions with those in the page's language first, and lists of keywords last, else as they were."""

        def rank(caption: Any) -> tuple[bool, bool]:
            return is_keyword_list(caption.text), language_of_text(caption.text) != self.language

        return sorted(captions, key=rank)

    def in_languages(self, languages: Iterable[str]) -> str:
        """Say in which languages one may ask.

        >>> wording_of("en").in_languages(["English", "Russian"]), wording_of("ru").in_languages(["English"])
        ('English or Russian', 'по-английски')
        """
        return f" {self.texts['or']} ".join(self.texts[f"in_{name}"] for name in languages)

    def retell(self, text: str) -> str:
        """Return what the index, the search or the law says, in this language; what has no translation stays."""
        return said_on_page(self.language, text)

    def rule(self, name: str) -> str:
        """Return the name of a rule of the law, or of what else a verdict comes from.

        >>> wording_of("ru").rule("child"), wording_of("en").rule("child"), wording_of("ru").rule("голое слово")
        ('ребёнок', 'child', 'голое слово')
        >>> wording_of("en").rule("shows")
        'shows another photo'
        """
        return self.texts.get(f"rule: {name}") or self.retell(name)

    def origin(self, where: str, photo: str) -> str:
        """Say where a text that is no caption of a photo stands; "" of a caption.

        >>> wording_of("ru").origin("name of a.jpg", "a.jpg"), wording_of("en").origin("column iso of a.jpg", "a.jpg")
        ('Имя файла', 'Column iso')
        >>> wording_of("en").origin("EXIF 270 of a.jpg", "a.jpg"), wording_of("en").origin("a.jpg#0", "a.jpg")
        ('In the file, EXIF 270', '')
        >>> wording_of("en").origin("column iso beside a.jpg#0", "a.jpg")
        'Column iso'
        """
        if where.startswith(f"{photo}#"):
            return ""
        place = where.removesuffix(f" of {photo}")
        if where.startswith("column "):
            place = place.rpartition(f" beside {photo}#")[0] or place
        if place == where:
            return ""
        kind, _, name = place.partition(" ")
        if place == "name" or kind == "column":
            return f"{self(f'from_{kind}')} {name}".strip()
        return f"{self('from_file')} {place}"

    def fact(self, where: str, photo: str, text: str, words: str = "") -> str:
        """Return a text as people read it: of a column the law reads its name, too, which stands here if it is marked.

        >>> wording_of("en").fact("column camera of a.jpg", "a.jpg", "camera . Canon R6")
        'Canon R6'
        >>> wording_of("en").fact("column son of a.jpg", "a.jpg", "son . Ann . age 7", "son")
        'son: Ann, age 7'
        """
        # A caption's name begins with its photo's, which may begin so, too.
        if not where.startswith("column ") or not self.origin(where, photo):
            return text
        name, stop, value = text.partition(" . ")
        shown = value.replace(" . ", ", ")
        return shown if stop and words in shown else f"{name}: {shown}" if stop else text

    def evidence(self, line: str, photo: str = "") -> str:
        """Write a line of evidence, with where it stands, the rule and who said it in this language.

        >>> wording_of("ru").evidence("a.jpg#by a user 01ab: child “kid”")
        'a.jpg#by посетитель 01ab: ребёнок «kid»'
        >>> wording_of("ru").evidence("name of a.jpg: child “kid”", "a.jpg")
        'Имя файла a.jpg: ребёнок «kid»'
        """
        where, of_photo, rest = line.partition(f" of {photo}: ")
        if of_photo and self.language == "ru":
            line = f"{self.origin(where + of_photo[:-2], photo)} {photo}: {rest}"
        line = line.replace(f"#by {NOBODY} ", f"#by {self.who(NOBODY)} ", 1)
        line = RULE.sub(lambda match: f": {self.rule(match[1])} “", line, count=1)
        return line.translate(QUOTATION_MARKS) if self.language == "ru" else line

    def quote(self, text: str) -> str:
        """Put a text in quotation marks."""
        return f"«{text}»" if self.language == "ru" else f"“{text}”"

    def decimals(self, text: str) -> str:
        """Write numbers, each with its point, as this language has them.

        >>> wording_of("ru").decimals("0.912–0.95"), wording_of("en").decimals("0.912")
        ('0,912–0,95', '0.912')
        """
        return text.replace(".", ",") if self.language == "ru" else text

    def who(self, name: str) -> str:
        """Return who said a caption; of somebody who gave no name, that it was a user.

        >>> wording_of("ru").who("Ann"), wording_of("ru").who("a user"), wording_of("en").who("a user")
        ('Ann', 'посетитель', 'a user')
        """
        return self.texts["a_user"] if name == NOBODY else name

    def number(self, value: float) -> str:
        """Write a share as people read it beside a word: without the 0 before the point, and nothing below it.

        >>> wording_of("en").number(0.824), wording_of("ru").number(0.824), wording_of("en").number(1.0)
        ('.82', '0,82', '1.00')
        >>> wording_of("en").number(-0.15)
        '.00'
        """
        text = f"{max(value, 0.0):.2f}"
        return text.replace(".", ",") if self.language == "ru" else text.removeprefix("0")


def plural(language: str, count: int) -> int:
    """Return which form a noun has beside a number.

    >>> [plural("en", count) for count in (1, 2)], [plural("ru", count) for count in (1, 3, 5, 11, 21)]
    ([0, 1], [0, 1, 2, 2, 0])
    """
    if language != "ru":
        return int(count != 1)
    if count % 10 == 1 and count % 100 != 11:
        return 0
    return 1 if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else 2


@cache
def wording_of(language: str) -> Wording:
    """Return the texts of a language."""
    return Wording(language, {name: forms[language] for name, forms in table().items()})


@cache
def table() -> dict[str, dict[str, str]]:
    """Return all texts, each in every language."""
    text = files("withsense_tf.app.page").joinpath("wording.toml").read_text(encoding="utf-8")
    texts = tomllib.loads(text) | {
        name: {language: forms[language] for language in LANGUAGES} for name, forms in filter_names().items()
    }
    # In English a rule's name is its text, unless that has another one.
    rules = {
        f"rule: {name}": forms if isinstance(forms, dict) else {"en": name, "ru": forms}
        for name, forms in texts.pop("rules").items()
    }
    return texts | rules


def language_of(accept: str) -> str:
    """Return the language of ours that a browser likes best, by its Accept-Language header.

    >>> language_of("ru-RU,ru;q=0.9,en;q=0.8"), language_of("de,en;q=0.5"), language_of("en;q=0.1, ru;q=0.2")
    ('ru', 'en', 'ru')
    """
    wishes = []
    for at, part in enumerate(accept.casefold().split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            share = float(quality) if quality else 1.0
        except ValueError:
            share = 0.0
        language = tag.split("-")[0]
        if language in LANGUAGES and share > 0:
            wishes.append((-share, at, language))
    return min(wishes)[2] if wishes else LANGUAGES[0]
