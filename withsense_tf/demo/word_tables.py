"""The words captions are made of, as tables: what every kind, colour, action, place and light may be called.

Words of colour stand in COLOUR_WORDS only, so that a caption never names a colour the photo lacks.
"""

from __future__ import annotations

# What a subject may be called; the first words are the commonest.
KIND_WORDS: dict[str, tuple[str, ...]] = {
    "man": ("man", "man", "man", "guy", "gentleman", "person"),
    "woman": ("woman", "woman", "woman", "lady", "person"),
    "old man": ("old man", "old man", "elderly man", "older man", "grandfather"),
    "boy": ("boy", "boy", "little boy", "young boy", "child", "kid"),
    "girl": ("girl", "girl", "little girl", "young girl", "child", "kid"),
    "toddler": ("toddler", "toddler", "small child", "little kid", "tiny child"),
    "baby": ("baby", "baby", "infant", "baby"),
    "dog": ("dog",), "cat": ("cat",), "horse": ("horse",), "cow": ("cow",), "sheep": ("sheep",), "bird": ("bird",),
    "flock": ("flock of birds", "group of birds"),
    "car": ("car", "car", "automobile"), "bus": ("bus",), "bicycle": ("bicycle", "bike"),
    "boat": ("boat", "boat", "sailing boat"), "ball": ("ball",), "hot-air balloon": ("hot-air balloon",),
    "kite": ("kite",), "parasol": ("parasol", "sunshade"), "bench": ("bench", "wooden bench"),
    "tent": ("tent", "camping tent"),
    "balloon": ("balloon",), "umbrella": ("umbrella",), "skis": ("skis",),
}  # fmt: skip

COLOUR_WORDS: dict[str, tuple[str, ...]] = {
    "red": ("red",), "orange": ("orange",), "yellow": ("yellow",), "green": ("green",), "blue": ("blue",),
    "purple": ("purple",), "pink": ("pink",), "white": ("white",), "black": ("black",), "brown": ("brown",),
    "gray": ("gray", "grey"), "tan": ("tan",),
}  # fmt: skip
# How clothes are told; {} is the colour. Garments are vague on purpose: the drawing decides on skirt or trousers.
CLOTHES_PHRASES = (
    "in {}",
    "in {}",
    "wearing {}",
    "dressed in {}",
    "in {} clothes",
    "in a {} top",
    "with a {} jacket",
)
BABY_CLOTHES_PHRASES = ("in {}", "wearing {}", "dressed in {}", "in {} clothes")
SIZE_WORDS: dict[str, tuple[str, ...]] = {"": ("",), "small": ("small", "little"), "large": ("large", "big")}

# action -> (participle, finite) pairs; "kind:action" before "action".
VERBS: dict[str, tuple[tuple[str, str], ...]] = {
    "stand": (("standing", "stands"), ("standing still", "is standing")),
    "walk": (("walking", "walks"), ("walking along", "is walking")),
    "run": (("running", "runs"), ("running fast", "is running")),
    "jump": (("jumping", "jumps"), ("leaping into the air", "leaps up"), ("jumping up", "is jumping")),
    "sit": (("sitting", "sits"), ("seated", "is seated"), ("sitting down", "is sitting")),
    "wave": (("waving", "waves"), ("waving a hand", "is waving"), ("raising a hand", "raises a hand")),
    "lie": (("lying down", "lies on the ground"), ("lying on the ground", "is lying down")),
    "crawl": (("crawling", "crawls"), ("crawling on hands and knees", "is crawling")),
    "graze": (("grazing", "grazes"), ("eating from the ground", "is grazing")),
    "bird:fly": (("flying", "flies"), ("in flight", "is flying")),
    "flock:fly": (("flying", "flies"), ("flying past", "is in the air")),
    "hot-air balloon:fly": (("floating", "floats"), ("in the air", "is in the sky")),
    "kite:fly": (("flying", "flies"), ("in the air", "is in the sky")),
    "park": (("parked", "is parked"), ("parked there", "is parked")),
    "drive": (("driving", "drives by"), ("driving past", "is driving")),
    "sail": (("sailing", "sails"), ("under sail", "is sailing")),
    "moor": (("moored", "is moored"), ("at anchor", "lies at anchor")),
    "ball:rest": (("lying still", "lies on the ground"), ("on the ground", "is on the ground")),
    "bounce": (("bouncing", "bounces"), ("bouncing up", "is bouncing")),
    "bench:rest": (("standing empty", "stands empty"), ("with nobody on it", "is empty")),
    "tent:rest": (("set up", "is set up"), ("pitched", "stands")),
    "parasol:rest": (("standing open", "stands"), ("set up", "is open")),
    "ski": (("skiing", "skis"), ("skiing downhill", "is skiing"), ("on skis", "skis downhill")),
}
# "action prop" -> (participle, finite) pairs; {} is the prop with article and perhaps colour.
PROP_VERBS: dict[str, tuple[tuple[str, str], ...]] = {
    "ride bicycle": (("riding {}", "rides {}"), ("on {}", "is on {}"), ("cycling on {}", "is riding {}")),
    "ride horse": (("riding {}", "rides {}"), ("on {}", "is on {}"), ("on the back of {}", "is riding {}")),
    "hold balloon": (("holding {}", "holds {}"), ("with {}", "is holding {}"), ("carrying {}", "carries {}")),
    "hold umbrella": (("holding {}", "holds {}"), ("under {}", "is under {}"), ("carrying {}", "carries {}")),
    "fly kite": (("flying {}", "flies {}"), ("playing with {}", "is flying {}")),
    "lead dog": (
        ("walking {}", "walks {}"),
        ("with {} on a leash", "has {} on a leash"),
        ("leading {}", "is walking {}"),
    ),
    "kick ball": (("kicking {}", "kicks {}"), ("playing with {}", "is kicking {}")),
    "sit bench": (("sitting on {}", "sits on {}"), ("resting on {}", "is sitting on {}")),
}

