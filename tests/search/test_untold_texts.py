"""Of a photo that may be shown, texts that the law would not let stand change nothing of any answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from small_index import COUNTRIES, item_of, items_of_looks, law, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.item import Item
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.consent_register import ConsentRegister
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.overrides import Override
from withsense_tf.policy.photo_decisions import Ownership
from withsense_tf.search import row_ranking
from withsense_tf.search.search import Search

# Words that stand in texts of the one photo alone, and others in their place.
SAID = ("xylophone", "zorbing", "theremin", "gazebo")
OTHERS = ("bagpipe", "curling", "ukulele", "pergola")
QUERIES = (
    "{}", '"{}"', '"a {}"', '"child on a {}" wall', "a wall -{}", "a motorcycle {}", "a striped scarlet {}",
    "a {} in the evening", "a motorcycle with a {} -red",
)  # fmt: skip
SLIPS = ("xylophpne", "zorbimg", "theremjn", "gazrbo", "trheremin")
FILTERS = ("notes~{}", "notes!={}", "camera=Canon")


def items(folder: Path, words: tuple[str, ...], only_shown: bool = False) -> list[Item]:
    """Return photos, of one of which captions, keywords and a column say something of a child, and one caption none."""
    first, second, third, fourth = words
    texts = [f"A child on a {first} .", "A red motorcycle .", f"Two boys after {second} ."]
    photo = item_of(folder, "swing.png", 40, texts=texts, facts={"camera": "Canon"})
    keywords = ((f"EXIF XPKeywords of {photo.name}", f"little girl;{third}"),)
    photo = replace(photo, other_texts=keywords, facts={**photo.facts, "notes": f"a girl at a {fourth}"})
    if only_shown:
        photo = replace(photo, captions=photo.captions[1:2], other_texts=(), facts={"camera": "Canon"})
    other = item_of(
        folder, "moto.png", 41, texts=["A motorcycle near a wall ."], facts={"notes": "at a shop"}
    )
    return [photo, other, *items_of_looks(folder, 12)]


def allowed(photos: list[Item], _: Path) -> Policy:
    digest = photos[0].digest
    return law(overrides={"swing.png": Override("swing.png", "allow", "Ann", "grown-ups alone", digest)})


def permitted(photos: list[Item], folder: Path) -> Policy:
    register = ConsentRegister(folder / "consents.jsonl")
    register.grant("swing.png", "Mum", ["show", "search"], ["BB"], digest=photos[0].digest)
    return Policy(COUNTRIES, Ownership(), register)


MakePolicy = Callable[[list[Item], Path], Policy]


def search(
    folder: Path, matcher: Matcher, photos: list[Item], store: VectorStore, make: MakePolicy = allowed
) -> Search:
    folder.mkdir()
    policy = make(photos, folder)
    return Search(new_index(folder / "index", matcher, photos, store, policy), policy=policy, country="BB")


def answers(one: Search, queries: list[str], **more: object) -> list[dict[str, object]]:
    found = [one(text, 20, **more).as_dict() for text in queries]
    return [{**answer, "hits": [{**hit, "path": ""} for hit in answer["hits"]]} for answer in found]


def all_queries() -> list[str]:
    return [*(form.format(word) for form in QUERIES for word in (*SAID, *OTHERS)), *SLIPS]


@pytest.mark.parametrize("kind", ["hybrid", "captions"])
@pytest.mark.parametrize("make", [allowed, permitted])
def test_other_words_in_texts_that_may_not_be_told_change_no_answer(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path: Path,
    kind: str,
    make: MakePolicy,
) -> None:
    one, other = (
        search(tmp_path / words[0], fitted(kind), items(looks, words), store, make)
        for words in (SAID, OTHERS)
    )
    queries = all_queries()
    for least in (None, 0.0):
        here, there = (answers(each, queries, minimum=least) for each in (one, other))
        for text, mine, yours in zip(queries, here, there, strict=True):
            assert mine == yours, text
    for condition in [form.format(word) for form in FILTERS for word in (*SAID, *OTHERS)]:
        here, there = (answers(each, ["a wall"], where=condition, minimum=0) for each in (one, other))
        assert here == there, condition
    assert "swing.png" in [
        hit["photo"] for hit in answers(one, ["a red motorcycle"], minimum=0)[0]["hits"]
    ] or (kind == "captions")
    scores = [each.score(text, "swing.png") for text in queries[:8] for each in (one, other)]
    assert scores[::2] == scores[1::2]


@pytest.mark.parametrize("make", [allowed, permitted])
def test_a_photo_is_found_by_what_may_be_told_of_it_as_if_nothing_else_had_been_said(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path, make: MakePolicy
) -> None:
    one, bare = (
        search(tmp_path / f"{only}", fitted("hybrid"), items(looks, SAID, only), store, make)
        for only in (False, True)
    )
    queries = [*all_queries(), "a red motorcycle", '"red motorcycle"', "motorcicle", "a wall -motorcycle"]
    assert answers(one, queries, minimum=0) == answers(bare, queries, minimum=0)
    found = one('"red motorcycle"', minimum=0)
    assert [hit.photo for hit in found] == ["swing.png"]
    assert found.hits[0].word_score


def test_what_tells_of_a_word_brings_no_photo_forward_where_it_may_not_be_told(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(row_ranking, "CANDIDATES", 3)
    one, other = (
        search(tmp_path / words[0], fitted("hybrid"), items(looks, words), store)
        for words in (("sofa", "cab", "crosswalk", "shop"), OTHERS)
    )
    queries = ["a couch", "a taxi", "a zebra crossing", "a store", "a motorcycle on a couch in a taxi"]
    for least in (None, 0.0):
        assert answers(one, queries, minimum=least) == answers(other, queries, minimum=least)
