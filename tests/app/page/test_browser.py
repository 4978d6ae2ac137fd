"""The page in a real browser: what a photographer does, by hand and by keys alone."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from app_places import SECRETS, SHOWN
from PIL import Image

from withsense_tf.policy.countries import NOTICE

pytestmark = pytest.mark.slow

Visit = Callable[..., Any]
ASKED = "/search?q=a+plain+red+wall&minimum=0"
PAGES = (
    "/", ASKED, "/search?q=a+small+child", "/models?q=a+plain+red+wall", "/law?text=A+toddler", "/review",
    "/how-good/changes", "/add", "/search?q=zzqx+qqzx", "/how-good", "/table", "/review?tab=index",
    "/review?tab=permissions", "/nowhere",
)  # fmt: skip
# Rules of WCAG 2.2 up to AA, and what axe-core thinks good besides; what is well need not be listed.
WHAT = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
SCREENS = Path(__file__).parents[3] / "artifacts" / "screens"


def name_of(path: str) -> str:
    return re.sub(r"\W+", "_", path).strip("_") or "home"


@pytest.mark.parametrize(("language", "width", "theme"), [("en", 1440, "light"), ("ru", 360, "dark")])
@pytest.mark.slow
def test_axe_finds_nothing_and_nothing_stands_out_of_the_page(
    visit: Visit, language: str, width: int, theme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    SCREENS.mkdir(parents=True, exist_ok=True)
    found = {}
    page = visit("/", language, width, theme=theme)
    for path in PAGES if width > 1000 else PAGES[:8]:
        page.goto(path)
        page.screenshot(path=SCREENS / f"{name_of(path)}_{language}_{width}_{theme}.png")
        result = axe.run(page, options=WHAT).response["violations"]
        found[path] = [(one["id"], [node["html"][:120] for node in one["nodes"]][:2]) for one in result]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.goto(ASKED)
    page.locator(".tile .open").first.click()
    page.locator("#viewer[open] [data-shown]").wait_for()
    result = axe.run(page, options=WHAT).response["violations"]
    found["the dialog"] = [(one["id"], [node["html"][:120] for node in one["nodes"]][:2]) for one in result]
    assert not {path: some for path, some in found.items() if some}


def test_photos_come_while_one_types_and_enter_makes_a_page_to_go_back_to(visit: Visit) -> None:
    page = visit("/")
    page.keyboard.press("/")
    page.keyboard.type("a plain red wall")
    # Not before the last word: who types slowly gets answers amid it.
    page.wait_for_url(re.compile("q=a%20plain%20red%20wall"))
    page.locator("#results .nothing").wait_for()
    assert page.evaluate("document.activeElement.id") == "q"
    page.locator("#status", has_text="No good match").wait_for(state="attached")
    page.locator("[data-weak]").click()
    page.locator("#results .fit").first.wait_for()
    pages = page.evaluate("history.length")
    page.locator("#q").press("Enter")
    page.wait_for_function("pages => history.length > pages", arg=pages)
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert page.locator("#q").input_value() in ("", "a plain red wall")


def test_the_console_stays_empty_and_a_page_says_where_nothing_answers(visit: Visit) -> None:
    page = visit("/")
    lines: list[str] = []
    # That an answer has a status of its own the browser writes itself, whoever asked.
    page.on("console", lambda line: None if "status of" in line.text else lines.append(line.text))
    for query, what in (
        ("a plain red wall", ".nothing"), ("zzqx qqzx", ".nothing"), ("a small child", ".withheld-page"),
        ("", ".examples, .empty"),
    ):  # fmt: skip
        page.locator("#q").fill(query)
        page.locator(f"#results {what}").first.wait_for()
    # Words that are given up for others while their answer is under way.
    page.route(re.compile("/search.*slow"), lambda route: None)
    with page.expect_request(re.compile("slow")):
        page.locator("#q").fill("a slow query")
    page.locator("#q").fill("zzqx qqzx")
    page.locator("#results .nothing").wait_for()
    page.goto(ASKED)
    page.route(re.compile("/photo/|/search"), lambda route: route.abort())
    page.locator(".tile .open").first.click()
    page.locator("#no-answer", has_text="does not answer").wait_for()
    page.unroute_all()
    page.locator("#q").fill("a small child")
    page.locator(".withheld-page").wait_for()
    assert page.locator("#no-answer").is_hidden()
    assert [line for line in lines if "net::ERR" not in line] == []


def test_the_grid_fills_its_rows_with_true_proportions(visit: Visit) -> None:
    page = visit(ASKED)
    boxes = page.evaluate(
        "[...document.querySelectorAll('.tile:not(.withheld) .open')].map(box => {"
        "const {width, height} = box.getBoundingClientRect();"
        "return [width / height, Number(box.closest('.tile').dataset.ratio)]})"
    )
    assert len(boxes) == len(SHOWN)
    assert all(abs(shown / true - 1) < 0.03 for shown, true in boxes)


@pytest.mark.parametrize("width", [390, 820, 1024, 1280, 1920])
def test_words_of_an_example_hide_nothing_of_its_photo_and_rows_are_even(visit: Visit, width: int) -> None:
    page = visit("/", width=width)
    page.locator(".example .query").first.wait_for()
    # Whoever hears the page hears the words once.
    assert page.locator('.example img:not([alt=""])').count() == 0
    # More of them, so that there are whole rows.
    page.evaluate(
        """() => {
          const grid = document.querySelector(".examples"), all = [...grid.children];
          for (let at = 0; at < 12; at++) grid.append(all[at % all.length].cloneNode(true));
          document.dispatchEvent(new CustomEvent("htmx:afterSwap", { detail: {} }));
        }"""
    )
    boxes = page.evaluate(
        """[...document.querySelectorAll(".example")].map((one) => {
          const image = one.querySelector("img").getBoundingClientRect();
          const words = one.querySelector(".query").getBoundingClientRect();
          return [Math.round(image.top), Math.round(image.height), words.top - image.bottom, image.right];
        })"""
    )
    end = page.evaluate("document.querySelector('.examples').getBoundingClientRect().right")
    rows: dict[int, list[list[float]]] = {}
    for box in boxes:
        rows.setdefault(box[0], []).append(box)
    *whole, _ = rows.values()
    assert whole
    assert all(under >= 0 for _, _, under, _ in boxes)
    assert all(len({box[1] for box in row}) == 1 and end - row[-1][3] < 3 for row in whole)


def test_keys_alone_lead_through_photos_into_one_and_back(visit: Visit) -> None:
    page = visit(ASKED)
    focus = "document.activeElement.dataset.photo"
    page.keyboard.press("/")
    page.locator("#q:focus").wait_for()
    page.keyboard.press("ArrowDown")
    page.locator("[data-photo]:focus").wait_for()
    first = page.evaluate(focus)
    page.keyboard.press("Enter")
    page.locator(f'#viewer[open] [data-shown="{first}"]').wait_for()
    page.keyboard.press("ArrowRight")
    page.locator(f'#viewer[open] [data-shown]:not([data-shown="{first}"])').wait_for()
    page.keyboard.press("Escape")
    # The focus comes back a moment after the dialog has gone.
    page.locator(f'[data-photo]:focus:not([data-photo="{first}"])').wait_for()
    page.keyboard.press("c")
    page.locator("[data-table-count]", has_text=re.compile("^1$")).wait_for(state="attached")
    page.keyboard.press("s")
    page.wait_for_url("**/search?like=*")
    page.keyboard.press("?")
    page.locator("#keys-help[open]").wait_for()


def test_the_keys_of_a_photo_work_while_it_is_open(visit: Visit) -> None:
    page = visit(ASKED)
    page.locator("[data-photo]").first.click()
    page.locator("#viewer[open] [data-shown]").wait_for()
    page.keyboard.press("c")
    page.locator("[data-table-count]", has_text=re.compile("^1$")).wait_for(state="attached")
    page.keyboard.press("s")
    page.wait_for_url("**/search?like=*")


def test_keys_alone_lead_to_what_changed_between_two_comparisons(visit: Visit) -> None:
    page = visit("/how-good")
    page.locator("tbody a[aria-current=true]").focus()
    page.keyboard.press("Tab")  # to the older one
    page.keyboard.press("Enter")
    page.wait_for_url("**/how-good?run=20260101T000000Z-abc")
    page.locator("select[name=after]").focus()
    page.keyboard.press("End")  # the oldest
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/how-good/changes?before=20260101*&after=20260101*")
    page.locator("select[name=after]").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("td", has_text="+10.0").wait_for()


@pytest.mark.closed
def test_nothing_of_a_withheld_photo_reaches_the_browser(visit: Visit) -> None:
    page = visit("/")
    bodies: list[str] = []
    page.on("response", lambda answer: bodies.append(answer.url))
    page.goto(ASKED)
    page.wait_for_load_state("networkidle")
    folded = page.locator(".fold").all_inner_texts()
    tiles = page.locator(".tile.withheld").count()
    assert tiles - len(folded) + sum(int(text.split()[0]) for text in folded) == 2
    assert page.locator(".tile.withheld img").count() == 0
    assert page.locator(".tile img").count() == len(SHOWN)
    text = page.content() + " ".join(bodies)
    assert not any(word in text for word in SECRETS)


# What stands in the middle may be cut above, where no scroll height counts it.
CUT_SEALS = """[...document.querySelectorAll(".seal")].filter((one) => {
  const box = one.getBoundingClientRect();
  const parts = [...one.children].map((part) => part.getBoundingClientRect()).filter((part) => part.height);
  return parts.some((part) => part.top < box.top || part.bottom > box.bottom || part.right > box.right);
}).length"""
# As where the law withholds several in a row.
ADD_COUNTS = """document.querySelectorAll(".seal:not(:has(.fold)) > a").forEach((one) =>
  one.insertAdjacentHTML("beforebegin", '<p class="fold">Здесь подряд скрыто 24 снимка</p>'))"""


@pytest.mark.parametrize("width", [320, 360, 390, 430, 768, 1024, 1440])
def test_the_notice_is_whole_on_every_width(visit: Visit, width: int) -> None:
    page = visit(ASKED, "ru", width)
    assert page.locator(".seal").count() > 0
    page.evaluate(ADD_COUNTS)
    assert page.evaluate(CUT_SEALS) == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_notice_is_whole_where_a_row_is_low(visit: Visit) -> None:
    page = visit(ASKED, "ru", 1440)
    page.evaluate(ADD_COUNTS)
    for width in (185, 200, 249, 300):
        page.locator(".seal").evaluate_all(
            "(seals, width) => seals.forEach((one) => { one.parentElement.style.width = `${width}px`; "
            "one.style.height = `${width / 1.25}px`; })",
            width,
        )
        assert page.evaluate(CUT_SEALS) == 0, width


def test_a_forbidden_query_shows_the_notice_and_another_country_its_own_rule(visit: Visit) -> None:
    page = visit("/")
    page.locator("#q").fill("a small child on a swing")
    page.locator(".withheld-page").wait_for()
    assert page.locator("h1").inner_text() == "This search is not answered"
    assert NOTICE in page.locator(".withheld-page").inner_text()
    with page.expect_navigation():
        page.locator("#country").select_option("AQ")
    assert page.locator(".withheld-page").count() == 0
    page.goto(ASKED)
    assert page.locator(".tile").count() == 8


def test_the_choice_of_countries_says_what_each_one_changes(visit: Visit) -> None:
    names = visit("/").locator("#country option").all_inner_texts()
    assert names[0] == "Another or none: the strictest rule"
    assert "Antarctica, AQ: without a rule" in names
    assert any(re.fullmatch(r"Barbados, BB: rule for under \d+", name) for name in names)


def test_chips_filters_and_order_change_what_is_found(visit: Visit) -> None:
    page = visit("/search?q=a+plain+red+wall+-cloth&minimum=0")
    with page.expect_navigation():
        page.locator(".chip.minus").click()
    assert "minimum=0" in page.url
    assert "cloth" not in page.url
    page.locator("#filters summary").click()
    page.locator('select[name="f.camera"]').select_option("Leica M6")
    page.locator(".chip.filter").wait_for()
    assert page.locator(".chip.filter").count() == 1
    assert page.locator(".tile:not(.withheld)").count() in (0, 1, 2)
    page.locator(".chip.filter").click()
    page.locator(".chip.filter").wait_for(state="detached")


def test_words_as_they_were_typed_stay_so_at_a_filter_and_an_order_but_not_for_other_words(
    visit: Visit,
) -> None:
    page = visit(f"{ASKED}&literal=true")
    page.locator("#filters summary").click()
    page.locator('select[name="f.camera"]').select_option("Leica M6")
    page.wait_for_url(re.compile("f.camera=Leica.*literal=true|literal=true.*f.camera=Leica"))
    page.locator('select[name="order"]').select_option("name")
    page.wait_for_url(re.compile("order=name"))
    assert {"literal=true", "minimum=0"} <= set(re.split("[?&]", page.url))
    page.wait_for_load_state("networkidle")
    page.locator("#q").fill("a blue board")
    page.wait_for_url(re.compile("q=a%20blue%20board"))
    assert not re.search("literal|minimum|words", page.url)
    assert "order=name" in page.url


def test_a_colour_is_chosen_by_its_sample_and_by_keys(visit: Visit) -> None:
    page = visit(ASKED)
    page.locator("#filters summary").click()
    page.locator(".swatch.green").click()
    page.locator(".chip", has_text="Colour: green").wait_for()
    assert page.locator("#results .fit").count() == 1
    page.keyboard.press("ArrowRight")
    page.locator(".chip", has_text="Colour: blue").wait_for()
    assert page.locator("#results .fit").count() == 2
    page.locator(".swatch").first.click()
    page.locator(".chip").wait_for(state="detached")
    assert page.locator("#results .fit").count() == len(SHOWN)


def test_a_photo_that_is_withheld_by_now_or_gone_can_be_closed_and_left_for_its_neighbour(
    visit: Visit,
) -> None:
    page = visit(ASKED)
    (hidden, *_) = ids_in(page, "AQ") - ids_in(page, "BB")
    links = page.locator("#results .tile [data-photo]")
    for id_, what in ((hidden, ".withheld-page"), ("x" * 30, ".nothing")):
        links.nth(1).evaluate("(link, id) => { link.href = `/photo/${id}`; }", id_)
        links.nth(1).click()
        page.locator(f"#viewer[open] {what}").wait_for()
        assert page.evaluate("document.activeElement.matches('[data-close]')")
        assert page.locator("#viewer [data-close]").bounding_box()["y"] < 100
        page.locator("#viewer [data-step='1']").click()
        page.locator(f'#viewer [data-shown="{links.nth(2).get_attribute("data-photo")}"]').wait_for()
        page.keyboard.press("ArrowLeft")
        page.locator(f"#viewer[open] {what}").wait_for()
        page.locator("#viewer [data-close]").click()
        page.locator("#viewer").wait_for(state="hidden")


def ids_in(page: Any, country: str) -> set[str]:
    answer = page.request.get(f"/api/v1{ASKED}&k=20&country={country}").json()
    return {place["id"] for place in answer["places"] if place["kind"] == "photo"}


def test_two_photos_are_collected_compared_and_taken_along(visit: Visit) -> None:
    page = visit(ASKED)
    for at in (0, 1):
        page.locator(".tile [data-collect]").nth(at).click()
    page.locator(".places a[href='/table']").click()
    page.locator("[data-pick]").nth(1).wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="List (CSV)").click()
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8-sig"))))
    assert len(rows) == 3
    for at in (0, 1):
        page.locator("[data-pick]").nth(at).check()
    page.locator("[data-compare]").click()
    page.wait_for_url("**/pair?*")
    assert page.locator(".pair img").count() == 2
    page.goto("/table")
    page.locator("#light-table [data-collect]").first.click()
    page.locator("#light-table .tile").nth(1).wait_for(state="detached")
    assert page.locator("#light-table .tile").count() == 1


def test_a_full_table_says_so_and_loses_nothing(visit: Visit) -> None:
    page = visit(ASKED)
    kept = " ".join(f"x{number}" for number in range(200))
    page.evaluate("kept => localStorage.setItem('withsense-table', kept)", kept)
    page.locator(".tile [data-collect]").first.click()
    page.locator("#table-full", has_text="it holds 200 photos").wait_for()
    assert page.evaluate("localStorage.getItem('withsense-table')") == kept
    page.locator(".tile .open").first.click()
    page.locator("#viewer[open] [data-collect]").click()
    page.locator("#viewer #table-full").wait_for()
    page.evaluate("kept => localStorage.setItem('withsense-table', kept)", kept.removeprefix("x0 "))
    page.locator("#viewer [data-collect]").click()
    page.locator("#table-full").wait_for(state="hidden")
    assert len(page.evaluate("localStorage.getItem('withsense-table')").split()) == 200


def test_two_models_answer_side_by_side(visit: Visit) -> None:
    page = visit("/models?q=a+plain+red+wall")
    names = page.locator(".versus h2").all_inner_texts()
    assert len(set(names)) == 2
    assert page.locator(".versus section").nth(1).locator(".moved").count() > 0


def test_what_somebody_adds_is_shown_in_russian_too(visit: Visit, own_site: str) -> None:
    page = visit(ASKED, "ru", at=own_site)
    page.locator(".tile .open").first.click()
    page.locator("#viewer details.add summary").first.click()
    form = page.locator("#viewer form[hx-post]")
    form.locator("[name=text]").fill("A wall of a quiet house.")
    form.locator("[name=by]").fill("Аня")
    page.evaluate(
        """() => document.addEventListener("submit", ({ target }) => setTimeout(() => {
          window.busy = [target.querySelector("button").disabled, target.querySelector("[data-busy]").textContent];
        }))"""
    )
    form.get_by_role("button").click()
    page.locator("#viewer .good").wait_for()
    is_disabled, line = page.evaluate("window.busy")
    assert is_disabled
    assert line.startswith("Минуту")
    assert "Аня" in page.locator("#viewer .captions").inner_text()
    assert "Спасибо" in page.locator("#viewer .good").inner_text()


def test_a_wide_photo_that_was_added_stays_within_a_phone(
    visit: Visit, own_site: str, tmp_path: Path
) -> None:
    photo = Image.effect_noise((1200, 500), 60)
    photo.save(tmp_path / "wide.png")
    page = visit("/add", width=390, at=own_site)
    page.locator("[name=photo]").set_input_files(tmp_path / "wide.png")
    page.locator("main [name=text]").fill("A wall of a quiet house.")
    page.get_by_role("button", name="Add", exact=True).click()
    box = page.locator(".verdict img").bounding_box()
    assert (box["width"] < 390, round(box["width"] / box["height"], 1)) == (True, 2.4)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_reviewer_takes_a_photo_out_by_keys_alone(visit: Visit, own_site: str, scripts: bool) -> None:
    page = visit("/review", "ru", at=own_site, scripts=scripts)
    name = page.locator(".review-list h2").first.inner_text()
    summary = page.locator(".review-list li").first.get_by_text("Изъять навсегда").first
    summary.focus()
    page.keyboard.press("Enter")
    form = page.locator('form[action="/review/remove"]').first
    if scripts:
        form.get_by_role("link").wait_for(state="detached")
    else:
        page.keyboard.press("Tab")  # over the link to who leaves with it
    page.keyboard.press("Tab")
    assert form.locator("[name=by]").evaluate("field => field === document.activeElement")
    for words in ("Анна", "Так просили."):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
    # Who is not sure yet stays where he is.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert form.locator("[name=sure]").evaluate("box => box.matches(':invalid') && !box.checked")
    form.locator("[name=sure]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".good[role=status]")
    assert f"Изъят навсегда: {name}" in page.locator(".good[role=status]").inner_text()
    assert name not in page.locator(".review-list h2").all_inner_texts()
    # One that is shown leaves by its own page.
    page.goto(ASKED)
    if scripts:
        page.locator("[data-photo]").first.click()
        page.wait_for_selector("#viewer[open] article")
    else:
        page.locator("[data-photo]").first.click()
        page.wait_for_selector("article.photo")
    article = page.locator("article.photo")
    name = article.locator(".facts dd").first.inner_text()
    article.get_by_text("Изъять навсегда").first.click()
    form = article.locator('form[action="/review/remove"]')
    form.locator("[name=by]").fill("Анна")
    form.locator("[name=reason]").fill("Так просили.")
    form.locator("[name=sure]").check()
    form.get_by_role("button").click()
    page.wait_for_url("**/review?tab=decisions")
    assert name in page.locator(".review-list li").first.inner_text()


def test_the_menu_says_how_to_ask_in_the_readers_language(visit: Visit) -> None:
    page = visit("/", "ru", 360)
    page.locator(".menu > summary").click()
    page.locator(".ask summary").click()
    assert page.locator(".ask li:visible").count() == 4
    assert "пляж -собака" in page.locator(".ask ul").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "[...document.querySelectorAll('.ask q')].every(one => one.getBoundingClientRect().right <= innerWidth)"
    )


def test_language_and_colours_are_chosen_and_kept(visit: Visit) -> None:
    page = visit(ASKED)
    page.locator(".menu > summary").click()
    with page.expect_navigation():
        page.locator("button[value=ru]").click()
    assert page.evaluate("document.documentElement.lang") == "ru"
    assert "q=a+plain+red+wall" in page.url
    page.locator(".menu > summary").click()
    with page.expect_navigation():
        page.locator("button[value=dark]").click()
    assert page.evaluate("getComputedStyle(document.body).colorScheme") in ("dark", "light dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_page_answers_without_scripts(visit: Visit) -> None:
    page = visit("/", scripts=False)
    page.locator("#q").fill("a plain red wall")
    page.locator("#q").press("Enter")
    page.wait_for_url("**/search?*")
    assert page.locator("h1").count() == 1
    page.goto(ASKED)
    pictures = [one.bounding_box() for one in page.locator(".tile img").all()]
    assert len(pictures) == len(SHOWN)
    assert all(one["width"] > 100 and one["height"] > 100 for one in pictures)


def test_a_word_as_long_as_a_query_may_be_stands_out_of_no_page(visit: Visit) -> None:
    page, word = visit("/", width=360), "x" * 1000
    for path in (f"/search?q={word}", f"/models?q={word}", f"/law?text={word}"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path[:20]


def test_what_figures_are_not_of_stands_above_them_and_beside_each(visit: Visit) -> None:
    page = visit("/how-good", width=360)
    first, caution = (
        page.locator(".card .big").first.bounding_box(),
        page.locator("[data-caution]").bounding_box(),
    )
    assert caution["y"] + caution["height"] < first["y"]
    for card in page.locator(".card:has(.big)").all():
        assert "photos not known" in card.locator(".bad").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_below_a_narrow_photo_dots_and_words_are_whole_or_gone_and_captions_line_up(
    visit: Visit, language: str
) -> None:
    page = visit(ASKED, language)
    wrong, heights, seen = page.locator(".tile:has(.fit)").first.evaluate(
        """tile => {
          const [wrong, heights, seen] = [[], new Set(), {}];
          for (let width = 110; width <= 420; width += 3) {
            tile.style.width = `${width}px`;
            const meta = tile.querySelector(".meta").getBoundingClientRect();
            const fit = tile.querySelector(".fit").getBoundingClientRect();
            const acts = tile.querySelector(".acts").getBoundingClientRect();
            heights.add(Math.round(meta.height));
            if (acts.top < meta.top - 1 || acts.bottom > meta.bottom + 1) wrong.push(`acts ${width}`);
            for (const part of [".dots", ".word"]) {
              const box = tile.querySelector(`.fit ${part}`).getBoundingClientRect();
              const isGone = box.top >= fit.bottom - 1;
              if (!isGone && box.right > acts.left + 0.5) wrong.push(`${part} ${width}`);
              if (!isGone) seen[part] ??= width;
            }
          }
          return [wrong, [...heights], seen];
        }"""
    )
    assert wrong == []
    assert len(heights) == 1
    assert seen[".dots"] < 150 < seen[".word"] < 260


@pytest.mark.parametrize("language", ["en", "ru"])
def test_on_a_phone_no_word_below_a_photo_is_cut_off_however_narrow_it_is(
    visit: Visit, language: str
) -> None:
    page = visit(ASKED, language, width=390)
    lost = page.locator(".tile:has(.fit)").first.evaluate(
        """tile => {
          const lost = [];
          for (let width = 85; width <= 358; width += 3) {
            tile.style.width = `${width}px`;
            const own = tile.getBoundingClientRect();
            const below = tile.querySelector(".said").getBoundingClientRect();
            const acts = tile.querySelector(".acts").getBoundingClientRect();
            for (const part of ["b", ".dots", ".word"]) {
              const box = tile.querySelector(`.fit ${part}`).getBoundingClientRect();
              const meets = box.right > acts.left + 0.5 && box.bottom > acts.top + 1 && box.top < acts.bottom - 1;
              const isWhole = box.width > 8 && box.right <= own.right + 0.5 && box.bottom <= below.top + 1;
              if (!isWhole || meets) lost.push(`${part} ${width}`);
            }
          }
          return lost;
        }"""
    )
    assert lost == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_on_a_phone_no_button_of_the_light_table_stands_out_of_its_tile(visit: Visit, language: str) -> None:
    page = visit(ASKED, language, width=390)
    page.locator("[data-collect]").first.click()
    page.goto("/table")
    page.locator(".tile .acts").first.wait_for()
    out = page.locator(".tile:has(.acts)").first.evaluate(
        """tile => {
          const out = [];
          for (let width = 88; width <= 358; width += 3) {
            tile.style.width = `${width}px`;
            const parts = [...tile.querySelectorAll(".meta > *")].map((one) => one.getBoundingClientRect().right);
            if (Math.max(...parts) > tile.getBoundingClientRect().right + 0.5) out.push(width);
          }
          return out;
        }"""
    )
    assert out == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_number_is_shown_whole_or_not_at_all_however_narrow_its_photo(visit: Visit, language: str) -> None:
    page = visit(ASKED, language)
    clipped = page.locator(".tile:has(.fit)").first.evaluate(
        """tile => {
          const clipped = [];
          for (let width = 90; width <= 420; width += 3) {
            tile.style.width = `${width}px`;
            const end = tile.getBoundingClientRect().right + 0.5;
            const acts = tile.querySelector(".acts").getBoundingClientRect();
            const number = tile.querySelector(".fit b").getBoundingClientRect();
            const meets = number.right > acts.left + 0.5 && number.bottom > acts.top && number.top < acts.bottom;
            if (number.width < 8 || number.right > end || meets) clipped.push(`fit ${width}`);
          }
          return clipped;
        }"""
    )
    assert clipped == []


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.slow
def test_a_telephone_shows_all_columns_of_models_and_whole_words_of_captions(
    visit: Visit, language: str
) -> None:
    page = visit("/review?tab=index", language, 390, scale=2)
    assert page.evaluate("document.querySelector('.scroll').scrollWidth <= innerWidth - 30")
    page.goto(ASKED)
    page.locator(".tile .said").first.wait_for()
    assert page.evaluate(
        "[...document.querySelectorAll('.said')].every((one) => one.scrollWidth <= one.clientWidth)"
    )


@pytest.mark.slow
def test_words_on_examples_are_whole_on_a_telephone(visit: Visit) -> None:
    page = visit("/", width=360, scale=2)
    page.locator(".example .query").first.wait_for()
    # High photos with a long query.
    page.evaluate(
        """() => {
            for (const one of document.querySelectorAll('.example')) {
                one.dataset.ratio = 0.6;
                one.querySelector('.query').textContent = 'a black snowboarder jumps';
            }
            document.dispatchEvent(new CustomEvent('htmx:afterSwap', { detail: {} }));
        }"""
    )
    assert page.evaluate(
        """() => [...document.querySelectorAll('.example .query')].every((one) => {
            const text = one.firstChild, words = [...text.data.matchAll(/\\S+/g)];
            return words.every((word) => {
                const range = document.createRange();
                range.setStart(text, word.index);
                range.setEnd(text, word.index + word[0].length);
                return new Set([...range.getClientRects()].map((box) => box.top)).size === 1;
            });
        })"""
    )


@pytest.mark.slow
def test_a_small_photo_is_as_wide_as_it_is_whatever_the_screen(visit: Visit) -> None:
    page = visit(ASKED, width=390, scale=2)
    page.goto(page.locator(".tile a.open").first.get_attribute("href"))
    width = "document.querySelector('.stage img').width"
    page.wait_for_function("document.querySelector('.stage img').complete")
    assert page.evaluate(width) == 32
    # As where its width is known, and a picture for a finer screen is offered.
    page.evaluate(
        "(() => { const i = document.querySelector('.stage img');"
        " i.width = i.height = 32; i.srcset = `${i.src} 2x`; })()"
    )
    page.wait_for_function("document.querySelector('.stage img').naturalWidth === 16")
    assert page.evaluate(width) == 32


def test_who_takes_a_photo_out_sees_first_what_leaves_with_it(visit: Visit) -> None:
    page = visit(ASKED)
    page.locator(".tile .open").first.click()
    page.locator("#viewer[open] [data-shown]").wait_for()
    page.get_by_text("Take out for good").first.click()
    page.get_by_text("No other photo leaves with it.").wait_for()
