"""Draw a scene as a photo: background, subjects from far to near, light and weather, lens and sensor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from withsense_tf.demo.drawing.canvas import SUPERSAMPLE, Brush, Colour, Point, vary
from withsense_tf.demo.drawing.draw_animals import draw_animal
from withsense_tf.demo.drawing.draw_people import SEAT, draw_person
from withsense_tf.demo.drawing.draw_places import HORIZONS, paint_place
from withsense_tf.demo.drawing.draw_things import draw_thing
from withsense_tf.demo.drawing.light import develop, veil, weather
from withsense_tf.demo.drawing.stage import Stage
from withsense_tf.demo.scene import ALOFT, ANIMALS, PEOPLE, Scene, Subject

# Middle of the left, middle and right third, as shares of the width.
SLOTS = {"left": 0.19, "middle": 0.5, "right": 0.81}
WIDE = ("car", "bus", "boat", "horse", "cow", "tent", "bench", "flock")
# Pixels per metre as a share of the photo's unit, and how near it stands (0 far edge of the ground, 1 lower edge).
# Small things are drawn larger than life: at 224 pixels a true dog would be a dot.
PLACING: dict[str, tuple[float, float]] = {
    "man": (0.265, 0.80), "woman": (0.272, 0.80), "old man": (0.275, 0.80),
    "boy": (0.30, 0.84), "girl": (0.30, 0.84), "toddler": (0.335, 0.88), "baby": (0.40, 0.90),
    "dog": (0.30, 0.88), "cat": (0.37, 0.90), "horse": (0.20, 0.66), "cow": (0.205, 0.62), "sheep": (0.27, 0.72),
    "bird": (0.34, 0.90), "flock": (0.24, 0.0),
    "car": (0.132, 0.40), "bus": (0.108, 0.24), "bicycle": (0.27, 0.74), "boat": (0.11, 0.0), "ball": (0.30, 0.90),
    "hot-air balloon": (0.145, 0.0), "kite": (0.25, 0.0), "parasol": (0.19, 0.5),
    "bench": (0.25, 0.62), "tent": (0.165, 0.42),
}  # fmt: skip
SIZE_FACTORS = {"": 1.0, "small": 0.68, "large": 1.15}
# Other subjects stand a little farther off than the main one.
BEHIND = 0.9
# Half lengths in metres: long subjects at the side move inwards, so that they are seen whole.
REACH = {
    "car": 2.1,
    "bus": 3.3,
    "horse": 1.35,
    "cow": 1.35,
    "boat": 1.9,
    "tent": 2.1,
    "bench": 0.95,
    "bicycle": 0.95,
    "parasol": 1.3,
}


@dataclass(frozen=True)
class Spot:
    """Where and how large a subject is drawn."""

    subject: Subject
    x: float
    y: float
    scale: float
    facing: int
    airborne: bool


def draw(scene: Scene, rng: np.random.Generator) -> Image.Image:
    """Return a photo of the scene (RGB, about 320 x 240); another `rng` gives another photo of it."""
    width, height = _format(scene, rng)
    horizon = height * (HORIZONS[scene.place] + float(rng.uniform(-0.025, 0.025)))
    stage = Stage(rng, width, height, scene.light, horizon)
    stage.snow_settles = scene.place != "snow"
    paint_place(stage, scene.place)
    veil(stage)
    spots = sorted((_spot(stage, scene, i) for i in range(len(scene.subjects))), key=lambda spot: spot.y)
    for spot in spots:
        _draw_subject(stage, spot)
    main = next(spot for spot in spots if spot.subject is scene.subjects[0])
    weather(stage, (0.5 * main.x + 0.5 * width / 2, main.y - 0.2 * height))
    return develop(stage)


def _format(scene: Scene, rng: np.random.Generator) -> tuple[int, int]:
    """Choose the size in pixels; cameras and crops differ a little."""
    small = any(subject.kind in WIDE or subject.prop in WIDE for subject in scene.subjects)
    # A third of the photos without wide subjects are upright.
    upright = rng.random() < 0.33 and not small and len(scene.subjects) < 3
    long, short = 320, int(rng.choice((240, 240, 236, 228, 214)))
    return (short, long) if upright else (long, short)


def _spot(stage: Stage, scene: Scene, index: int) -> Spot:
    subject, rng = scene.subjects[index], stage.rng
    share, depth = PLACING[subject.kind]
    if subject.action == "ride":
        share, depth = (0.215, 0.72) if subject.prop == "horse" else (0.25, 0.78)
    behind = 1.0 if index == 0 else BEHIND
    scale = share * stage.unit * SIZE_FACTORS[subject.size] * behind * float(rng.uniform(0.95, 1.06))
    depth = min(1.0, max(0.0, depth * behind + float(rng.uniform(-0.05, 0.05))))
    x = stage.width * (SLOTS[subject.position] + float(rng.uniform(-0.03, 0.03)))
    reach = max(
        REACH.get(subject.kind, 0.4), REACH.get(subject.prop, 0.4), 1.0 if subject.action == "lie" else 0.0
    )
    margin = reach * scale + 2
    x = min(max(x, margin), stage.width - margin)
    facing = _facing(subject, rng)
    airborne = subject.kind in ALOFT or (subject.kind == "bird" and subject.action == "fly")
    bottom = 0.965 * stage.height
    y = stage.ground + depth * (bottom - stage.ground)
    if airborne:
        room = max(0.24, stage.horizon / stage.height)
        y = stage.height * room * float(rng.uniform(0.36, 0.62)) + 0.03 * stage.height
    elif subject.kind == "boat" and stage.water is not None:
        near = 0.86 if subject.size == "large" else 0.5
        y = stage.water[0] + (stage.water[1] - stage.water[0]) * (near + float(rng.uniform(-0.1, 0.1)))
    return Spot(subject, x, y, scale, facing, airborne)


def _facing(subject: Subject, rng: np.random.Generator) -> int:
    """Turn subjects at the side towards the middle, most of the time."""
    inwards = {"left": 1, "right": -1}.get(subject.position)
    if inwards is None or rng.random() < 0.2:
        return 1 if rng.random() < 0.5 else -1
    return inwards


def _draw_subject(stage: Stage, spot: Spot) -> None:
    layer = stage.layer()
    brush = Brush(layer, spot.x, spot.y, spot.scale, spot.facing)
    subject = spot.subject
    if subject.kind in PEOPLE:
        _draw_with_prop(stage, layer, brush, spot)
    elif subject.kind in ANIMALS:
        draw_animal(brush, subject.kind, subject.colour, subject.action, stage.rng)
    else:
        draw_thing(brush, subject.kind, subject.colour, subject.action, stage.rng)
    if not spot.airborne:
        _shadow(stage, layer, spot)
    stage.paste(_round(layer), texture=0.045)


def _draw_with_prop(stage: Stage, layer: Image.Image, brush: Brush, spot: Spot) -> None:
    """Draw a person and what goes with them, in the order in which one hides the other."""
    s, rng = spot.subject, stage.rng
    seat = None
    if s.prop in SEAT:
        low = 0.72 if s.kind in ("boy", "girl") and s.prop == "bicycle" else 1.0
        seat = SEAT[s.prop] * low
    if s.prop == "horse":
        draw_animal(
            Brush(layer, spot.x, spot.y, spot.scale * 0.96, spot.facing), "horse", s.prop_colour, "stand", rng
        )
    elif s.prop in ("bicycle", "bench"):
        size = 0.78 if seat is not None and seat < SEAT[s.prop] else 1.0
        draw_thing(
            Brush(layer, spot.x, spot.y, spot.scale * size, spot.facing), s.prop, s.prop_colour, "park", rng
        )
    elif s.prop == "skis":
        draw_thing(brush, "skis", "", "rest", rng)
    back = -0.12 if s.prop == "bicycle" else 0.0
    person = Brush(layer, spot.x + spot.facing * back * spot.scale, spot.y, spot.scale, spot.facing)
    ahead, up = draw_person(person, s.kind, s.colour, s.action, s.prop, rng, seat)
    hand = (spot.x + spot.facing * (ahead + back) * spot.scale, spot.y - up * spot.scale)
    if s.prop in ("umbrella", "balloon"):
        _draw_held_thing(stage, layer, spot, hand)
    elif s.prop == "kite":
        _draw_kite(stage, layer, spot, hand)
    elif s.prop == "dog":
        _draw_dog_on_leash(stage, layer, spot, hand)
    elif s.prop == "ball":
        x = spot.x + spot.facing * (0.52 if s.kind != "toddler" else 0.4) * spot.scale
        draw_thing(
            Brush(layer, x, spot.y - 0.04 * spot.scale, 0.28 * stage.unit, spot.facing),
            "ball",
            s.prop_colour,
            "rest",
            rng,
        )
    elif s.prop == "skis":
        pole = Brush(layer, hand[0], hand[1], spot.scale, spot.facing)
        pole.line([(0, 0.05), (-0.45, -0.6)], 0.03, (60, 62, 70))


def _draw_held_thing(stage: Stage, layer: Image.Image, spot: Spot, hand: tuple[float, float]) -> None:
    s = spot.subject
    if s.prop == "umbrella":
        draw_thing(
            Brush(layer, hand[0] - spot.facing * 2, hand[1] + 2, 0.27 * stage.unit, spot.facing),
            "umbrella",
            s.prop_colour,
            "rest",
            stage.rng,
        )
        return
    top = max(hand[1] - 0.34 * stage.unit, 0.19 * stage.unit)
    x = hand[0] + spot.facing * float(stage.rng.uniform(2, 10))
    _string(layer, [hand, (x, top)], 0.8, (236, 236, 232))
    draw_thing(
        Brush(layer, x, top, 0.29 * stage.unit, spot.facing), "balloon", s.prop_colour, "rest", stage.rng
    )


def _string(layer: Image.Image, pixels: Sequence[Point], width: float, colour: Colour) -> None:
    # The brush stands at the corner with scale 1, and its coordinates grow upwards.
    Brush(layer, 0, 0, 1.0).line([(x, -y) for x, y in pixels], width, colour)


def _draw_kite(stage: Stage, layer: Image.Image, spot: Spot, hand: tuple[float, float]) -> None:
    x = float(np.clip(hand[0] + spot.facing * 0.3 * stage.unit, 0.1 * stage.width, 0.9 * stage.width))
    y = float(stage.rng.uniform(0.17, 0.24)) * stage.height
    sag = ((hand[0] + x) / 2, (hand[1] + y) / 2 + 8)
    _string(layer, [hand, sag, (x, y)], 0.7, (240, 240, 236))
    draw_thing(
        Brush(layer, x, y, 0.24 * stage.unit, spot.facing), "kite", spot.subject.prop_colour, "fly", stage.rng
    )


def _draw_dog_on_leash(stage: Stage, layer: Image.Image, spot: Spot, hand: tuple[float, float]) -> None:
    x = spot.x + spot.facing * 0.26 * stage.unit
    if not 0.08 * stage.width < x < 0.92 * stage.width:
        x = spot.x - spot.facing * 0.26 * stage.unit
    scale, facing = 0.28 * stage.unit, 1 if x > spot.x else -1
    neck = (x + facing * 0.3 * scale * 0.5, spot.y - 0.6 * scale)
    leash = vary(stage.rng, (90, 60, 50), 8)
    dog = Brush(layer, x, spot.y, scale, facing)
    draw_animal(dog, "dog", spot.subject.prop_colour, "stand", stage.rng)
    _string(layer, [hand, ((hand[0] + neck[0]) / 2, (hand[1] + neck[1]) / 2 + 5), neck], 1.2, leash)


def _shadow(stage: Stage, layer: Image.Image, spot: Spot) -> None:
    """Darken the ground under a subject: its outline laid flat, blurred."""
    alpha = layer.getchannel("A").reduce(SUPERSAMPLE * 2)
    box = alpha.getbbox()
    if box is None:
        return
    low = min(box[3], round(spot.y / 2) + 2)
    figure = alpha.crop((box[0], box[1], box[2], max(box[1] + 1, low)))
    strong = {"sunny": 0.42, "sunset": 0.4, "night": 0.3}.get(stage.light, 0.2)
    lift = 0.3 if spot.subject.kind != "boat" else 0.5
    flat = figure.resize(
        (figure.width, max(3, round(figure.height * 0.16))), Image.Resampling.BILINEAR
    ).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mask = Image.new("L", alpha.size)
    mask.paste(flat, (box[0] + 2, round(spot.y / 2) - round(flat.height * lift)))
    soft = mask.filter(ImageFilter.GaussianBlur(1.6)).resize(
        (stage.width, stage.height), Image.Resampling.BILINEAR
    )
    stage.pixels *= 1 - strong * np.asarray(soft, dtype=np.float32)[:, :, None] / 255


def _round(layer: Image.Image) -> Image.Image:
    """Shade a layer as if its shapes were round: lit from the upper left, dark at the lower right edge."""
    box = layer.getbbox()
    if box is None:
        return layer
    part = layer.crop(box)
    alpha = part.getchannel("A").reduce(2)
    soft = np.asarray(alpha.filter(ImageFilter.GaussianBlur(3)), dtype=np.float32) / 255
    slope = np.roll(soft, (3, 2), axis=(0, 1)) - np.roll(soft, (-3, -2), axis=(0, 1))
    light = Image.fromarray((128 - np.clip(slope, -1, 1) * 70).astype(np.uint8)).resize(
        part.size, Image.Resampling.BILINEAR
    )
    pixels = np.asarray(part, dtype=np.float32).copy()
    pixels[:, :, :3] *= 0.55 + 0.45 * np.asarray(light, dtype=np.float32)[:, :, None] / 128
    layer.paste(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8), "RGBA"), box[:2])
    return layer
