"""Draw people: a body with proportions by age, posed by the angles of its limbs."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from withsense_tf.demo.drawing.canvas import Brush, Colour, Point, shade, vary
from withsense_tf.demo.drawing.colours import HAIR, OLD_HAIR, PAINT, SKIN, TROUSERS


@dataclass(frozen=True)
class Build:
    """Proportions: height in metres, the rest as shares of the height."""

    height: float
    head: float  # radius
    leg: float
    torso: float
    girth: float  # width of the shoulders from the front


# Children are shorter and have larger heads for their height; a toddler is nearly a quarter head.
BUILDS: dict[str, Build] = {
    "man": Build(1.78, 0.074, 0.47, 0.335, 0.30),
    "woman": Build(1.68, 0.076, 0.47, 0.33, 0.255),
    "old man": Build(1.68, 0.078, 0.44, 0.34, 0.30),
    "boy": Build(1.20, 0.112, 0.41, 0.33, 0.29),
    "girl": Build(1.17, 0.112, 0.41, 0.33, 0.27),
    "toddler": Build(0.88, 0.150, 0.31, 0.34, 0.33),
    "baby": Build(0.68, 0.185, 0.24, 0.38, 0.40),
}

Bones = tuple[float, float]  # upper and lower angle in degrees; 0 hangs straight down, forwards is positive


@dataclass(frozen=True)
class Pose:
    """Angles of a body; `hip` is the height of the hips in leg lengths above the ground."""

    far_leg: Bones
    near_leg: Bones
    far_arm: Bones
    near_arm: Bones
    lean: float = 0.0
    hip: float = 0.97
    front: bool = False  # faces the camera, else walks across the picture
    tilt: float = 0.0  # the whole body turned; a lying body is turned by nearly 90 degrees


POSES: dict[str, Pose] = {
    "stand": Pose((-4, -3), (4, 3), (-14, -8), (14, 8), front=True),
    "walk": Pose((28, 12), (-18, -38), (-28, -12), (26, 48), lean=3, hip=0.94),
    "run": Pose((68, -12), (-22, -100), (-62, 28), (52, 125), lean=16, hip=0.98),
    "jump": Pose((-28, -14), (30, -36), (-142, -158), (142, 158), hip=1.45, front=True),
    "sit": Pose((104, 30), (96, 22), (38, 66), (-22, -8), lean=-8, hip=0.17),
    "wave": Pose((-6, -4), (6, 4), (-18, -10), (138, 172), front=True),
    "lie": Pose((4, -6), (20, -14), (12, 30), (150, 164), hip=0.2, tilt=-84),
    "crawl": Pose((40, -70), (10, -84), (4, 10), (28, 14), lean=74, hip=0.86),
    "ride bicycle": Pose((74, 6), (30, -26), (62, 52), (66, 56), lean=30),
    "ride horse": Pose((56, -12), (50, -14), (48, 70), (44, 74), lean=4),
    "hold balloon": Pose((-4, -3), (5, 3), (-14, -8), (118, 158), front=True),
    "hold umbrella": Pose((10, 4), (-9, -14), (-8, 6), (30, 148), hip=0.96),
    "fly kite": Pose((18, 8), (-16, -22), (100, 128), (112, 140), lean=-8, hip=0.95),
    "lead dog": Pose((22, 10), (-16, -32), (-22, -6), (34, 50), hip=0.95),
    "kick ball": Pose((-14, -26), (62, 40), (58, 80), (-58, -30), lean=-12, hip=0.96),
    "ski skis": Pose((40, -22), (30, -30), (40, 92), (26, 84), lean=34, hip=0.84),
    "sit bench": Pose((86, 6), (80, -4), (34, 62), (26, 66), lean=-4, hip=1.0),
}
SEAT = {"bicycle": 0.86, "horse": 1.42, "bench": 0.47}  # metres of the hips above the ground for an adult
POSE_JITTER = 5.0  # degrees: nobody stands twice alike


def draw_person(
    brush: Brush,
    kind: str,
    colour: str,
    action: str,
    prop: str,
    rng: np.random.Generator,
    seat: float | None = None,
) -> Point:
    """Draw one person with the feet (or the hips, where seated at `seat` metres) at the brush's foot point.

    Return where the hand came to lie, in metres, for whoever draws the prop.
    """
    build = BUILDS[kind]
    pose = _jitter(POSES.get(f"{action} {prop}", POSES.get(action, POSES["stand"])), rng)
    legs = build.leg * build.height
    hip_height = seat if seat is not None else legs * pose.hip
    torso_brush = Brush(
        brush.layer, brush.x, brush.y - hip_height * brush.scale, brush.scale, brush.facing, pose.tilt
    )
    person = _Person(torso_brush, kind, build, pose, PAINT[colour], rng)
    person.draw()
    return person.near_hand[0], person.near_hand[1] + hip_height


def _jitter(pose: Pose, rng: np.random.Generator) -> Pose:
    def off(bones: Bones) -> Bones:
        move = rng.normal(0, POSE_JITTER, 2)
        return (bones[0] + float(move[0]), bones[1] + float(move[1]))

    return replace(
        pose, far_leg=off(pose.far_leg), near_leg=off(pose.near_leg), far_arm=off(pose.far_arm),
        near_arm=off(pose.near_arm), lean=pose.lean + float(rng.normal(0, 2.0)),
    )  # fmt: skip


def _step(start: Point, length: float, angle: float) -> Point:
    t = math.radians(angle)
    return (start[0] + length * math.sin(t), start[1] - length * math.cos(t))


class _Person:
    """One body, drawn from the far side to the near side; the hips are the origin."""

    def __init__(
        self, brush: Brush, kind: str, build: Build, pose: Pose, coat: Colour, rng: np.random.Generator
    ) -> None:
        self.brush, self.kind, self.build, self.pose = brush, kind, build, pose
        self.coat = vary(rng, coat, 7.0)
        self.skin = vary(rng, SKIN[int(rng.integers(len(SKIN)))], 6.0)
        self.hair = OLD_HAIR if kind == "old man" else vary(rng, HAIR[int(rng.integers(len(HAIR)))], 8.0)
        self.trousers = vary(rng, TROUSERS[int(rng.integers(len(TROUSERS)))], 6.0)
        self.skirt = kind in ("woman", "girl") and bool(rng.random() < 0.6)
        self.bare_legs = self.skirt or (kind in ("boy", "toddler") and bool(rng.random() < 0.5))
        h = build.height
        self.torso, self.radius = build.torso * h, build.head * h
        self.width = build.girth * h * (1.0 if pose.front else 0.74)
        self.shoulder = _step((0.0, 0.0), self.torso, 180 - pose.lean)
        self.head = _step(
            self.shoulder, self.radius * 1.22, 180 - pose.lean * (0.1 if pose.lean > 50 else 0.7)
        )
        self.near_hand: Point = (0.0, 0.0)

    def draw(self) -> None:
        spread = self.width * (0.26 if self.pose.front else 0.06)
        arm = self.width * (0.44 if self.pose.front else 0.06)
        self._leg(self.pose.far_leg, -spread, 0.8)
        self._arm(self.pose.far_arm, -arm, 0.82)
        self._leg(self.pose.near_leg, spread, 1.0)
        self._trunk()
        self._head()
        self.near_hand = self._arm(self.pose.near_arm, arm, 1.0 if self.pose.front else 0.9)

    def _leg(self, bones: Bones, x: float, light: float) -> None:
        h, thick = self.build.height, self.width * (0.36 if self.pose.front else 0.46)
        knee = _step((x, 0.0), self.build.leg * h * 0.5, bones[0])
        foot = _step(knee, self.build.leg * h * 0.47, bones[1])
        lower = self.skin if self.bare_legs else self.trousers
        upper = self.trousers if not self.skirt else self.skin
        self.brush.limb((x, 0.0), knee, thick, thick * 0.8, shade(upper, light))
        self.brush.limb(knee, foot, thick * 0.74, thick * 0.56, shade(lower, light))
        t = math.radians(bones[1])
        along = (math.cos(t), math.sin(t)) if not self.pose.front else (0.25 * (1 if x > 0 else -1), -0.1)
        size = 0.055 * h
        toe = (foot[0] + along[0] * size * 1.4, foot[1] + along[1] * size * 1.4)
        self.brush.limb(foot, toe, size, size * 0.8, shade((46, 40, 38), light))

    def _arm(self, bones: Bones, x: float, light: float) -> Point:
        h, thick = self.build.height, self.width * (0.25 if self.pose.front else 0.33)
        start = (self.shoulder[0] + x, self.shoulder[1] - thick * 0.45)
        reach = 0.185 * h if self.kind not in ("toddler", "baby") else 0.16 * h
        elbow = _step(start, reach, bones[0])
        hand = _step(elbow, reach * 0.92, bones[1])
        self.brush.limb(start, elbow, thick, thick * 0.84, shade(self.coat, light))
        self.brush.limb(elbow, hand, thick * 0.82, thick * 0.66, shade(self.coat, light * 0.96))
        self.brush.ellipse(hand, thick * 0.36, thick * 0.36, shade(self.skin, light))
        return hand

    def _trunk(self) -> None:
        top, w = self.shoulder, self.width
        t = math.radians(self.pose.lean)
        along, across = (math.sin(t), math.cos(t)), (math.cos(t), -math.sin(t))
        slim = 0.66 if self.kind in ("woman", "girl") else 0.84

        def at(up: float, side: float) -> Point:
            reach, out = up * self.torso, side * w / 2
            return (along[0] * reach + across[0] * out, along[1] * reach + across[1] * out)

        # Half widths from the hem up to the neck; the shoulders slope.
        outline = ((-0.12, 0.92), (0.1, 0.88), (0.48, slim), (0.8, 0.98), (0.93, 0.9), (1.0, 0.42))
        right, left = (
            [at(up, side) for up, side in outline],
            [at(up, -side) for up, side in reversed(outline)],
        )
        if self.skirt:
            self._skirt(at(0.1, -0.84), at(0.1, 0.84))
        self.brush.polygon([*right, *left], self.coat)
        self.brush.limb(at(0.9, -0.62), at(0.9, 0.62), w * 0.16, w * 0.16, self.coat)
        # A darker side, a hem and, from the front, a collar: light comes from one side only.
        self.brush.polygon(
            [
                at(-0.12, -0.92),
                at(0.48, -slim),
                at(0.9, -0.95),
                at(0.85, -0.6),
                at(0.45, -slim + 0.34),
                at(-0.12, -0.6),
            ],
            shade(self.coat, 0.86),
        )
        if not self.skirt:
            self.brush.line([at(-0.1, -0.9), at(-0.1, 0.9)], w * 0.07, shade(self.coat, 0.72))
        neck = self.radius * (0.8 if self.kind not in ("toddler", "baby") else 0.6)
        self.brush.limb((top[0] * 0.98, top[1] * 0.98), self.head, neck, neck, shade(self.skin, 0.82))
        if self.pose.front:
            self.brush.ellipse(at(0.98, 0.0), neck * 0.62, neck * 0.4, shade(self.skin, 0.88))

    def _skirt(self, left: Point, right: Point) -> None:
        swing = (self.pose.far_leg[0] + self.pose.near_leg[0]) / 2
        end = _step((0.0, 0.0), self.build.leg * self.build.height * 0.46, swing)
        t = math.radians(swing)
        flare = (math.cos(t) * self.width * 0.72, math.sin(t) * self.width * 0.72)
        hem = [(end[0] + flare[0], end[1] + flare[1]), (end[0] - flare[0], end[1] - flare[1])]
        self.brush.polygon([left, right, *hem], shade(self.coat, 0.93))
        self.brush.line(hem, self.width * 0.06, shade(self.coat, 0.75))

    def _head(self) -> None:
        r, (x, y) = self.radius, self.head
        front, ahead = self.pose.front, 0.0 if self.pose.front else 0.22
        long_hair = self.kind in ("woman", "girl")
        dark = shade(self.hair, 0.82)
        if long_hair:
            back = 0.0 if front else -0.42
            self.brush.limb(
                (x + back * r, y + 0.2 * r), (x + back * 1.4 * r, y - 1.25 * r), 1.9 * r, 1.55 * r, dark
            )
        if self.kind == "girl":
            for side in (-1.2, 1.2) if front else (-1.35,):
                self.brush.limb(
                    (x + side * 0.8 * r, y + 0.25 * r),
                    (x + side * 1.25 * r, y - 0.9 * r),
                    0.5 * r,
                    0.28 * r,
                    self.hair,
                )
        if self.kind != "baby":
            self.brush.ellipse((x - 0.12 * r * (not front), y + 0.22 * r), 1.0 * r, 0.9 * r, self.hair)
        if not front:
            self.brush.ellipse(
                (x - 0.34 * r, y), 0.7 * r, 0.8 * r, self.hair if self.kind != "baby" else self.skin
            )
        self.brush.ellipse((x + ahead * r, y - 0.12 * r), 0.83 * r, 0.98 * r, self.skin)
        if self.kind != "baby":  # the fringe
            self.brush.ellipse((x - 0.05 * r + ahead * 0.3 * r, y + 0.72 * r), 0.86 * r, 0.4 * r, self.hair)
        else:
            self.brush.ellipse((x, y + 0.78 * r), 0.5 * r, 0.22 * r, self.hair)
        if self.kind == "old man":  # bald above, bearded below
            self.brush.ellipse((x + ahead * r, y + 0.62 * r), 0.62 * r, 0.42 * r, self.skin)
            self.brush.ellipse((x + ahead * 1.4 * r, y - 0.8 * r), 0.6 * r, 0.46 * r, OLD_HAIR)
        if not front:
            self.brush.ellipse((x + 1.04 * r, y - 0.16 * r), 0.16 * r, 0.13 * r, shade(self.skin, 0.94))
        for eye in (-0.34, 0.34) if front else (0.62,):
            self.brush.ellipse((x + eye * r, y + 0.04 * r), 0.1 * r, 0.13 * r, (30, 24, 22))
        smile = 0.0 if front else 0.62
        self.brush.ellipse((x + smile * r, y - 0.56 * r), 0.26 * r, 0.08 * r, (158, 74, 68))
