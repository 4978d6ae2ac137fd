"""English words that are spelt in two ways, as the British and as the Americans do: to a search they are one word."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_PAIRS = """
    aerofoil airfoil aeroplane airplane aluminium aluminum artefact artifact axe ax barbecue barbeque catalogue
    catalog chequer checker chilli chili cosy cozy defence defense doughnut donut draught draft fulfil fulfill gaol
    jail grey gray jewellery jewelry kerb curb licence license manoeuvre maneuver mould mold moult molt moustache
    mustache omelette omelet mum mom plough plow programme program pyjama pajama sceptic skeptic skilful skillful
    smoulder smolder snowplough snowplow sulphur sulfur tyre tire whisky whiskey wilful willful yoghurt yogurt
    centred centered
"""
_WORDS = _PAIRS.split()
PAIRS: Final = dict(zip([*_WORDS[::2], *_WORDS[1::2]], [*_WORDS[1::2], *_WORDS[::2]], strict=True))
_PAIR: Final = re.compile(rf"({'|'.join(sorted(PAIRS, key=len, reverse=True))})(s|d|ed|ing|ish|er|ers|side)?")
# A beginning that both have, each ending in its place, and the rest that both have. Beginnings are listed where others
# would make another word: "filled" is not "filed", and "tour" no "tor".
_OUR = (
    "arm|behavi|cand|clam|col|endeav|fav|flav|glam|harb|hon|hum|lab|neighb|od|parl|ranc|rig|rum|sav|splend|tum|val|"
    "vap|vig"
)
_RE = "calib|cent|fib|lit|lust|meag|met|sab|scept|somb|spect|theat"
_LL = (
    "barre|beve|cance|caro|chise|counse|dia|due|ename|equa|fue|funne|jewe|kenne|labe|leve|marve|meda|mode|pane|"
    "peda|penci|quarre|reve|riva|shove|shrive|signa|snorke|spira|stenci|swive|tasse|tinse|tota|towe|trave|tunne|unrave|woo"
)
RULES: Final = tuple(
    (re.compile(f"({start})({one}|{other})({rest})"), {one: other, other: one})
    for start, one, other, rest in (
        (f"(?:bi|dis|mis|multi|tri|un)?(?:{_OUR})", "our", "or", "[a-z]*"),
        (f"(?:amphi|centi|epi|kilo|milli)?(?:{_RE})", "re", "er", "s?"),
        (f"(?:un)?(?:{_LL})", "ll", "l", "ed|en|ens|er|ers|ing|ings|or|ors|y"),
        ("[a-z]{4,}i|[a-z]*aly", "s", "z", "e|ed|er|ers|es|ing|ation|ations"),
    )
)


@lru_cache(maxsize=20_000)
def other_spelling(word: str) -> str | None:
    """Return how else an English word in lower case may be spelt, in the same form; None where no way is known.

    It need not be a word: "surprise" gives "surprize". Who asks must know that somebody writes it so.

    >>> [other_spelling(word) for word in ("tyres", "gray", "colorful", "centre", "travelled", "organizing", "filled")]
    ['tires', 'grey', 'colourful', 'center', 'traveled', 'organising', None]
    """
    if match := _PAIR.fullmatch(word):
        return PAIRS[match[1]] + (match[2] or "")
    for pattern, others in RULES:
        if match := pattern.fullmatch(word):
            return f"{match[1]}{others[match[2]]}{match[3]}"
    return None
