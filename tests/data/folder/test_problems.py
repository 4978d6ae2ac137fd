from __future__ import annotations

from withsense_tf.data.folder.problems import KINDS, Problem, problem_table


def test_what_was_left_out_is_reported_before_what_is_only_odd() -> None:
    levels = [kind.level for kind in KINDS.values()]
    assert levels == sorted(levels)
    assert len({kind.title for kind in KINDS.values()}) == len(KINDS)


def test_a_problem_names_its_line_where_it_has_one() -> None:
    assert Problem("row_width", "a.csv", 7, "x", "why").where == "a.csv:7"
    assert Problem("file_empty", "a.csv", None, "x", "why").where == "a.csv"


def test_a_table_of_problems_has_their_levels_and_is_one_without_any() -> None:
    table = problem_table(
        [Problem("photo_grey", "a.jpg", None, "a.jpg", ""), Problem("row_width", "b", 3, "x", "y")]
    )
    assert table["level"].tolist() == ["note", "error"]
    assert table["line"].isna().tolist() == [True, False]
    assert table["line"][1] == 3
    assert list(problem_table([])) == list(table)
    assert problem_table([])["line"].dtype == "Int64"
