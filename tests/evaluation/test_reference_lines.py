from __future__ import annotations

import json

from withsense_tf.evaluation.reference_lines import ReferenceLine, as_tables, lines_in


def test_lines_come_back_from_a_file_and_what_is_none_is_left_out() -> None:
    lines = (ReferenceLine("r@5", 0.1, "chance"), ReferenceLine("tau_c", 0.5, "PAC-S", published=True))
    assert lines_in(json.loads(json.dumps(as_tables(lines)))) == lines
    assert lines_in(None) == lines_in([3, {"value": "high"}]) == ()


def test_published_lines_that_a_run_of_before_marked_as_of_other_data_are_no_lines() -> None:
    before = [{"measure": "r@5", "value": 0.805, "label": "CLIP, published", "elsewhere": True}]
    people = {"measure": "tau_c", "value": 0.554, "label": "people", "elsewhere": False}
    assert lines_in([*before, people]) == (ReferenceLine("tau_c", 0.554, "people"),)
