from __future__ import annotations

from withsense_tf.experiments.studies.foreign_queries import read_foreign_queries


def test_the_foreign_queries_are_sixty_in_each_language() -> None:
    sets = read_foreign_queries()
    assert {name: len(texts) for name, texts in sets.items() if "all" in name} == {
        "en, all": 60,
        "ru, all": 60,
    }
    assert len(sets["ru, near miss"]) == 30
