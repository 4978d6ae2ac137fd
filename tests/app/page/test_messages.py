"""What index, search and law say in English is in the table: read out of their code, so that nothing is forgotten."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from withsense_tf.app.page.messages import (
    CYRILLIC,
    FIELD,
    in_russian,
    language_of_text,
    said_of_answer,
    said_on_page,
    table,
    with_meant_words,
)
from withsense_tf.app.request_problems import TITLES
from withsense_tf.matchers.alone.photo_form import NEEDS_TEXTS
from withsense_tf.policy.texts.verdict import NOTHING
from withsense_tf.search.places import ALL_WITHHELD

PACKAGE = Path(__file__).parents[3] / "withsense_tf"
# What they say, who starts a server or writes code reads.
FOR_OPERATORS = {"api_keys.py", "settings.py", "contact_sheet.py", "search.py", "search_box.py"}
# What reaches a reader of the page: problems of the application, and what searches and filters raise and say.
SOURCES = [
    *(file for file in (PACKAGE / "app").rglob("*.py") if file.name not in FOR_OPERATORS),
    *(file for file in (PACKAGE / "search").rglob("*.py") if file.name not in FOR_OPERATORS),
    PACKAGE / "index/vectors/filters.py",
    PACKAGE / "data/pictures/photo_file.py",
    PACKAGE / "index/upkeep/switch_model.py",
    PACKAGE / "policy/consent_register.py",
]
RAISED = {"ProblemError", "SettingError", "PhotoError"}
# Functions that return or collect a sentence instead of raising it.
SAYING = {
    "not_read",
    "not_known",
    "nothing_fits",
    "_hint",
    "_no_value_hint",
    "notes",
    "_message",
    "nothing_meets",
    "_other_values",
}


def texts_in(node: ast.AST, constants: dict[str, ast.expr]) -> Iterator[str]:
    """Yield what an expression says, with 7 for each value in it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(_part(part, constants) for part in node.values)
    elif isinstance(node, ast.Starred):
        yield from texts_in(node.value, constants)
    elif isinstance(node, ast.Tuple):
        for one in node.elts:
            yield from texts_in(one, constants)
    elif isinstance(node, ast.Name) and node.id in constants:
        yield from texts_in(constants[node.id], constants)


def _part(node: ast.expr, constants: dict[str, ast.expr]) -> str:
    value = node.value if isinstance(node, ast.FormattedValue) else node
    return next(texts_in(value, constants), "7")


def sentences() -> Iterator[tuple[str, str]]:
    """Yield each file's sentences."""
    for file in SOURCES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        constants = {
            one.target.id: one.value
            for one in tree.body
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and one.value
        }
        for node in ast.walk(tree):
            said: list[ast.AST] = []
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED:
                said = list(node.args)
            elif isinstance(node, ast.FunctionDef) and node.name in SAYING:
                said = [one for one in ast.walk(node) if isinstance(one, ast.Constant | ast.JoinedStr)]
                parts = {id(part) for one in said for part in getattr(one, "values", ())}
                said = [one for one in said if id(one) not in parts]
            for one in said:
                for text in texts_in(one, constants):
                    # Kinds, names of columns and parts of sentences are no sentences.
                    if re.search(r"[a-z] [a-z7]", text) and text.endswith((".", "!", "--help).", "FILE.")):
                        yield file.name, text


def test_every_sentence_that_a_page_can_show_is_there_in_russian() -> None:
    found = dict.fromkeys(pair for pair in sentences() if not pair[1].startswith("Return "))  # docstrings
    missing = [one for one in found if in_russian(one[1]) is None]
    assert len(found) > 60
    assert missing == []


def test_every_title_of_a_problem_is_there() -> None:
    assert [title for title in TITLES.values() if in_russian(f"{title}.") is None] == []


def test_reasons_of_the_law_are_there_but_for_the_newest() -> None:
    reasons = {
        rule["reason"]
        for file in (PACKAGE / "policy/texts/rules").glob("*.toml")
        for rule in tomllib.loads(file.read_text(encoding="utf-8")).get("rule", [])
        if "reason" in rule and language_of_text(rule["reason"]) == "en"
    }
    missing = [reason for reason in reasons if in_russian(reason) is None]
    assert len(reasons) > 40
    assert len(missing) <= len(reasons) / 10, missing


def test_a_sentence_and_its_translation_are_about_the_same() -> None:
    for english, russian in table().items():
        assert set(FIELD.findall(re.escape(russian))) <= set(FIELD.findall(re.escape(english))), english
        assert CYRILLIC.search(russian), english


