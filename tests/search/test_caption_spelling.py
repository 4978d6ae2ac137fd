"""A word finds what captions write otherwise: other spellings, compounds in one word or two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from slips_of_queries import Shown, form_of
from small_index import LAW, item_of, items_of_looks, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.matchers.base import Matcher
from withsense_tf.search.caption_spelling import as_captions_write
from withsense_tf.search.hits import Hits
from withsense_tf.search.query.parse import parse_query
from withsense_tf.search.search import Search

TEXTS = {
    "tire.png": "A tire leans on a gray wall .",
    "harbor.png": "A colorful harbor at dusk .",
    "grey.png": "A grey cat naps beside a moustache cup .",
    "cafe.png": "A cafe by a river .",
    "phone.png": "A woman holds a cellphone .",
    "board.png": "A man on a snow board waits .",
    "ice.png": "A couple eats ice cream .",
    "rock.png": "A mushroom-shaped rock .",
    "bike.png": "A mountain bike and a green house .",
    "tired.png": "A tired donkey .",
    "coaster.png": "People ride a blue roller coaster .",
    "squirrel.png": "Рыжая белка ест орех .",
    "cat.png": "Кот барсик на печи, над ним гена .",
    "child.png": "A child on a xylophone looks at a catwalk and at jewelry .",
}


@pytest.fixture(scope="module")
def index(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[PhotoIndex]:
    named = [item_of(looks, name, 40 + n, texts=[text]) for n, (name, text) in enumerate(TEXTS.items())]
    index = new_index(
        tmp_path_factory.mktemp("spellings") / "index",
        fitted("hybrid"),
        [*named, *items_of_looks(looks, 6)],
        store,
    )
    yield index
    index.close()


def ask(index: PhotoIndex, text: str, country: str = "BB", **more: object) -> Hits:
    return Search(index, policy=LAW, country=country)(text, 3, **more)


@pytest.mark.parametrize(
    ("text", "photo", "reading"),
    [
        ("tyre", "tire.png", ("tyre", "tire")),
        ("Tyres", "tire.png", ("Tyres", "tires")),
        ("a harbour", "harbor.png", ("harbour", "harbor")),
        ("a colourful picture", "harbor.png", ("colourful", "colorful")),
        ("a mustache", "grey.png", ("mustache", "moustache")),
        ("a cell phone", "phone.png", ("cell phone", "cellphone")),
        ("cell-phones", "phone.png", ("cell-phones", "cellphones")),
        ("a coffee shop", "cafe.png", ("coffee shop", "cafe")),
        ("a snowboard", "board.png", ("snowboard", "snow board")),
        ("icecream", "ice.png", ("icecream", "ice cream")),
        ("американские горки", "coaster.png", ("американские горки", "roller coaster")),
        ("mountainbikes", "bike.png", ("mountainbikes", "mountain bike")),
    ],
)
def test_a_word_finds_what_captions_write_otherwise(
    index: PhotoIndex, text: str, photo: str, reading: tuple[str, str]
) -> None:
    found = ask(index, text)
    assert [hit.photo for hit in found][:1] == [photo]
    assert found.corrections == (reading,)
    assert f"Read as {reading[1]}" in str(found.message)
    assert " found; " not in str(found.message)


@pytest.mark.parametrize(
    "text",
    ["a gray wall", "a grey cat", "an ice-cream", "ice cream", "mushroom-shaped", "a mushroom shaped rock"],
)
def test_what_captions_have_as_it_was_typed_stays(index: PhotoIndex, text: str) -> None:
    found = ask(index, text)
    assert found.corrections == ()
    assert len(list(found)) > 0


@pytest.mark.parametrize(
    "text", ["greenhouse", "a cat walk", "jewellery", "a zeppelin", "donkeycat", "a bi cycle"]
)
def test_what_captions_that_may_be_shown_do_not_say_is_not_read_into_a_query(
    index: PhotoIndex, text: str
) -> None:
    assert ask(index, text, minimum=0).corrections == ()


def test_who_may_see_a_photo_is_told_how_its_captions_write(index: PhotoIndex) -> None:
    assert ask(index, "jewellery", country="AQ").corrections == (("jewellery", "jewelry"),)


@pytest.mark.parametrize(
    ("text", "photo"),
    [
        *((form, "squirrel.png") for form in ("белка", "белку", "белкой", "Белкам", "белочка и белку")),
        *((form, "cat.png") for form in ("барсиком", "барсику", "геной", "гену")),
    ],
)
def test_a_russian_noun_is_found_in_every_form_and_nothing_is_said_of_it(
    index: PhotoIndex, text: str, photo: str
) -> None:
    found = ask(index, text, minimum=0)
    assert [hit.photo for hit in found][:1] == [photo]
    assert found.corrections == ()


def test_quotations_and_literal_searches_stay(index: PhotoIndex) -> None:
    assert ask(index, '"tyre"', minimum=0).corrections == ()
    assert ask(index, "tyre", literal=True, minimum=0).corrections == ()


def test_a_minus_word_shuts_out_both_spellings(index: PhotoIndex) -> None:
    assert "tire.png" in [hit.photo for hit in ask(index, "gray wall", minimum=0)]
    assert "tire.png" not in [hit.photo for hit in ask(index, "gray wall -tyres", minimum=0)]


def test_a_tired_donkey_is_no_tyre(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    items = [item_of(looks, "tired.png", 60, texts=["A tired donkey ."])]
    other = new_index(tmp_path / "index", fitted("hybrid"), items, store)
    assert ask(other, "tyre", minimum=0).corrections == ()
    other.close()


def test_of_what_the_model_alone_knows_words_of_a_public_list_are_told() -> None:
    # It may have learned the others from captions that are withheld by now.
    form = form_of(("a", "maplecourt", "cellphone"))
    for text, readings in (("a maple court", ()), ("a cell phone", (("cell phone", "cellphone"),))):
        assert as_captions_write(parse_query(text), form, Shown({}), LAW)[1] == readings
