"""Which of the texts in photo files are captions, and which only count for the law.

A caption takes a photo out of those of which nobody has said what they show. So only what reads as a sentence or phrase
of a person about this one photo is one; what cameras and programs write, and what stands in many files, is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final

from withsense_tf.common.words import SMALL, is_known, lemma
from withsense_tf.data.embedded.file_words import DESCRIPTION, KEYWORD, Embedded

# A text that stands in more files is a stamp, which speaks of none of them.
MOST_FILES: Final = 3
LEAST_WORDS, LEAST_LOWER = 3, 2
MOST_SIGNS: Final = 2_000
WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# What programs say of what they did, and how; people say the second kind of what they see: "A salad made with beans".
PROGRAM_VERBS: Final = (
    "processed edited optimi[sz]ed generated shot captured scanned exported rendered resized saved"
)
LOOSE_VERBS: Final = "created made taken"
HOW: Final = "with by using via on"
# What a machine, or a studio, says it of.
WORKS: Final = (
    r"(?:photo(?:graph)?|picture|image|graphic|video|film|file|art(?:work)?|snapshot|screen|portrait|album|slide|print"
    r"|negative|scan|collage|montage|selfie)s?\b.*"
)
# Other words of machines and of rights, and what stands where nobody has written yet.
TERMS: Final = (
    r"lorem ipsum|software|jpe?g|exif"
    r"|photoshop|lightroom|gimp|picasa|vsco|instagram|imagemagick"
    r"|adobe(?! (?:building|house|brick|wall|church|hut|home)s?\b)"
    r"|screen ?shot|copyright(?:ed)?|all rights|rights reserved|creator|encoder|preset|version \d|binary comment"
    r"|file ?name|photo(?:graph(?:ed)?)? by|photo credits?|image by|courtesy|negative prompt"
    r"|(?:enter|type|add|insert|write|no|your|default|image|picture|photo) (?:(?:a|an|your|the) )?"
    r"(?:caption|description|title)"
    r"|снято на|фото сделано|создано|обработано|снимок экрана|скриншот|авторск\w+ прав\w+|все права|без названия"
)
ADDRESS: Final = r"[©®™@\\<>={}]|\([cr]\)|https?:|www\.|\.(?:com|org|net|ru|jpe?g|png|tiff?|html?)\b"
_HOW: Final = rf"(?:{HOW.replace(' ', '|')})\b"
MACHINE: Final = re.compile(
    rf"(?i){ADDRESS}|\b(?:{TERMS})\b|\b(?:{PROGRAM_VERBS.replace(' ', '|')}) {_HOW}"
    rf"|(?:^\W*|\b{WORKS})\b(?:{LOOSE_VERBS.replace(' ', '|')}) {_HOW}|\btaken (?:with|using|via|on) "
)
# A camera writes its kind and little else; people hold one.
CAMERA: Final = re.compile(r"(?i)\b(?:(?:digital|still|phone) ?camera|digital still|camera phone)\b")
# Keywords alone say what is shown where one names a grown person or an animal: "hands, eating" may be a child's.
SUBJECTS: Final = (
    "man woman lady bride groom officer soldier worker musician surfer skier singer beard cowboy climber"
    " cyclist hiker dog cat horse bird cow sheep gull"
    " мужчина женщина невеста жених музыкант рыбак лыжник собака кошка кот лошадь птица корова"
)
YOUNG: Final = "young little small tiny молодой маленький"


def is_phrase(text: str) -> bool:
    """Return whether a text reads as what a person says of a photo.

    >>> is_phrase("Two dogs on a beach"), is_phrase("OLYMPUS DIGITAL CAMERA"), is_phrase("Created with GIMP")
    (True, False, False)
    """
    words = WORD.findall(text)
    letters = sum(map(len, words))
    return (
        len(words) >= LEAST_WORDS
        and _count_lower(text) >= LEAST_LOWER
        and len(text) <= MOST_SIGNS
        # Numbers and signs are what machines write.
        and letters > len(text.replace(" ", "")) / 2
        and not is_of_machine(text)
    )


def is_of_machine(text: str) -> bool:
    """Return whether a text reads as what a camera or a program writes, or as what is said of rights.

    >>> is_of_machine("KODAK DIGITAL CAMERA"), is_of_machine("A man holds a digital camera")
    (True, False)
    """
    rest = CAMERA.sub(" ", text)
    return bool(MACHINE.search(text)) or (rest != text and _count_lower(rest) < LEAST_LOWER)


def _count_lower(text: str) -> int:
    return sum(word[0].islower() or not word[0].isupper() for word in WORD.findall(text))


def captions_in_files(
    words_in_files: Mapping[str, Embedded],
    digests: Mapping[str, str],
    known_captions: Mapping[str, list[str]],
) -> dict[str, list[str]]:
    """Return the captions that stand in the files of photos, by photo, without those that are `known_captions`.

    `digests` tell files apart. Keywords are one caption more where anything says what is shown.
    """
    keywords = {
        photo: dict.fromkeys(text.text for text in one.texts if text.kind == KEYWORD)
        for photo, one in words_in_files.items()
    }
    lists = {photo: in_one_caption(some) for photo, some in keywords.items()}
    files = Counter(
        key
        for key, _ in {
            (_key(text), digests[photo])
            for photo, one in words_in_files.items()
            for text in [*(text.text for text in one.texts if text.kind == DESCRIPTION), lists[photo]]
        }
    )
    captions = {}
    for photo, one in words_in_files.items():
        before = {_key(text) for text in known_captions.get(photo, ())}
        texts: dict[str, str] = {}
        for text in one.texts:
            key = _key(text.text)
            if text.kind == DESCRIPTION and files[key] <= MOST_FILES and is_phrase(text.text):
                texts.setdefault(key, text.text)
        key = _key(lists[photo])
        if key and (texts or (files[key] <= MOST_FILES and say_what_is_shown(keywords[photo]))):
            texts.setdefault(key, lists[photo])
        if new := [text for key, text in texts.items() if key not in before]:
            captions[photo] = new
    return captions


def in_one_caption(keywords: Iterable[str]) -> str:
    """Return keywords as one text in which nothing is said across them, but where one is a phrase or a number.

    >>> in_one_caption(["rocks", "five", "golden hour"])
    'rocks; five, golden hour'
    """
    keywords = list(dict.fromkeys(keywords))
    text = "".join(keywords[:1])
    for before, keyword in pairwise(keywords):
        text += f"{'; ' if before.isalpha() and keyword.isalpha() else ', '}{keyword}"
    return text


def say_what_is_shown(keywords: Iterable[str]) -> bool:
    """Return whether keywords alone describe a photo."""
    words = {word for keyword in keywords for word in WORD.findall(keyword.lower())} - SMALL
    known_words = {lemma(word) for word in words if is_known(word)}
    return (
        len(known_words) >= max(LEAST_WORDS, len(words) / 2)
        and not known_words.isdisjoint(SUBJECTS.split())
        and known_words.isdisjoint(YOUNG.split())
    )


def _key(text: str) -> str:
    """Return what two texts have in common that differ in case, signs and blanks alone."""
    return " ".join(re.findall(r"\w+", text.casefold()))
