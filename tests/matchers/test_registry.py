from __future__ import annotations

from withsense_tf.encoders.make_encoder import best_encoder_here
from withsense_tf.matchers.registry import photo_encoders_of


def test_drawn_scenes_are_seen_by_the_network_for_drawn_scenes_and_photos_never() -> None:
    (drawn,) = photo_encoders_of((), "auto", synthetic=True, seed=0, quick=False)
    assert drawn.identity.startswith("scene_net")
    (photo,) = photo_encoders_of((), "auto", synthetic=False, seed=0, quick=False)
    assert photo.identity == best_encoder_here().identity
    assert "random" not in photo.weights
