from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from withsense_tf.errors import NotFittedError, SettingError
from withsense_tf.evaluation.page.training_chart import best_epoch, training_chart
from withsense_tf.matchers.concat.concat_keras import ConcatKeras
from withsense_tf.matchers.constant import Constant
from withsense_tf.matchers.towers.two_tower import TwoTower

LOSSES = {"loss": [0.3, 0.2, 0.1], "val_loss": [0.3, 0.25, 0.26]}
RANKS = {"loss": [2.0, 1.0], "validation_mrr": [0.2, 0.4]}


def test_the_epoch_that_was_kept_is_the_best_on_photos_held_out() -> None:
    assert (best_epoch(LOSSES), best_epoch(RANKS)) == (2, 2)
    assert best_epoch(RANKS | {"validation_mrr": [0.4, 0.2]}) == 1


def curves_of(figure: Figure) -> list[list[list[float]]]:
    """Return the lines of each axis, but for the marks of the best epoch, which go from 0 to 1."""
    lines = [[list(line.get_ydata()) for line in axis.get_lines()] for axis in figure.axes]
    return [[line for line in some if line != [0, 1]] for some in lines]


def test_both_losses_are_lines_of_one_axis() -> None:
    matcher = ConcatKeras()
    matcher.history_ = LOSSES
    chart = training_chart(matcher)
    for theme in ("light", "dark"):
        assert curves_of(chart.figure(theme)) == [[LOSSES["loss"], LOSSES["val_loss"]]]
    assert "3 epochs, best after 2: loss on what is learned from 0.300 to 0.100" in chart.alt
    assert chart.png().startswith(b"\x89PNG")


def test_a_rank_has_an_axis_of_its_own_and_each_network_a_line() -> None:
    matcher = TwoTower()
    matcher.histories_ = [RANKS, RANKS | {"loss": [3.0, 0.5]}]
    losses, ranks = curves_of(training_chart(matcher).figure())
    axes = training_chart(matcher).figure().axes
    assert [axis.get_ylabel() for axis in axes] == ["loss", "mean reciprocal rank"]
    assert losses == [[2.0, 1.0], [3.0, 0.5]]
    assert ranks == [[0.2, 0.4]] * 2


def test_what_has_no_epochs_has_no_curve_and_says_so() -> None:
    with pytest.raises(SettingError, match="no learning curve"):
        training_chart(Constant())
    with pytest.raises(NotFittedError, match="ConcatKeras is not fitted yet"):
        training_chart(ConcatKeras())
