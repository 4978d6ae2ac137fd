from __future__ import annotations

from withsense_tf.evaluation.outcome import Outcome
from withsense_tf.evaluation.page.run_plots import fit_pictures, recall_picture, training_pictures


def test_pictures_are_drawn_for_what_there_is(run: list[Outcome]) -> None:
    fits, trained = fit_pictures(run), training_pictures(run)
    assert [picture.title for picture in fits] == ["constant", "towers", "captions"]
    assert "18 pairs" in fits[0].alt
    assert [picture.title for picture in trained] == ["towers"]
    assert "from 0.500 to 0.250 in 2 epochs" in trained[0].alt
    recall = recall_picture(run[:4])
    assert recall is not None
    assert "towers 1.000, constant 0.000; chance 0.833" in recall.alt
    assert recall_picture(run[3:4]) is None
