"""What names, idioms and ages of things could excuse never takes a child with it who stands in the same text."""

from __future__ import annotations

import functools

import pytest

from withsense_tf.policy.texts.text_policy import TextPolicy

pytestmark = pytest.mark.closed
policy = functools.cache(TextPolicy)

WITH_A_CHILD: dict[str, list[str]] = {
    "drinks and cars have ages": [
        "Ava, 7, beside a 12-year-old Rioja", "Opened a present for a fourteen-year-old",
        "Opened a nine-year-old's letter", "Poured a nine year old some milk", "Uncorked by a nine-year-old",
        "Ava aged 9 rum baba in hand", "Tesla passenger, 7 years old", "Volvo fan Zyanya, 7 years old",
        "Club captain, 9 years old", "Guitar hero Zyanya, 8 years old", "Ford driver Ava, 7 years old",
    ],
    "things wear out": [
        "Eight years old and already reading", "Seven years old and still crying: the stadium",
        "Nine years old and leaking tears", "Eight years old and going strong, our girl",
    ],
    "firms have birthdays": [
        "Six candles for our girl", "Six candles for our club mascot", "Nine candles on the cake at the pub",
        "Nine candles on the girl's cake", "Tom's tenth birthday at the café",
    ],
    "animals have ages": [
        "Ada, who is 7, and her dog", "Ada with her dog, who is 7", "My niece and her dog, who is 9",
        "Our horse rider, who is 7", "My dog and Ava, who is 7", "Ada and her dog, who are 7 and 2",
        "Luna, 6 years old, muzzle on the dog", "Luna is 6, fur hat on", "8yo mare rider", "9yo girl with a male dog",
        "8yo and a pony", "My 3yo bunny asleep", "4yo bear in wellies", "4yo sprinter at the school",
        "Santa with Ava and a reindeer, aged four", "Grandma and Ava with a pony, aged 7",
        "six years old, dog on a lead", "Seven years old, puppy in his arms", "3 hours old, calf watching",
        "A pony with her on a horse, 7 years old", "A dog beside him at the piano, 6 years old",
        "The dog wags its tail at Ava, 7", "The cat purrs on Mia, 5", "Cat meowing with Zoe, 4, and gran",
    ],
    "young animals": [
        "A penguin looks at the youngster", "The zookeeper and his youngster feed penguins",
        "A goat and two kids on a swing", "The goat licks the kids", "A nanny nursing the baby",
        "The nanny with their kids", "A juvenile with a gull", "Juvenile rider on a horse", "#schoolboy #dog",
        "#dogmom #boymom #naptime", "#naptime #puppy #toddler", "Kids in the pool? No, just asleep",
        "Boys with the dog? No, cat", "A kitten asleep on a child",
    ],
    "grown sons": [
        "Nephew Ali, 6 years in the police car", "Grandson Kofi, 8 years, in the army cadets",
        "Grandson, 10 months, with his army dad", "Ida's son when he was three", "Ida's son when she was thirty",
        "Her son when she was thirty", "Boys with fake beards", "Boys with bearded dads", "Kids and beards at the fair",
        "Kids with temporary tattoos at the fair",
    ],
    "who is no baby": [
        "She's my baby lawyer for the day", "He is a baby, doctor", "The lawyer's baby", "A baby took the candy",
        "Taking candy from a baby in a pram", "Smooth as a baby: her cheeks", "Throw the baby in the air",
        "Our firstborn tomato thrower", "Firstborn in the Volvo", "Rides a bike now, still my baby",
        "Too big for the car seat, still my baby", "Bundle of joy: Leo, 2 days, in our house",
        "Bundle of joy: our Ada in the Volvo", "Bundle of joy in the car seat", "She's the baby of the team at 7",
    ],
    "names": [
        "Kids sign the trust deed", "Kids Cancer Trust visit: a boy with a trustee", "The infants of Year 1",
        "School band, the infants of Class 2", "An infant by the river", "Toddler on Cove beach",
        "Boy's Leap into the lake", "Girls on film night with popcorn and pigtails", "Big boy on a locomotive",
        "Boys, 3 goals", "Kid, season finale of football, in mud", "Little boy and a fat man",
        "The son of Sam and Kate, 4", "Pupils of Titian Road School", "Minister for Children hugs a girl",
        "Teen with a wolf",
    ],
    "things": [
        "Boy scout with a knot guide", "A boy scout guide on the trail", "Boy scout badge on his shirt",
        "Child with a resistant cap", "A child safe in dad's arms", "Kids safe at the beach", "Toddler group picnic",
        "At the museum, Leo on the rocking horse", "Museum: the toddler on a rocking horse",
        "Marking 5th grade's field day: kids run", "Women and children first in the queue for bread",
    ],
    "weights and decimals": [
        "Leo is 3.5 and loves trains", "Ava, 6.5 years old", "Mum beside her 3 year old",
    ],
}  # fmt: skip
NEW_HINTS = [
    "Portrait of nine year old holding a lantern", "film of ten year old on stage",
    "Not one of the swimmers is over twelve",
    "No one on the pitch is older than 10", "maria lopez at 9 with her violin", "Fresh 48 session with the Lees",
    "Maternity ward photo session", "Me growing up, 1981", "#twinsat3 #cake", "#turning6 #cake", "#turned9 #cake",
    "grandtots in the garden", "Painted like a lion, she roars at the judge", "Rosa with tiger face paint",
    "He can sit up by himself now", "Cutting her first molar", "A lady with her charges", "ben_y6_leavers.jpg",
    "zoe_bday5.jpg", "She is 9 months in the garden",
]  # fmt: skip
NO_HINTS = [
    "Painted as a tiger, the old bus parks", "None of the trees is older than ten years", "a car of 9 years old",
    "a photo of my nine year old dog", "None of the staff is over sixty", "She is 9 months in the army",
    "A dog tries to lick her face as a cat looks on",
]  # fmt: skip


@pytest.mark.parametrize("kind", WITH_A_CHILD)
def test_a_child_in_the_same_text_stays_restricted(kind: str) -> None:
    assert [text for text in WITH_A_CHILD[kind] if not policy().verdict(text).restricted] == []


def test_the_young_are_told_by_more_hints() -> None:
    assert [text for text in NEW_HINTS if not policy().verdict(text).restricted] == []


def test_the_hints_do_not_hold_for_things_and_the_grown() -> None:
    assert [text for text in NO_HINTS if policy().verdict(text).restricted] == []
