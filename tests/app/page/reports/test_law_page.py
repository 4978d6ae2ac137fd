"""How the law is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from app_places import Place
from own_rules import rule, rule_file
from starlette.testclient import TestClient

from withsense_tf import __version__
from withsense_tf.app.page.reports.law_figures import STRANGERS_PRECISION, STRANGERS_RECALL
from withsense_tf.experiments.policy_page import measure, measure_rows, write_report
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.judge_anew import judge_anew
from withsense_tf.policy.current_policy import Policy


@pytest.mark.parametrize(("country", "rule"), [("BB", "under 16"), ("AQ", "no rule that withholds")])
def test_the_rule_of_the_country_is_told_with_its_ground(client: TestClient, country: str, rule: str) -> None:
    text = client.get("/law", headers={"cookie": f"withsense_country={country}"}).text
    assert rule in text
    assert "The entry of this country in the table of rules" in text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "photos whose captions or look tell of a person under 16 are not shown without permission"),
        ("en", "Nor are photos that nobody has described"),
        ("ru", "не показываются снимки, подписи или вид которых говорят о человеке младше 16 лет"),
    ],
)
def test_no_more_is_promised_than_captions_and_looks_tell(
    client: TestClient, language: str, sentence: str
) -> None:
    cookie = {"cookie": f"withsense_country=BB; withsense_language={language}"}
    assert sentence in client.get("/law", headers=cookie).text


def test_an_unknown_country_gets_the_strictest_rule_and_is_told_so(client: TestClient) -> None:
    text = client.get("/law", headers={"cookie": "withsense_country=ZW"}).text
    assert "no entry in the table of rules" in text


def test_a_text_is_judged_and_its_words_are_marked(client: TestClient) -> None:
    text = client.get("/law?text=A+toddler+eats+baby+carrots").text
    assert "<mark>toddler</mark>" in text
    assert 'class="verdict block"' in text
    assert 'class="verdict allow"' in client.get("/law?text=A+dog+runs").text
    assert "hardly read" not in client.get("/law?text=A+dog+runs").text
    assert "hardly read" in client.get("/law?text=Lapsi+leikkii+rannalla").text


@pytest.mark.closed
def test_who_demands_a_rule_and_on_what_ground_is_told_by_page_api_and_451(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    assert place.law.countries is not None
    rules = place.law.countries.read_text() + 'authority = "The Ministry"\nground = "Act 16 & 3"\n'
    place.law.countries.write_text(rules)
    index = PhotoIndex(place.index)
    judge_anew(index, Policy.of_files(place.law))
    index.close()
    client, reader = new_client(place.settings()), {"cookie": "withsense_country=BB"}
    told = ("The Ministry", "Act 16 & 3")
    law = client.get("/api/v1/law?country=BB").json()
    refusal = client.get("/api/v1/search?q=a+small+child&country=BB")
    assert (law["authority"], law["ground"]) == told
    assert (refusal.status_code, refusal.json()["authority"], refusal.json()["ground"]) == (451, *told)
    assert client.get(refusal.headers["link"].partition(">")[0][1:]).json()["authority"] == told[0]
    for path in ("/law", "/search?q=a+small+child"):
        text = client.get(path, headers=reader).text
        assert "The Ministry" in text
        assert "Act 16 &amp; 3" in text
    assert client.get("/api/v1/law?country=AQ").json()["authority"] is None


def test_the_last_report_stands_on_the_page_with_intervals_and_a_damaged_one_does_not(
    place: Place, new_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    sentences = tmp_path / "read.tsv"
    sentences.write_text(
        "label\ttext\tlang\nrestricted\tA toddler eats .\ten\nallowed\tA dog runs .\ten\n"
        "restricted\tЧайник кипит .\tru\n"
    )
    policy = Policy.of_files(place.law)
    sets = [measure(sentences, policy.texts(16), unread=False)]
    write_report({"policy version": policy.version}, sets, tmp_path / "policy" / "report.html")
    client = new_client(place.settings(reports=tmp_path))
    text = client.get("/law").text
    assert "0.500 <small>(0.095–0.905; 1 / 2)</small>" in text
    assert "Чайник" not in text
    assert "other files of the law" not in text
    report = tmp_path / "policy" / "report.json"
    report.write_text(json.dumps(json.loads(report.read_text()) | {"policy version": "of before"}))
    assert "other files of the law (version of before)" in client.get("/law").text
    report.write_text(
        json.dumps(json.loads(report.read_text()) | {"policy version": Policy.default().version})
    )
    text = client.get("/law").text
    assert f"by the rules of the package (version {Policy.default().version})" in text
    assert "other files of the law" not in text
    report.write_text('{"policy version": "x", "sets": [{}]}')
    assert "Nobody has measured it here yet" in client.get("/law").text
    elsewhere = new_client(place.settings(policy_report=tmp_path / "none.json"))
    assert "Nobody has measured it here yet" in elsewhere.get("/law").text


@pytest.mark.parametrize(
    ("language", "caveat", "age"),
    [
        ("en", "not what strangers&#39; sentences get", "Who is under 14"),
        ("ru", "как читаются чужие предложения", "кому нет 14"),
    ],
)
def test_a_report_on_sentences_that_were_learned_from_says_so_with_its_age_limit_and_day(
    place: Place, new_client: Callable[..., TestClient], tmp_path: Path, language: str, caveat: str, age: str
) -> None:
    policy = Policy.of_files(place.law)
    rows = [{"label": "restricted", "text": "A toddler eats ."}]
    head = {"policy version": policy.version, "age limit": 14, "day": "2026-01-31"}
    sets = [measure_rows("own", rows, policy.texts(14), note="They were learned from.")]
    write_report(head, sets, tmp_path / "policy" / "report.html")
    client = new_client(place.settings(reports=tmp_path))
    text = client.get("/law", headers={"accept-language": language}).text
    assert caveat in text
    assert age in text
    assert "2026-01-31" in text


@pytest.mark.parametrize(
    ("language", "recall", "file"), [("en", "94 or 95", "FILE"), ("ru", "94 или 95", "ФАЙЛ")]
)
def test_without_a_report_the_figure_to_quote_is_told_in_plain_words(
    client: TestClient, language: str, recall: str, file: str
) -> None:
    text = client.get("/law", headers={"accept-language": language}).text
    part = text.partition('id="right"')[2].partition("</h2>")[2].partition("<h2")[0]
    numbers = re.findall(
        r"\d+(?: (?:or|или) \d+)?", part.replace(f"{__version__}, ", "").replace(Policy.default().version, "")
    )
    assert numbers == ["100", recall, "100", "82"]
    assert f"withsense policy report --unread {file}" in part
    assert ".json" not in part
    assert ".md" not in part


def test_the_figures_to_quote_are_those_of_readme_and_the_documentation() -> None:
    root = Path(__file__).parents[4]
    recall, precision = (f"{share:.3f}"[1:] for share in (STRANGERS_RECALL, STRANGERS_PRECISION))
    limits = (root / "README.md").read_text(encoding="utf-8").partition("## Limits")[2]
    assert f"(`newest_unread`): recall {recall}, precision {precision}" in limits
    table = (root / "docs/explanation/law.md").read_text(encoding="utf-8")
    row = next(line for line in table.splitlines() if line.startswith("| ") and "newest_unread" in line)
    assert re.findall(r"\.\d{3}", row) == [recall, precision]


def test_the_page_begins_with_who_is_told_why_one_photo_is_withheld(client: TestClient) -> None:
    text = client.get("/law").text
    beginning = text.partition("</h1>")[2].lstrip()
    assert beginning.startswith("<p>Why one photo is withheld is told to its owner and to reviewers alone:")
    tile = client.get("/search?q=a+plain+red+wall&minimum=0", headers={"cookie": "withsense_country=BB"}).text
    assert '<a href="/law">Why?</a></div>' in tile


def test_figures_of_the_package_are_not_told_where_a_service_has_rules_of_its_own(
    place: Place, new_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    languages = tmp_path / "languages"
    languages.mkdir()
    (languages / "fi.toml").write_bytes(rule_file(rule("lapsi"), name="fi.toml").content)
    law = replace(place.law, languages=languages)
    index = PhotoIndex(place.index)
    judge_anew(index, Policy.of_files(law))
    index.close()
    text = new_client(place.settings(law=law)).get("/law").text
    assert "Nobody has measured it here yet" in text
    assert "94 or 95" not in text