PLACE_PHRASES: dict[str, tuple[str, ...]] = {
    "beach": (
        "on the beach",
        "on a beach",
        "by the sea",
        "on a sandy beach",
        "at the seaside",
        "near the ocean",
    ),
    "park": ("in the park", "in a park", "in a meadow", "on a grassy field", "in a grassy park"),
    "street": (
        "on the street",
        "in the city",
        "on a city street",
        "on a street with tall buildings",
        "in front of a row of houses",
    ),
    "mountain": ("in the mountains", "in front of mountains", "on a mountain pass", "below rocky peaks"),
    "snow": ("in the snow", "on a snowy slope", "on a snow-covered hill", "in deep snow"),
    "forest": ("in the forest", "in the woods", "in a forest", "between tall trees"),
    "lake": ("by a lake", "at a lake", "on the shore of a lake", "near a calm lake"),
    "desert": ("in the desert", "in a sandy desert", "in a dry desert with cacti"),
    "stadium": ("in a stadium", "on a sports field", "on a playing field", "in front of a stadium crowd"),
    "room": ("in a room", "in a living room", "indoors", "inside a house"),
    "harbour": ("at the harbour", "in a harbour", "on the quay", "by the docks"),
    "square": (
        "in a village square",
        "on a market square",
        "at the market",
        "in an old town square",
        "near market stalls",
    ),
}
# Where boats and flying things are instead.
WATER_PHRASES: dict[str, tuple[str, ...]] = {
    "beach": ("on the sea", "off the beach", "on the ocean"),
    "lake": ("on a lake", "on a calm lake"),
    "harbour": ("in the harbour", "in a harbour"),
}
AIR_PHRASES: dict[str, tuple[str, ...]] = {
    "beach": ("over the beach", "over the sea"), "park": ("over a park", "above a meadow"),
    "street": ("over the street", "above a city street"), "mountain": ("over the mountains", "above the mountains"),
    "forest": ("in the forest", "between tall trees"), "lake": ("over a lake", "above the lake"),
    "desert": ("over the desert", "above the desert"), "harbour": ("over the harbour", "above a harbour"),
    "square": ("over a village square", "above the market"),
}  # fmt: skip

LIGHT_PHRASES: dict[str, tuple[str, ...]] = {
    "sunny": ("on a sunny day", "in bright sunshine", "in the sun", "on a bright day"),
    "cloudy": ("on a cloudy day", "under an overcast sky", "under heavy clouds"),
    "sunset": ("at sunset", "at dusk", "as the sun goes down"),
    "night": ("at night", "after dark", "late at night"),
    "rain": ("in the rain", "on a rainy day", "while it rains"),
    "fog": ("in the fog", "on a foggy day", "in thick mist"),
    "snowfall": ("in falling snow", "while snow is falling", "during a snowfall"),
}
POSITION_PHRASES = {
    "left": ("on the left", "at the left"),
    "middle": ("in the middle", "in the centre"),
    "right": ("on the right", "at the right"),
}
BESIDE = ("next to", "beside", "near", "not far from")
