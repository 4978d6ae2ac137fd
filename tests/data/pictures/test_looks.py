from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.data.pictures.looks import (
    BITS,
    FRAME,
    SIDE,
    TURNS,
    frames_of,
    look_of,
    turn_frames,
    unpack_bits,
)


def blobs(seed: int) -> np.ndarray:
    """Return a grey picture of soft blobs, as a photo has them."""
    small = np.random.default_rng(seed).integers(0, 255, (8, 8))
    return np.kron(small, np.ones((SIDE // 8, SIDE // 8))).astype(np.uint8)


def test_a_plain_picture_has_no_look_and_another_one_frame() -> None:
    assert look_of(np.full((SIDE, SIDE), 90, np.uint8)) == ""
    assert len(look_of(blobs(0))) == FRAME


def test_a_picture_in_a_plain_border_has_a_second_frame_which_a_change_of_the_border_leaves_as_it_is() -> (
    None
):
    looks = []
    for colour in (255, 0):
        picture = np.full((SIDE, SIDE), colour, np.uint8)
        picture[16:-16, 16:-16] = blobs(1)[16:-16, 16:-16]
        looks.append(look_of(picture))
    assert [len(look) for look in looks] == [2 * FRAME] * 2
    assert looks[0][FRAME:] == looks[1][FRAME:]
    assert looks[0][:FRAME] != looks[1][:FRAME]


def test_a_brighter_picture_has_the_same_look() -> None:
    grey = blobs(2) // 2
    assert look_of(grey) == look_of(grey + 40)


@pytest.mark.parametrize("turn", TURNS)
def test_frames_turn_as_their_pictures_do(turn: tuple[bool, bool, bool]) -> None:
    swap, left, top = turn
    grey = blobs(3)
    turned = grey.T if swap else grey
    turned = turned[:, ::-1] if left else turned
    turned = turned[::-1] if top else turned
    expected, frames = frames_of([look_of(turned)]), turn_frames(frames_of([look_of(grey)]), turn)
    sure = unpack_bits(frames.sure & expected.sure)
    different = unpack_bits(frames.signs ^ expected.signs) & sure
    assert sure.sum() > BITS // 4
    assert different.sum() == 0


def test_turning_back_gives_the_same() -> None:
    frames = frames_of([look_of(blobs(seed)) for seed in range(3)])
    for turn in TURNS:
        backs = [turn_frames(turn_frames(frames, turn), back) for back in TURNS]
        assert any((one.signs == frames.signs).all() and (one.sure == frames.sure).all() for one in backs)


@pytest.mark.parametrize("look", ["", "xyz", "0" * (FRAME - 1), "G" * FRAME])
def test_what_is_no_look_has_no_frames(look: str) -> None:
    frames = frames_of([look, "0" * FRAME])
    assert frames.owner.tolist() == [1]