def test_what_an_index_cannot_read_is_told_in_one_language() -> None:
    line = in_russian(
        "This index reads English, and the query is in another language. Ask in English. Or build the index with a "
        "matcher that reads it (in Python text='use', or a multilingual SigLIP 2 or MetaCLIP 2)."
    )
    assert line is not None
    assert line.startswith(
        "Этот индекс читает по-английски, а запрос на другом языке. Спросите по-английски. Или постройте"
    )


def test_a_page_gives_no_advice_for_python_or_a_terminal() -> None:
    sources = {*(file.name for file in (PACKAGE / "search").rglob("*.py")), "filters.py"}
    texts = [text for name, text in sentences() if name in sources and name not in FOR_OPERATORS]
    texts += [NEEDS_TEXTS, ALL_WITHHELD]
    said = [said_on_page(language, text) for language in ("en", "ru") for text in texts]
    assert len(said) > 50
    assert [one for one in said if re.search(r"fill=|minimum=|[Pp]ython|--[a-z]+ |\bws\.", one)] == []


def test_a_name_in_quotation_marks_has_those_of_the_language() -> None:
    said = in_russian("Use “CLIP ViT-B/32”: its numbers are off by 0.18 on a scale from 0 to 1.")
    assert said == "Берите «CLIP ViT-B/32»: его числа ошибаются на 0,18 по шкале от 0 до 1."


def test_values_stand_where_they_belong() -> None:
    said = in_russian("The photo cannot be used: the file has zero bytes. Send the whole file.")
    assert said == "Снимок не годится: файл пуст. Пришлите файл целиком."
    assert in_russian("Nobody ever said this.") is None
    # Two that may be read in more than one way are read whole.
    message = "No good match: the best photo scores 0.21, and 0.33 is the least."
    unknown = "Not known to this index, and so not looked for: zzqx (did you mean zoo?) and 3 more."
    assert in_russian(f"{message} {unknown}") == (
        "Лучший снимок набирает 0,21, а нужно хотя бы 0,33. "
        "Эти слова индексу не знакомы и не искались: zzqx (может быть, zoo?) и ещё 3."
    )


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "No good match: the chance that the best photo is one is 0.02.",
            "The chance that the best photo fits is 0.02.",
        ),
        (
            "No good match: the best photo scores 0.21, and 0.33 is the least.",
            "The best photo scores 0.21, and 0.33 is the least.",
        ),
        ("a baby of a person", "a person's baby"),
    ],
)
def test_no_headline_stands_twice_and_reasons_are_plain_english(message: str, said: str) -> None:
    assert said_on_page("en", message) == said


def test_columns_and_values_are_named_as_a_filter_may_call_them() -> None:
    assert in_russian("column='x' is not known. Known: iso, camera, shutter.") == (
        "Свойства «x» нет. Есть: iso, камера (camera), shutter."
    )
    assert in_russian("No photo here has colour=lilac; there are: grey; red and 3 more.") == (
        "Снимков с цвет=lilac здесь нет; есть: серый (grey); красный (red) и ещё 3."
    )
    # In another column the same word is no colour and no column.
    assert in_russian("No photo here has author=red; there are: Orange; black; date.") == (
        "Снимков с автор=red здесь нет; есть: Orange; black; date."
    )


def test_a_sentence_is_not_taken_for_a_value_of_the_next_one() -> None:
    chance = "No good match: the chance that the best photo is one is 0.02; nearest with minimum=0."
    note = (
        "'camera=Nikon' was read as words, since no photo here has such a column. A filter is a column and a value, "
        "such as date>=2020 (columns to filter by: date, iso)."
    )
    said = in_russian(f"{chance} {note}")
    assert said is not None
    assert said.startswith(
        "Вероятность, что лучший снимок подходит, — 0,02. «camera=Nikon» прочитано как слова"
    )


def test_the_notice_stands_as_it_is_prescribed_with_its_translation_beside_it(client: TestClient) -> None:
    headers = {"cookie": "withsense_language=ru; withsense_country=BB"}
    for path in ("/law", "/search?q=a+toddler", "/search?q=a+plain+red+wall&minimum=0"):
        text = client.get(path, headers=headers).text
        assert "This image is unavailable in your country in compliance with local laws</" in text
        own, prescribed = (
            text.find("это изображение недоступно в вашей стране"),
            text.find("This image is unav"),
        )
        assert 0 < own < prescribed, path  # who reads the page reads their own language first
    assert "недоступно" not in client.get("/law", headers={"cookie": "withsense_country=BB"}).text


