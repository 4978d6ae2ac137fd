"""Words of captions are found exactly, phrases too; the law holds for them as for vectors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from small_index import COUNTRIES, LAW, item_of, items_of_looks, law, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.index.item import Item
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.photos_table import live_of_name, photo_digests
from withsense_tf.index.tables.rows_table import all_rows
from withsense_tf.index.tables.words_table import count_wrong_words, forms_of, make_words_anew
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.index.vectors.engine_settings import Engine
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.consent_register import ConsentRegister
from withsense_tf.policy.countries import NOTICE
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.overrides import Override
from withsense_tf.policy.photo_decisions import Ownership
from withsense_tf.search.hits import Hits
from withsense_tf.search.said_words import ShownTexts, counts_of_forms
from withsense_tf.search.search import Search

PICNIC = "Two people having a picnic ."
CAPTIONS = {
    "picnic.png": [PICNIC, "Friends eat on the grass ."],
    "moto.png": ["A red motorcycle stands in a street .", "A parked bike ."],
    "red car.png": ["A red car near a motorcycle .", "A street ."],
    "dogs.png": ["Собаки бегут по пляжу .", "Two dogs on a beach ."],
    # Restricted where children are protected; no other photo has these words.
    "child.png": ["A child on a xylophone .", "A small boy plays zorbing ."],
}
FACTS = {"picnic.png": {"camera": "Pentax K 5", "iso": 100.0}, "child.png": {"secret_place": "Rome"}}


def items(folder: Path) -> list[Item]:
    named = [
        item_of(folder, name, 30 + n, texts=texts, facts=FACTS.get(name, {"camera": "Canon"}))
        for n, (name, texts) in enumerate(CAPTIONS.items())
    ]
    return [*named, *items_of_looks(folder, 10)]


@pytest.fixture(scope="module")
def index(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> PhotoIndex:
    """Return an index that no test changes."""
    return new_index(tmp_path_factory.mktemp("words") / "index", fitted("hybrid"), items(looks), store)


def ask(index: PhotoIndex, text: str, k: int = 3, country: str = "BB", **more: object) -> Hits:
    return Search(index, policy=LAW, country=country)(text, k, **more)


def names(hits: Hits) -> list[str]:
    return [hit.photo for hit in hits]


@pytest.mark.parametrize(
    ("text", "photo"),
    [
        ("family picnic", "picnic.png"),
        ("picnics", "picnic.png"),
        ("собака", "dogs.png"),
        ("пляжи", "dogs.png"),
        ("a parked bike", "moto.png"),
        ("a parked bicycle", "moto.png"),
    ],
)
def test_a_word_that_the_model_never_learned_is_found_where_a_caption_has_it(
    index: PhotoIndex, text: str, photo: str
) -> None:
    assert names(ask(index, text))[0] == photo


@pytest.mark.parametrize(
    ("text", "photos"),
    [
        ('"red motorcycle" street', ["moto.png"]),
        ('"Red Motorcycle"', ["moto.png"]),
        ('"motorcycle red" street', []),
        ('"red" "motorcycle"', ["moto.png", "red car.png"]),
        ('"a bike a red"', []),
    ],
)
def test_a_phrase_in_quotation_marks_must_stand_in_a_caption(
    index: PhotoIndex, text: str, photos: list[str]
) -> None:
    assert sorted(names(ask(index, text, 10, minimum=0))) == photos


def test_captions_that_tell_of_a_word_in_others_count_where_that_is_asked(index: PhotoIndex) -> None:
    with index.catalog.reading() as tables:
        model = index.current(tables).number
        shown, rows = ShownTexts(tables), all_rows(tables, model)
        own, by_others = (
            counts_of_forms(shown, model, ["bicycle", "people"], rows, others)[0].sum(axis=0).tolist()
            for others in (False, True)
        )
    assert own == [0, 1]
    # A bike; and two people, friends, a child and a boy.
    assert by_others == [1, 4]


@pytest.mark.parametrize("text", ["an automobile", "a street with an automobile"])
def test_a_word_that_the_model_never_learned_is_looked_for_by_what_captions_say_in_its_place(
    index: PhotoIndex, text: str
) -> None:
    hits = ask(index, text, 1)
    assert (names(hits), hits.message) == (["red car.png"], None)


def test_a_phrase_and_filters_and_minus_words_hold_together(index: PhotoIndex) -> None:
    assert names(ask(index, '"red" -car', 10, minimum=0)) == ["moto.png"]
    assert names(ask(index, '"red" street', 10, minimum=0, where="camera!=Canon")) == []
    assert names(ask(index, '"picnic"', 10, minimum=0, where="iso<=100")) == ["picnic.png"]


def test_a_minus_word_shuts_out_by_captions_in_the_other_language_or_the_answer_says_that_it_could_not(
    index: PhotoIndex,
) -> None:
    in_russian = ask(index, "a street -машина", 10, minimum=0)
    assert "red car.png" not in names(in_russian)
    assert (in_russian.without, in_russian.message) == (("машина",), None)
    strange = ask(index, "a street -авиамотор -red", 10, minimum=0)
    assert strange.without == ("red",)
    assert "Could not be left out, as no word of the captions is known for it: авиамотор." in str(
        strange.message
    )


def test_of_a_minus_word_that_no_caption_says_the_answer_says_that_it_took_nothing_out(
    index: PhotoIndex,
) -> None:
    # A word of a restricted photo alone is answered like one of none.
    for term in ("vehicle", "zorbing"):
        answer = ask(index, f"a street -{term} -red -people", 10, minimum=0)
        assert answer.message == f"Took nothing out by captions, as none says it: {term}."
    for term in ("cars", "automobile", "bicycles"):
        assert ask(index, f"a street -{term}", 10, minimum=0).message is None


def test_a_restricted_photo_that_is_found_by_words_is_a_notice(index: PhotoIndex) -> None:
    assert names(ask(index, "motorcycle xylophone zorbing", country="AQ", minimum=0))[0] == "child.png"
    found = ask(index, "motorcycle xylophone zorbing", 20, minimum=0)
    assert [place.notice for place in found.withheld] == [NOTICE]
    assert found.withheld[0].place == 1
    assert "child.png" not in names(found)


@pytest.mark.parametrize("word", ["xylophone", "zorbing"])
def test_a_word_of_restricted_captions_alone_is_answered_like_one_of_none(
    index: PhotoIndex, word: str
) -> None:
    other = "qwertyuio"
    for form in ("{}", "a motorcycle {}", '"{}"', "a {} -dog"):
        known, unknown = (ask(index, form.format(one), 20, minimum=0) for one in (word, other))
        assert (known.message or "").replace(word, other) == (unknown.message or "")
        assert known.corrections == unknown.corrections == ()
    assert ask(index, word).places == ()
    assert ask(index, f'"{word}"', minimum=0).places == ()


def test_a_correction_comes_of_captions_that_may_be_shown_alone(index: PhotoIndex) -> None:
    # "zorbing" is in no list; only whoever may see the photo learns how it is written.
    assert ask(index, "a man zorbimg", country="AQ", minimum=0).corrections == (("zorbimg", "zorbing"),)
    assert ask(index, "a man zorbimg", minimum=0).corrections == ()


def test_whom_a_permission_lets_see_a_photo_learns_no_word_of_captions_that_stay_withheld(
    index: PhotoIndex, tmp_path: Path
) -> None:
    register = ConsentRegister(tmp_path / "consents.jsonl")
    with index.catalog.reading() as tables:
        digest = photo_digests(tables, live_of_name("child.png"))["child.png"]
    register.grant("child.png", "Mum", ["show", "search"], ["BB"], digest=digest)
    policy = Policy(COUNTRIES, Ownership(), register)
    search = Search(index, policy=policy, country="BB")
    assert "child.png" in names(search("a wall", 20, minimum=0))
    assert names(search("xylophone", minimum=0)) == names(search('"xylophone"', minimum=0)) == []
    assert "child.png" in names(search("a wall -xylophone", 20, minimum=0))


def test_a_typing_error_is_corrected_and_said_and_can_be_searched_for_all_the_same(index: PhotoIndex) -> None:
    found = ask(index, "a red motorcicle")
    assert found.corrections == (("motorcicle", "motorcycle"),)
    assert found.message is not None
    assert "Read as motorcycle: to search for motorcicle instead" in found.message
    assert set(names(found)[:2]) == {"moto.png", "red car.png"}  # whose captions have both words
    assert found.as_dict()["corrections"] == {"motorcicle": "motorcycle"}
    for literal in (ask(index, "a red motorcicle", literal=True), ask(index, 'a red "motorcicle"')):
        assert literal.corrections == ()
    assert ask(index, "a submarine").corrections == ()


@pytest.mark.parametrize(
    "text",
    [
        "zwei Hunde am Strand", "Ein Hund läuft am Strand", "dos perros corren por la playa", "une femme en robe rouge",
        "kobieta w czerwonym kapeluszu", "koira juoksee rannalla",
    ],
)  # fmt: skip
def test_no_correction_hides_that_a_query_is_in_another_language(index: PhotoIndex, text: str) -> None:
    hits = ask(index, text, minimum=0)
    assert "words of the query seem to be in another language" in str(hits.message)
    assert hits.corrections == ()


def test_a_query_of_slips_alone_is_corrected_and_in_no_other_language(index: PhotoIndex) -> None:
    hits = ask(index, "motorcicle picknic streat", minimum=0)
    assert dict(hits.corrections) == {"motorcicle": "motorcycle", "picknic": "picnic", "streat": "street"}
    assert "another language" not in str(hits.message)


def test_pages_of_a_corrected_question_follow_each_other(index: PhotoIndex) -> None:
    whole = names(ask(index, "motorcicle", 6, minimum=0))
    first = ask(index, "motorcicle", 3, minimum=0)
    second = ask(index, "motorcicle", 3, minimum=0, after=first.after)
    assert names(first) + names(second) == whole


@pytest.mark.parametrize(
    "text", ["picnic camera=Pentax K 5", "camera=pentax k 5 picnic", 'picnic camera="Pentax K 5"']
)
def test_a_filter_may_be_typed_amid_the_query(index: PhotoIndex, text: str) -> None:
    assert names(ask(index, text, 20, minimum=0)) == ["picnic.png"]


def test_one_filter_may_be_given_as_a_text(index: PhotoIndex) -> None:
    one, several = (ask(index, "a wall", 20, minimum=0, where=where) for where in ("iso<=200", ["iso<=200"]))
    assert names(one) == names(several) != []


def test_a_column_that_is_not_there_gets_a_hint_without_those_of_withheld_photos(index: PhotoIndex) -> None:
    for text in ("a wall shutter=2", "a wall secret_place=Rome"):
        found = ask(index, text, minimum=0)
        assert found.message is not None
        assert "columns to filter by: camera, iso" in found.message
        assert found.hits
    said = str(ask(index, "a wall shutter=2", literal=True, minimum=0).message)
    assert "columns to filter by" not in said


def test_filters_alone_are_no_query(index: PhotoIndex) -> None:
    with pytest.raises(SettingError, match="has filters alone"):
        ask(index, "camera=Canon")


def test_a_filter_in_a_query_is_asked_of_the_law(index: PhotoIndex) -> None:
    assert ask(index, "a wall children>=1").notice == NOTICE


def test_the_words_follow_the_photos_through_changes_departures_and_returns(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    index = new_index(tmp_path / "index", fitted("hybrid"), items(looks), store)
    changed = item_of(looks, "picnic.png", 30, texts=["A zeppelin ."], facts=FACTS["picnic.png"])
    coming = item_of(looks, "new.png", 50, texts=["A gondola ."])
    for photos, others in (([changed, coming], "keep"), ([coming, *items_of_looks(looks, 9)], "replace")):
        # "child.png" departs with the second: its verdict stays, and no word of it.
        ingest(index, photos, LAW, others=others, lift=False)
        with index.catalog.reading() as tables:
            live = tables.execute("SELECT id, name FROM live").fetchall()
            texts = {
                photo: [text for (text,) in tables.execute(
                    "SELECT text FROM captions WHERE photo = ? AND counts = 1 ORDER BY number", (photo,)
                )]
                for photo, _ in live
            }  # fmt: skip
            words = dict(tables.execute("SELECT rowid, forms FROM words").fetchall())
            assert words == {photo: forms_of(captions) for photo, captions in texts.items()}
            assert count_wrong_words(tables) == 0
    assert verify_index(index) == []
    assert names(ask(index, "gondola"))[0] == "new.png"
    assert ask(index, "picnic").hits == ()


def test_a_persons_restriction_takes_a_photos_words_from_those_that_are_known(
    index: PhotoIndex, fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    policy = law(overrides={"picnic.png": Override("picnic.png", "restrict", "Ann", "asked for it")})
    strict = new_index(tmp_path / "index", fitted("hybrid"), items(looks), store, policy)
    found = Search(strict, policy=policy, country="BB")("picnic")
    assert found.places == ()
    assert "picnic" in str(found.message)
    assert ask(index, "picnic").hits


# What files say of photos without a caption; the second stays withheld, and no other photo has its words.
KEYWORDS = {"coast.png": "lighthouse;storm wave;red roof", "kept.png": "theremin;lighthouse"}


@pytest.fixture(scope="module")
def tagged(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[PhotoIndex, Policy]:
    """Return an index of photos with keywords alone, one of which a person allowed, and its law."""
    return _tagged_index(fitted("hybrid"), looks, store, tmp_path_factory.mktemp("tagged") / "index")


def _tagged_index(
    matcher: Matcher, looks: Path, store: VectorStore, folder: Path
) -> tuple[PhotoIndex, Policy]:
    photos = [
        replace(
            item_of(looks, name, 50 + n, texts=()), other_texts=((f"EXIF XPKeywords of {name}", keywords),)
        )
        for n, (name, keywords) in enumerate(KEYWORDS.items())
    ]
    by_hand = Override("coast.png", "allow", "Ann", "nobody is there", photos[0].digest)
    policy = law(overrides={"coast.png": by_hand})
    return new_index(folder, matcher, [*items(looks), *photos], store, policy), policy


@pytest.mark.parametrize("text", ["lighthouse", "lighthouses", '"storm wave"', "a red roof"])
def test_a_photo_that_a_person_allowed_is_found_by_its_keywords(
    tagged: tuple[PhotoIndex, Policy], text: str
) -> None:
    index, policy = tagged
    found = Search(index, policy=policy, country="BB")(text, 20, minimum=0)
    assert names(found)[0] == "coast.png"
    assert found.hits[0].word_score
    assert found.hits[0].score == max(hit.score for hit in found)


def test_keywords_are_phrases_of_their_own_and_minus_words_shut_out_by_them(
    tagged: tuple[PhotoIndex, Policy],
) -> None:
    index, policy = tagged
    search = Search(index, policy=policy, country="BB")
    assert names(search('"wave red"', 20, minimum=0)) == []
    assert "coast.png" in names(search("a wall", 20, minimum=0))
    assert "coast.png" not in names(search("a wall -lighthouse", 20, minimum=0))


def test_keywords_of_a_withheld_photo_are_answered_like_words_of_none(
    tagged: tuple[PhotoIndex, Policy],
) -> None:
    index, policy = tagged
    search = Search(index, policy=policy, country="BB")
    other = "qwertyuio"
    for form in ("{}", "a motorcycle {}", '"{}"', "a wall -{}"):
        known, unknown = (search(form.format(one), 20, minimum=0) for one in ("theremin", other))
        assert (known.message or "").replace("theremin", other) == (unknown.message or "")
        assert [hit.photo for hit in known] == [hit.photo for hit in unknown]
        assert [place.place for place in known.withheld] == [place.place for place in unknown.withheld]
    open_search = Search(index, policy=policy, country="AQ")
    assert names(open_search("a theremin and a lighthouse", minimum=0))[0] == "kept.png"


def test_keywords_beside_a_caption_are_found_too_and_the_table_is_whole(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    index, policy = _tagged_index(fitted("hybrid"), looks, store, tmp_path / "index")
    keywords = (("IPTC Keywords of picnic.png", "gazebo"), ("IPTC Keywords of picnic.png", "picnic"))
    picnic = replace(items(looks)[0], other_texts=keywords)
    ingest(index, [picnic], policy)
    assert names(Search(index, policy=policy, country="BB")("gazebo", minimum=0))[0] == "picnic.png"
    assert verify_index(index) == []
    with index.catalog.writing() as tables:
        tables.execute("DELETE FROM words WHERE rowid = (SELECT id FROM live WHERE name = 'coast.png')")
        assert count_wrong_words(tables) == 1
        make_words_anew(tables)
        assert count_wrong_words(tables) == 0


@pytest.mark.slow
def test_words_are_found_in_an_index_with_milvus_too(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    pytest.importorskip("milvus_lite")
    index = PhotoIndex.make(tmp_path / "index", store)
    model = index.add_model(fitted("hybrid"), Engine("milvus"))
    ingest(index, items(looks), LAW, model)
    index.switch(model)
    assert names(ask(index, "family picnic"))[0] == "picnic.png"
    assert names(ask(index, '"red motorcycle" street', minimum=0)) == ["moto.png"]
    index.close()
