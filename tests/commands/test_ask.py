"""`withsense search` answers from an index that was built."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from run_command import finish, run, runner
from small_index import item_of, new_index

from withsense_tf.__main__ import app
from withsense_tf.commands.ask import _in_its_language
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.experiments.bench.bench_start import heavy_imports
from withsense_tf.index.trail.restriction_reasons import LIKE, REASONS, TYPED_SAYS, kept_back
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.countries import NOTICE
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.overrides import RELEASE
from withsense_tf.search.hits import Hits
from withsense_tf.search.places import Hit, Withheld

# What is to be typed to decide on a photo.
COMMANDS = RELEASE.partition(": ")[2].partition(";")[0]


@pytest.mark.slow
def test_an_answer_as_json_has_hits_with_photo_and_score_and_no_notice(index: str, demo: Path) -> None:
    found = json.loads(
        run("search", "a dog on a beach", "-k", "5", "--minimum", "0", "--index", index, "--json")
    )
    assert found["notice"] is None
    assert len(found["hits"]) + len(found["withheld"]) == 5
    photos = {path.name for path in demo.glob("t*_images/*")}
    assert all(hit["photo"] in photos and 0 <= hit["score"] <= 1 for hit in found["hits"])
    assert all(place["notice"] == NOTICE for place in found["withheld"])


def test_a_text_without_quotation_marks_is_told_so() -> None:
    result = runner.invoke(app, ["search", "two", "dogs"])
    assert result.exit_code == 2
    # A narrow terminal breaks the line anywhere.
    assert "quotation marks" in " ".join(result.output.replace("│", " ").split())


def test_a_query_about_children_gets_the_notice_and_no_hits(index: str) -> None:
    found = json.loads(
        run("search", "a small child on a swing", "--country", "RU", "--index", index, "--json")
    )
    assert (found["hits"], found["notice"]) == ([], NOTICE)
    assert NOTICE in run("search", "a small child on a swing", "--index", index)


@pytest.mark.slow
def test_no_restricted_photo_is_found_and_all_are_where_the_law_allows(index: str, demo: Path) -> None:
    listed = run("policy", "photos", str(demo)).splitlines()[1:]
    restricted = {line.split("\t")[0] for line in listed}
    assert restricted

    def found(*country: str) -> set[str]:
        words = (
            "search",
            "a person in a park",
            "-k",
            "42",
            "--minimum",
            "0",
            "--index",
            index,
            "--json",
            *country,
        )
        return {hit["photo"] for hit in json.loads(run(*words))["hits"]}

    assert not found() & restricted
    assert len(found() | restricted) == 42


def test_a_contact_sheet_is_saved(index: str, tmp_path: Path) -> None:
    run("search", "a dog", "--minimum", "0", "--index", index, "--save", str(tmp_path / "new" / "sheet.png"))
    with Image.open(tmp_path / "new" / "sheet.png") as sheet:
        assert sheet.width > 600


def test_a_search_says_that_the_photos_it_finds_are_gone_and_what_mends_it(
    fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path
) -> None:
    items = [item_of(tmp_path / "photos", f"{look}.png", look) for look in range(4)]
    index = new_index(tmp_path / "index", fitted("hybrid"), items, store, Policy.of_service())
    words = ("search", "a plain red wall", "--minimum", "0", "--index", str(index.folder))
    assert "is gone" not in finish(app, *words).stderr
    (tmp_path / "photos").rename(tmp_path / "moved")
    warning = " ".join(finish(app, *words).stderr.split())
    assert f"Warning: The folder {tmp_path}/photos is gone" in warning


def test_the_next_page_goes_on_where_the_first_ended(index: str) -> None:
    words = ("search", "a dog", "--minimum", "0", "--index", index, "--json", "-k")
    first = json.loads(run(*words, "3"))
    second = json.loads(run(*words, "3", "--after", first["after"]))
    both = json.loads(run(*words, "6"))
    assert first["hits"] + second["hits"] == both["hits"]


@pytest.mark.parametrize("more", [[], ["--fill"]])
def test_a_person_turns_pages_by_their_number(index: str, more: list[str]) -> None:
    words = ("search", "a dog", "--minimum", "0", "--index", index, *more, "-k")
    told = run(*words, "3")
    assert told.endswith("\n     more: --page 2\n")
    assert "--after" not in told
    pages = [json.loads(run(*words, "3", "--page", str(page), "--json")) for page in (1, 2, 3)]
    whole = json.loads(run(*words, "9", "--json"))
    assert [hit for page in pages for hit in page["hits"]] == whole["hits"]
    assert run(*words, "3", "--page", "2").endswith("\n     more: --page 3\n")
    # Programs hand on where a page ended, and are told so again.
    assert "more: --after " in run(*words, "3", "--after", pages[0]["after"])


def test_a_page_behind_the_last_is_an_error_that_says_so(index: str) -> None:
    words = ("search", "a dog", "--minimum", "0", "--index", index)
    last = run(*words, "-k", "42")
    assert "more:" not in last
    for page in ("2", "2000"):
        done = runner.invoke(app, [*words, "-k", "42", "--page", page])
        assert f"There is no page {page}: the answer ends before it. It has 42 places. " in str(
            done.exception
        )
    nothing = runner.invoke(app, ["search", "a dog", "--minimum", "1", "--index", index, "--page", "2"])
    assert "ends before it. It has no places. No good match: " in str(nothing.exception)
    done = runner.invoke(app, [*words, "--page", "2", "--after", "x"])
    assert "--page and --after both say" in str(done.exception)
    child = ("search", "a small child on a swing", "--index", index, "--page", "2")
    assert NOTICE in run(*child)


def test_photos_are_filtered_by_their_colours(index: str) -> None:
    words = ("search", "a dog", "--minimum", "0", "--index", index, "--json", "-k", "100", "--where")
    green, others = (
        {hit["photo"] for hit in json.loads(run(*words, f"colour{op}green"))["hits"]} for op in ("=", "!=")
    )
    assert green
    assert others
    assert not green & others


def test_a_filter_by_an_unknown_column_names_the_known_ones(index: str) -> None:
    done = runner.invoke(app, ["search", "a dog", "--index", index, "--where", "flavour=red"])
    assert "column='flavour' is not known" in str(done.exception)
    assert "orientation" in str(done.exception)


@pytest.mark.slow
def test_a_search_starts_without_what_only_building_needs(index: str) -> None:
    assert heavy_imports(Path(index)) == ""


def test_a_photo_of_ones_own_is_asked_by_once_it_is_said_what_it_shows(index: str, tmp_path: Path) -> None:
    file = tmp_path / "own.png"
    Image.linear_gradient("L").convert("RGB").save(file)
    words = ("search", "--photo", str(file), "--minimum", "0", "--index", index)
    answer = run(*words)
    assert NOTICE in answer
    assert '--says "' in answer
    like = json.loads(run(*words, "--says", "a wall in the evening", "--json"))
    assert like["notice"] is None
    assert like["hits"] or like["withheld"]
    done = runner.invoke(app, [*words[:2], str(tmp_path / "none.png"), *words[3:]])
    assert "and there is no such file" in str(done.exception)
    assert NOTICE not in done.output


@pytest.mark.parametrize("text", ["-dog park", "-собака парк"])
def test_who_begins_a_text_with_a_minus_is_told_how_to_write_it(text: str) -> None:
    done = runner.invoke(app, ["search", text])
    assert done.exit_code == 2
    told = " ".join(done.output.replace("│", " ").split())
    assert '-- "-dog park"' in told
    assert "--where" in runner.invoke(app, ["search", "--wher", "x", "dog"]).output
    assert "There is no option" not in runner.invoke(app, ["search", "dog", "-k"]).output


def test_a_terminal_answers_a_russian_query_in_russian_all_of_it() -> None:
    none = (
        "No caption of photos that may be shown says кот (did you mean кит?) or спит, and none looks like it; "
        "nearest with minimum=0."
    )
    reading = "Read as кит: to search for кот instead, put it in quotation marks, or search literally."
    answer = _in_its_language(Hits("кот спит", message=f"{none} {reading}"))
    assert answer == (
        "У снимков, которые можно показать, в подписях нет: кот (может быть, кит?) или спит; "
        "и ни один на это не похож. "
        "Прочитано как кит; чтобы искать кот, возьмите его в кавычки. Ближайшие — с --minimum 0."
    )
    assert _in_its_language(Hits("a cat", message="No cat found; nearest with minimum=0.")) == (
        "No cat found; nearest with --minimum 0."
    )


def test_the_notice_is_in_russian_too_where_the_query_is_and_as_it_is_prescribed_below() -> None:
    russian = "В соответствии с местным законодательством это изображение недоступно в вашей стране"
    assert _in_its_language(Hits("мальчик", notice=NOTICE)) == f"{russian}\n({NOTICE})"
    answer = _in_its_language(Hits("пляж", (Withheld(1, NOTICE), Withheld(2, NOTICE))), "--page 2")
    assert answer.splitlines() == [f"  1  {russian} (x 2)", f"({NOTICE})", "     ещё: --page 2"]
    assert _in_its_language(Hits("мальчик", notice="A rule of its own")) == "A rule of its own"
    assert _in_its_language(Hits("a boy", notice=NOTICE)) == NOTICE


HIT = Hit(1, "a.png", Path("a.png"), 0.5, 0.25, 0.5, ("b.png",), "0" * 64, 0.75)
KNOWN = "Not known to this index, and so not looked for: zzqx."
KEPT = [kept_back(source, is_outside) for source in (*REASONS, LIKE) for is_outside in (False, True)]


@pytest.mark.parametrize("message", ["", KNOWN, *KEPT, kept_back("captions", says="a wall")])
def test_all_that_stands_beside_an_answer_is_in_the_language_of_the_query(message: str) -> None:
    answer = Hits("пляж без собак", (HIT, Withheld(2, NOTICE)), message=message or None, like="x.png")
    answer = replace(answer, without=("собак",))
    told = _in_its_language(answer, "--page 2")
    # What is left are names, options and what is typed, and the notice as it is prescribed.
    for typed in (NOTICE, "a.png", "x.png", "--page 2", "zzqx", TYPED_SAYS, COMMANDS):
        told = told.replace(typed, "")
    assert re.findall("[A-Za-z]{2,}", told) == ["serve"] * (RELEASE in message)
    english = _in_its_language(replace(answer, query="a beach", without=("dogs",)), "--page 2")
    assert not re.search("[а-яё]", english)


def test_what_cannot_be_said_in_russian_is_said_in_english_with_all_that_stands_beside_it() -> None:
    answer = _in_its_language(Hits("кот", (HIT,), message="A new sentence."), "--page 2")
    assert "pixels" in answer
    assert answer.endswith("A new sentence.\n     more: --page 2")


def test_programs_are_answered_in_english_whatever_the_query(index: str) -> None:
    answer = json.loads(run("search", "кот спит", "--index", index, "--json"))
    assert answer["message"]
    assert not re.search("[а-яё]", answer["message"].replace("кот", "").replace("спит", ""))