def test_a_refused_query_has_a_headline_that_speaks_of_no_image(client: TestClient) -> None:
    headers = {"cookie": "withsense_country=BB", "accept": "text/html"}
    text = client.get("/search?q=a+toddler", headers=headers).text
    main = text.partition("<main")[2].partition("</main")[0]
    assert re.findall(r"<h1[^>]*>([^<]+)", main) == ["This search is not answered"]
    assert ">This image is unavailable in your country in compliance with local laws</p>" in text


def test_a_page_answers_a_query_in_its_own_language_whatever_the_query_is_in(client: TestClient) -> None:
    headers = {"cookie": "withsense_country=BB; withsense_language=en", "accept": "text/html"}
    text = client.get("/search?q=дирижабль", headers=headers).text
    answer = text.partition('class="nothing"')[2].partition("</section>")[0]
    assert "No good match" in answer
    assert not re.search(r'lang="ru"|Не |ничего|ближайш', answer)


def test_what_allows_a_text_is_there() -> None:
    assert in_russian(NOTHING) is not None


@pytest.mark.parametrize(
    "path",
    [
        "/search?q=-wall", "/search?q=wall&where=x", "/search?q=wall&where=no_column%3D1", "/search?q=zzqx+qqzx",
        "/search?q=wall&where=date%3D5x", "/search?q=the+of", "/search?q=wall&after=x", "/photo/x", "/nowhere",
        "/search?q=%00", "/search?q=no_column%3D5+wall", "/search?q=wall&order=x", "/law?text=A+toddler",
        "/models?q=-wall", "/pair?a=x&b=y", "/search?q=iso%3E%3D200",
    ],
)  # fmt: skip
def test_a_russian_page_says_nothing_in_english_but_names_and_the_notice(
    client: TestClient, path: str
) -> None:
    headers = {"cookie": "withsense_language=ru; withsense_country=BB", "accept": "text/html"}
    text = client.get(path, headers=headers).text
    parts = re.findall(r'<(?:p|span|h1)[^>]* lang="en"[^>]*>([^<]*)<', text)
    allowed = {"This image is unavailable in your country in compliance with local laws"}
    assert [part for part in parts if part not in allowed and " " in part.strip()] == []
    assert 'lang="ru"' in text


@pytest.mark.parametrize(
    ("text", "russian"),
    [
        (
            "The query 'цвет=зелёный' has filters alone: say what to look for among these photos, too, such as: "
            "a dog цвет=зелёный",
            "В запросе «цвет=зелёный» одни фильтры: скажите и то, что искать среди этих снимков, например: "
            "собака цвет=зелёный",
        ),
        (
            "This index reads English and Russian, and the query is in another language. Ask in English or Russian.",
            "Этот индекс читает по-английски и по-русски, а запрос на другом языке. Спросите по-английски или "
            "по-русски.",
        ),
        ("Expected a number, such as iso=200.", "Нужно число, например iso=200."),
    ],
)
def test_no_english_stands_amid_russian(text: str, russian: str) -> None:
    assert in_russian(text) == russian


def test_several_sentences_are_translated_one_by_one() -> None:
    assert (
        in_russian("There is no such file. Try again in a while.")
        == "Такого файла нет. Попробуйте чуть позже."
    )
    assert in_russian("No caption of photos that may be shown says sea or sun, and none looks like it.") == (
        "У снимков, которые можно показать, в подписях нет: sea или sun; и ни один на это не похож."
    )


def test_what_is_said_of_an_answer_has_no_advice_and_no_headline() -> None:
    assert said_of_answer("en", "No match; nearest with minimum=0.") == "No match."
    assert said_of_answer("ru", "Unknown word: кит.") == "Незнакомое слово: кит."
    # The headline says it already.
    assert (
        said_of_answer("en", "No good match; nearest with minimum=0. Unknown word: кит.")
        == "Unknown word: кит."
    )


def test_a_word_that_may_have_been_meant_has_the_query_with_it() -> None:
    assert with_meant_words("Unknown word: dessert (did you mean desert?).", "A big dessert") == [
        ("Unknown word: dessert (did you mean ", ""), ("desert", "A big desert"), ("?).", ""),
    ]  # fmt: skip
    assert with_meant_words("Unknown word: dessert.", "dessert") == [("Unknown word: dessert.", "")]
