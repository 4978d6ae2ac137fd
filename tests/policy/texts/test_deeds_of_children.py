"""Whatever a child does or wears, a text of it stays restricted: no excuse for things, names or adults takes it."""

from __future__ import annotations

from itertools import product

import pytest

from withsense_tf.policy.texts.text_policy import TextPolicy

# Words that also are things, names of bands, animals or deeds of adults.
ONE = """
the {} plays on a swing|a man and the {} on the beach|the {} who owns it|the {} skateboards down a ramp
{} power washes the steps|a {} signs a book at a fair|the {} acts silly and poses|a {} pets a sleeping tiger
a {} in a band jumps up and down|a chubby {} blows soap bubbles|the {} is back from school
the {} dresses up for carnival|the woman on the bench while the {} ate|a {} pours juice into a cup
the {} toasts marshmallows by a fire|a {} on a chair|the {} on chairs in the hall|a {} pays for ice cream
the {} commands a cardboard ship|a {} operates a toy crane|the {} graduated from kindergarten
a {} argues with a puppet|the {} holding flowers runs from two policemen
a {} in blue clothes with a well-known dog|a {} in red on a colour-block quilt|happy {}|a fat {} with sunglasses
a beach with a {} and animals|the {} votes for the best pie|a {} in the gym|the {} defended the goal
"""
SINGULAR = ("kid", "boy", "girl", "child", "toddler", "schoolboy")
MANY = """
the {} who own the dog|{} act silly in a photo|four {} in various stages of a sledge ride
several {} in a band jump about|two {} are back to back|the {} dress up for carnival|a beach with {} and animals
two {} pet a small goat|the {} on chairs|three {} are on vibrating chairs|the {} poured juice
{} toasted marshmallows|the {} paid for ice cream|{} qualified for the next race
the {} graduated from kindergarten|{} in the gym|the {} voted for a class president|{} are back from holidays
"""
PLURAL = ("kids", "boys", "girls", "children", "toddlers", "schoolboys")
RUSSIAN = """
{} рулит игрушечным трактором|{} с бабушкой на лавке|{} в парке и собака|{} ест мороженое|{} на сцене с гитарой
{} плывёт за мячом
"""


@pytest.fixture(scope="module")
def policy() -> TextPolicy:
    return TextPolicy()


def scenes(text: str, words: tuple[str, ...]) -> list[str]:
    return [scene.format(word) for scene, word in product(text.strip().replace("\n", "|").split("|"), words)]


@pytest.mark.parametrize(
    ("text", "words"),
    [(ONE, SINGULAR), (MANY, PLURAL), (RUSSIAN, ("мальчик", "девочка", "ребёнок", "малыш", "школьник"))],
    ids=["one", "many", "russian"],
)
def test_a_child_stays_one_whatever_it_does(text: str, words: tuple[str, ...], policy: TextPolicy) -> None:
    texts = scenes(text, words)
    allowed = [text for text, one in zip(texts, policy.verdicts(texts), strict=True) if not one.restricted]
    assert allowed == []


@pytest.mark.parametrize(
    "text", ["Дети подарили маме рисунок", "Дети подарили маме аппликацию", "Сын подарил маме открытку"]
)
def test_a_present_makes_nobody_grown_up(text: str, policy: TextPolicy) -> None:
    assert policy.verdict(text).restricted
