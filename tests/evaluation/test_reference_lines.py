from __future__ import annotations

import json

from withsense_tf.evaluation.reference_lines import ReferenceLine, as_tables, lines_in


def test_lines_come_back_from_a_file_and_what_is_none_is_left_out() -> None:
    lines = (ReferenceLine("r@5", 0.1, "chance"), ReferenceLine("tau_c", 0.5, "PAC-S", elsewhere=True))
    assert lines_in(json.loads(json.dumps(as_tables(lines)))) == lines
    assert lines_in(None) == lines_in([3, {"value": "high"}]) == ()
