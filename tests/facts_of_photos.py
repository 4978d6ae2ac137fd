"""Facts of photos of all kinds that filters tell apart, to be drawn at random."""

from __future__ import annotations

from hypothesis import strategies as st

Facts = dict[str, str | float]

DATES = st.sampled_from(
    ["2020", "2019-12-31", "2020-05", "2020-05-01", "2020-05-01T10:00", "2020-05-01 1", "2020-club", "20200"]
)
NUMBERS = st.one_of(st.integers(-3, 3).map(float), st.sampled_from([2020.0, 2019.5, -0.0]), st.floats())
TEXTS = st.one_of(
    st.text(max_size=4),
    st.sampled_from(["red", "blue, red", "red, blue", "red, blue, green", "dark red", "red,blue"]),
    st.sampled_from(["Ann", "ann", "ПАРИЖ", "париж", "400", "4e2", "nan", "ß"]),
)
VALUES = st.one_of(DATES, NUMBERS, TEXTS)
NAMES = st.sampled_from(["date", "iso", "place", "colour"])
