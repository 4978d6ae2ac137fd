from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from withsense_tf.common.saved_objects import STATE, Saveable, SavedFile, load_state, save_state
from withsense_tf.errors import DataError, SettingError

KINDS = {"Ridge": __name__, "Part": __name__}


@dataclass(frozen=True)
class Part:
    """Two settings."""

    name: str
    weight: float = 1.0


class Ridge(Saveable):
    """Something that learns."""

    LEARNED = ("coefficients_", "parts_")

    def __init__(self, strength: float = 1.0, store: object = None) -> None:
        self.strength = strength
        self.store = store


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, __name__, type(sys)(__name__))
    for kind in (Ridge, Part):
        monkeypatch.setattr(sys.modules[__name__], kind.__name__, kind, raising=False)


def fitted(**learned: Any) -> Ridge:
    ridge = Ridge(0.5)
    ridge.__dict__.update(learned)
    return ridge


def test_settings_and_what_was_learned_come_back_and_the_store_is_given_anew(tmp_path: Path) -> None:
    parts = (Part("a"), [1, 2.5, None, True], {"x": (1, 2), 3: frozenset({"b", "a"})}, float("inf"))
    saved = save_state(fitted(coefficients_=np.arange(3.0), parts_=parts), tmp_path / "m", KINDS)
    ridge = load_state(saved, KINDS, store="here")
    assert (ridge.strength, ridge.store) == (0.5, "here")
    assert ridge.coefficients_.tolist() == [0, 1, 2]
    assert ridge.parts_ == parts


def test_one_object_in_two_places_is_one_object_again(tmp_path: Path) -> None:
    part = Part("shared")
    ridge = load_state(save_state(fitted(parts_=[part, part]), tmp_path / "m", KINDS), KINDS)
    assert ridge.parts_[0] is ridge.parts_[1]


def test_a_file_comes_along_and_one_outside_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(b"weights")
    saved = save_state(fitted(parts_=[SavedFile(tmp_path / "w.bin")]), tmp_path / "m", KINDS)
    (tmp_path / "w.bin").unlink()
    assert load_state(saved, KINDS).parts_[0].read_bytes() == b"weights"
    state = (saved / STATE).read_text()
    (saved / STATE).write_text(state.replace("0/w.bin", "../../state.json"))
    with pytest.raises(DataError, match="is not whole"):
        load_state(saved, KINDS)


@pytest.mark.parametrize("value", [object(), np.array([object()])])
def test_what_cannot_be_saved_is_an_error_and_no_pickle(tmp_path: Path, value: object) -> None:
    with pytest.raises(SettingError, match="cannot be saved"):
        save_state(fitted(parts_=value), tmp_path / "m", KINDS)


def test_what_cannot_be_saved_is_told_what_can_be_whatever_is_named(tmp_path: Path) -> None:
    class Model:
        pass

    for kinds in (KINDS, KINDS | {"Model": __name__}):
        with pytest.raises(
            SettingError, match=r"A Model cannot be saved.*LEARNED may hold.*get_weights"
        ) as error:
            save_state(fitted(parts_=[Model()]), tmp_path / f"{len(kinds)}", kinds)
        assert "also=" not in str(error.value)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(SettingError, match="there already"):
        save_state(fitted(), tmp_path, KINDS)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda about: about | {"format": 99}, "has format 99"),
        (
            lambda about: about | {"objects": [["Thief", {"dict": []}]]},
            "holds a 'Thief', which this version does not know",
        ),
        (lambda about: about | {"saved": {"object": 7}}, "damaged or not whole"),
        (lambda about: {"format": 1}, "damaged or not whole"),
        (lambda about: [], "is damaged"),
    ],
)
def test_what_is_damaged_or_foreign_is_a_data_error(tmp_path: Path, change: Any, expected: str) -> None:
    saved = save_state(fitted(), tmp_path / "m", KINDS)
    about = json.loads((saved / STATE).read_text())
    (saved / STATE).write_text(json.dumps(change(about)))
    with pytest.raises(DataError, match=expected):
        load_state(saved, KINDS)
