from __future__ import annotations

import matplotlib.pyplot as plt

from withsense_tf.evaluation.page.plots import COLOURS, new_figure, png


def test_a_figure_is_drawn_without_touching_what_is_global() -> None:
    before = plt.get_fignums()
    figure, axes = new_figure(2, 3, squeeze=False)
    assert axes.shape == (2, 3)
    assert len(figure.axes) == 6
    assert plt.get_fignums() == before


def test_the_same_figure_gives_the_same_file() -> None:
    files = []
    for _ in range(2):
        figure, axis = new_figure(width=2, height=1)
        axis.plot([1, 2], color=COLOURS[0])
        files.append(png(figure))
    assert files[0].startswith(b"\x89PNG")
    assert files[0] == files[1]
    assert len(set(COLOURS)) == len(COLOURS)
