"""How far two scenes agree, from 0 to 1: what an honest judge would see.

Places, lights and subjects count, and look-alikes (beach and lake) by a share. Each subject of one scene is matched
with at most one of the other so that the sum is largest; one without a partner costs its weight.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations

from withsense_tf.demo.scene import ADULTS, CHILDREN, PEOPLE, Scene, Subject

SUBJECTS_WEIGHT, PLACE_WEIGHT, LIGHT_WEIGHT = 0.68, 0.22, 0.10
KIND_PART, ACTION_PART, COLOUR_PART, POSITION_PART = 0.40, 0.35, 0.20, 0.05
VERB_PART, PROP_PART, PROP_COLOUR_PART = 0.60, 0.25, 0.15
OTHER_SUBJECT_WEIGHT = 0.6  # beside 1 for the main subject


def _pairs(text: Mapping[float, str]) -> dict[tuple[str, str], float]:
    """Read `{share: "a/b c/d"}` for both orders; an underscore stands for a space."""
    table: dict[tuple[str, str], float] = {}
    for share, words in text.items():
        for word in words.split():
            a, b = word.replace("_", " ").split("/")
            table[a, b] = table[b, a] = share
    return table


ALIKE_KINDS = _pairs(
    {
        0.6: "man/woman man/old_man boy/girl toddler/baby bird/flock car/bus boy/toddler girl/toddler",
        0.45: "woman/old_man dog/cat horse/cow cow/sheep hot-air_balloon/kite boy/man girl/woman",
        0.3: "horse/sheep boy/woman girl/man parasol/tent dog/sheep dog/horse baby/boy baby/girl",
    }
)
ALIKE_PLACES = _pairs(
    {
        0.6: "mountain/snow street/square beach/lake lake/harbour",
        0.4: "beach/desert beach/harbour park/stadium park/forest park/lake forest/lake park/mountain",
        0.2: "mountain/forest mountain/desert mountain/lake harbour/square harbour/street",
    }
)
ALIKE_LIGHTS = _pairs(
    {
        0.6: "sunny/cloudy cloudy/fog cloudy/rain",
        0.4: "sunset/night cloudy/snowfall fog/snowfall sunny/sunset",
    }
)
ALIKE_COLOURS = _pairs(
    {
        0.5: "red/orange orange/yellow red/pink pink/purple blue/purple brown/tan gray/black",
        0.3: "gray/white tan/yellow brown/black white/tan",
    }
)
ALIKE_ACTIONS = _pairs(
    {
        0.6: "walk/run run/jump stand/wave stand/walk lead/walk sit/lie sit/crawl stand/graze "
        "stand/hold fly/hold sail/moor",
        0.3: "stand/sit walk/hold park/drive kick/run ride/run ski/run rest/bounce stand/lead sail/fly walk/crawl",
    }
)


def agreement(a: Scene, b: Scene) -> float:
    """Return how far scenes `a` and `b` agree: 1 for the same scene, 0 for nothing in common."""
    place = _alike(a.place, b.place, ALIKE_PLACES)
    light = _alike(a.light, b.light, ALIKE_LIGHTS)
    total = SUBJECTS_WEIGHT * _subjects(a, b) + PLACE_WEIGHT * place + LIGHT_WEIGHT * light
    return min(1.0, round(total, 9))  # rounding keeps agreement(a, b) == agreement(b, a) to the last bit


def _subjects(a: Scene, b: Scene) -> float:
    few, many = a.subjects, b.subjects
    if len(few) > len(many):
        few, many = many, few
    weight = [1.0] + [OTHER_SUBJECT_WEIGHT] * 2
    everything = sum(weight[: len(few)]) + sum(weight[: len(many)])
    worth = [
        [(weight[i] + weight[j]) * subject_agreement(s, t) for j, t in enumerate(many)]
        for i, s in enumerate(few)
    ]
    if len(few) == 1:
        return max(worth[0]) / everything
    orders = permutations(range(len(many)), len(few))
    best = max(sum(worth[i][j] for i, j in enumerate(order)) for order in orders)
    return best / everything


def subject_agreement(s: Subject, t: Subject) -> float:
    """Return how far two subjects agree, from 0 to 1."""
    kind = _alike(s.kind, t.kind, ALIKE_KINDS)
    if not kind and s.kind in PEOPLE and t.kind in PEOPLE:
        kind = 0.5 if (s.kind in ADULTS) == (t.kind in ADULTS) and s.kind not in CHILDREN else 0.2
    if not kind:
        return 0.0
    same_prop = s.prop == t.prop
    action = VERB_PART * _alike(s.action, t.action, ALIKE_ACTIONS) + PROP_PART * same_prop
    if same_prop:
        action += PROP_COLOUR_PART * _alike(s.prop_colour, t.prop_colour, ALIKE_COLOURS)
    colour = _alike(s.colour, t.colour, ALIKE_COLOURS)
    position = float(s.position == t.position)
    return kind * (KIND_PART + ACTION_PART * action + COLOUR_PART * colour + POSITION_PART * position)


def _alike(a: str, b: str, table: Mapping[tuple[str, str], float]) -> float:
    return 1.0 if a == b else table.get((a, b), 0.0)
