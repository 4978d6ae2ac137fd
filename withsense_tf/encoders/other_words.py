"""Other words that tell of what a word asks for: those that say the same, and more special ones.

They stand in a list, for no table that is here has them: of English words with one usual Russian word every fourth pair
is false where their vectors are near (an arm is no hand), and every ninth where they are nearer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache, lru_cache
from typing import Final

from withsense_tf.common.words import CYRILLIC, lemma
from withsense_tf.encoders.people_words import names_people

# Words of one part say the same. Of two with a "_" between, both must be said in a row, with a "+" anywhere.
_SAME: Final = """
airplane plane aeroplane; backpack rucksack; bike bicycle; blond blonde; bonfire campfire; brook creek; bunny rabbit;
cafe café coffeehouse coffee_shop; car auto automobile; cellphone smartphone cell_phone mobile_phone; coast coastline;
cookie biscuit; crosswalk zebra_crossing pedestrian_crossing; curtain drape; dog canine doggy pooch mutt; dusk twilight;
father dad daddy; fisherman angler; fog mist; forest woodland; fridge refrigerator; grandfather grandpa;
grandmother grandma granny; gull seagull; gym gymnasium; headphone earphone; hug embrace; jump leap; kitten kitty;
ladybug ladybird; lorry truck; man guy bloke dude; mother mom mum mama; motorbike motorcycle;
path trail footpath pathway; people person human;
photo photograph; pram stroller pushchair; prawn shrimp; puppy pup; purse handbag; roof rooftop; rug carpet;
seller vendor; shop store; shore shoreline; shout yell; skydiver parachutist; sofa couch settee; spade shovel;
stair staircase stairway; stoplight traffic_light; subway metro; sunrise dawn; sweater pullover;
swimsuit bathing_suit; taxi cab; throw toss; tombstone gravestone headstone; trash garbage rubbish; trousers pants;
woman lady; велосипед велик; врач доктор; дедушка дед; диван софа; женщина дама; кафе кофейня; кот кошка; лошадь конь;
мама мать; машина автомобиль авто; мотоцикл байк; мужчина мужик; отец папа; рыбак рыболов; собака пес; тропа тропинка;
фото фотография снимок; штаны брюки
"""
# The first is told by the others, and tells of none of them.
_SPECIAL: Final = """
cop policeman policewoman police_officer; couple man+woman husband+wife bride+groom two_people; firefighter fireman;
man gentleman groom husband father grandfather businessman salesman fisherman fireman policeman;
musician guitarist drummer violinist pianist;
people child boy girl baby infant couple crowd passerby; phone telephone cellphone;
woman bride wife mother grandmother businesswoman policewoman waitress actress;
мужчина джентльмен жених муж отец дедушка дядя старик; женщина невеста жена мама бабушка тетя старушка;
люди мальчик девочка младенец юноша старик пара толпа; пара мужчина+женщина муж+жена жених+невеста;
рыбалка рыбак fisherman
"""
BOTH: Final = " + "
# No caption says "people" of one man: every word for somebody tells of them.
EVERYBODY: Final = ("people", "person", "human", "человек", "люди")


@lru_cache(maxsize=20_000)
def other_words(word: str) -> tuple[str, ...]:
    """Return what else tells of a word in its basic form: also two words, in a row or, with " + " between, anywhere.

    >>> other_words("couch"), other_words("coffee shop")[:2], other_words("phone")[:2], other_words("telephone")
    (('sofa', 'settee'), ('cafe', 'café'), ('telephone', 'cellphone'), ())
    """
    same, special = (_groups(lines, bool(CYRILLIC.search(word))) for lines in (_SAME, _SPECIAL))
    own = next((group for group in same if word in group), (word,))
    narrower = [one for first, *others in special if first in own for one in others]
    like_these = [one for group in same if not set(group).isdisjoint(narrower) for one in group]
    return tuple(dict.fromkeys(one for one in (*own, *narrower, *like_these) if one != word))


def has_others(word: str) -> bool:
    """Return whether other words may tell of a word in its basic form."""
    return word in EVERYBODY or bool(other_words(word))


def is_told(word: str, forms: Collection[str]) -> bool:
    """Return whether what was said of a photo tells of a word, all in basic forms: who says a man says a person."""
    return _is_told(word, lambda one: all(part in forms for part in one.replace(BOTH, " ").split()), forms)


def is_said(word: str, has: Callable[[str], bool]) -> bool:
    """Return whether a word in its basic form, or what tells of it, is there: `has` is asked of two words, too."""
    return any(map(has, (word, *other_words(word))))


def times_told(word: str, captions: str) -> int:
    """Return how many captions, a line each with blanks around basic forms, tell of a word."""
    if not has_others(word):
        return captions.count(f" {word} ")
    return sum(_tells(f" {' '.join(caption.split())} ", word) for caption in captions.split("\n"))


def _tells(line: str, word: str) -> bool:
    return _is_told(word, lambda one: all(f" {part} " in line for part in one.split(BOTH)), line.split())


def _is_told(word: str, has: Callable[[str], bool], forms: Collection[str]) -> bool:
    return is_said(word, has) or (word in EVERYBODY and any(map(names_people, forms)))


@cache
def _groups(lines: str, russian: bool) -> tuple[tuple[str, ...], ...]:
    """Return the groups of one language in basic forms, so that an English word needs no analyser of Russian ones."""
    groups = (group.split() for group in lines.split(";") if bool(CYRILLIC.search(group)) is russian)
    return tuple(
        tuple(BOTH.join(" ".join(map(lemma, part.split("_"))) for part in word.split("+")) for word in group)
        for group in groups
    )
