from __future__ import annotations

from pathlib import Path

from withsense_tf.search.places import Hit


def test_a_hit_as_json_has_rounded_scores_and_none_for_what_was_not_asked() -> None:
    hit = Hit(3, "a.png", Path("/photos/a.png"), 0.123456, caption_score=0.98765, duplicates=("b.png",))
    assert hit.as_dict() == {
        "photo": "a.png",
        "score": 0.1235,
        "place": 3,
        "image_score": None,
        "caption_score": 0.9877,
        "word_score": None,
        "path": "/photos/a.png",
        "digest": "",
        "duplicates": ["b.png"],
    }


def test_a_score_of_0_is_a_score() -> None:
    assert Hit(1, "a.png", Path("a.png"), 0.0, image_score=0.0).as_dict()["image_score"] == 0.0
