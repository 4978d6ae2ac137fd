from __future__ import annotations

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.unique import unique_photos, unique_texts
from withsense_tf.targets.blend import relevance


def test_photos_and_texts_of_pairs_are_there_once_with_the_place_of_each(tiny: Dataset) -> None:
    pairs = relevance(tiny, crowd=None)
    content, paths, photo = unique_photos(pairs)
    assert len(content) == len(set(content)) == len(set(pairs.content))
    assert [content[at] for at in photo] == pairs.content.tolist()
    assert [paths[at].name for at in photo] == pairs.table["photo"].tolist()
    texts, text = unique_texts(pairs.texts)
    assert len(texts) == len(set(pairs.texts)) < len(pairs)
    assert [texts[at] for at in text] == pairs.texts
    assert unique_texts([])[0] == []
