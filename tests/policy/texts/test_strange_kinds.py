"""What strangers write that was missed or hidden wrongly, by kinds; and that no new excuse hides a child beside it."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from withsense_tf.experiments.policy_page import ALL, measure
from withsense_tf.policy.reader.second_reader import packaged_reader
from withsense_tf.policy.texts.text_policy import TextPolicy

pytestmark = pytest.mark.closed
policy = functools.cache(TextPolicy)
READ = Path(__file__).parent / "strangers_read.tsv"

# Each kind: what is allowed, and behind it what has the same words and a child.
KINDS = {
    "teams of grown-ups": (
        [],
        ["Over-50s dads against the lads of Year 9", "Мальчишки против ветеранов 50+, счёт пять один"],
    ),
    "things named after their wearers": (
        [],
        [
            "flower girl shoes kicked off, their owner asleep on two chairs",
            "the ring bearer drops the pillow",
            "школьница в фартуке и бантах",
        ],
    ),
    "machines called baby": (
        ["Моя девочка завелась в минус тридцать"],
        ["My baby needs a new nappy, layby on the A9", "Моя малышка в автокресле «Волги»"],
    ),
    "dishes": ([], ["tots at the table, tater tots on the floor", "кроха ест шпинат"]),
    "staff without pupils": (
        ["Reception team leaving do, no pupils, plenty of prosecco"],
        [
            "Retirement do, staff only, and the pupils sang",
            "Reception class teacher with her reception class",
            "Учителя младших классов с учениками",
        ],
    ),
    "toys": (
        ["Lego kids at Lego school, my diorama"],
        ["her first day at school with a lego minifig in her pocket", "Мальчик собирает лего-человечков"],
    ),
    "the young of animals and plants": (
        [],
        [
            "teens feed the penguins at the zoo",
            "a kid on the roof of the goat shed, waving at grandad",
            "Подростки кормят пингвинов",
            "Детки пересаживают фиалки",
        ],
    ),
    "idioms": ([], ["two children playing like puppies", "Первоклашки выстроились как солдатики"]),
    "service": (
        [],
        [
            "Daddy's back from Cyprus, and his girl has lost two teeth",
            "Внучок встречает папу из армии",
            "Дембель с сыном на руках",
        ],
    ),
    "younger brothers and sisters": (
        [],
        ["My little sister, flower girl at my wedding", "Младшая сестрёнка несёт фату невесты"],
    ),
    "makes": ([], ["a boy with a box Brownie", "школьник с фотоаппаратом"]),
    "husbands and wives": ([], ["my gorgeous girl, two weeks old", "Малыш сделал аппликацию"]),
    "places": (["скала Сын, туман"], ["a baby on Baby Beach, Aruba", "дети на Детском пляже в Евпатории"]),
    "weights and heights": (
        ["рост 182, вес 84, кандидат в мастера спорта"],
        ["She weighed 2,900 grams and screamed the ward down", "Рост 51, вес 3200, глаза мамины"],
    ),
    "first steps": (
        ["First steps after knee surgery, aged 80"],
        ["Five wobbly steps from the chair to my arms", "Отпустил стул и пошёл, три шага сам"],
    ),
}
RESTRICTED = [
    "Room 12 at the science fair, all baking soda and vinegar",
    "gr4_roomC_picture_day.jpg",
    "Фото 2-го «А», второй ряд, мама слева",
    "someone turning five at the trampoline park",
    "Кому-то сегодня четыре, шарики до потолка",
    "nursery_xmas_singalong_tambourines.mp4",
    "Киндер уснул в такси",
    "Ясли на выезде: верёвочка, жилеты, светофор",
    "Первенство области по самбо до 12 лет",
    "Лукбук, рост 98-122, модели бегают по студии",
    "лёва_5л_ледянка_горка.jpg",
    "me in 1962, first term at infants', cap too big",
    "грудничек зевает крупный план",
    "Экскурсия для первоклассников, зал Рима",
]

# A child in the other half of what a new excuse is about.
BESIDE = [
    "Playground deserted but for one girl on the swing",
    "The empty classroom, and two kids who missed the bus",
    "My son drove his toy car over the cat",
    "The girls on the roof of the playhouse",
    "The girl next door said yes to ice cream",
    "Little sister and her bump on the head, pink plaster",
    "Minifig in hand, the baby chews",
    "Christening gown laid out and the baby beside it",
    "Golden wedding, and the great-grandchildren, five and seven, with balloons",
    "Welcome home, Dad: HMS Albion docks and the kids run",
    "Внучка везёт деда на саночках, хохочет",
    "Дочка угостила меня куличиком из песка",
    "Девочки в спа для кукол играют",
    "Наша девочка спущена на воду в надувном круге, год",
    "Сын в костюме десантника, три года",
    "детям до 16 вход запрещён, но двое мальчишек уже внутри",
]


@pytest.mark.parametrize("kind", [kind for kind, (allowed, _) in KINDS.items() if allowed])
def test_what_has_a_childs_word_and_no_child_is_allowed(kind: str) -> None:
    texts = KINDS[kind][0]
    assert [text for text in texts if policy().verdict(text).restricted] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_words_excuse_no_child(kind: str) -> None:
    texts = KINDS[kind][1]
    assert [text for text in texts if not policy().verdict(text).restricted] == []


@pytest.mark.parametrize("text", BESIDE)
def test_a_new_excuse_holds_for_its_own_half_of_a_sentence_alone(text: str) -> None:
    assert policy().verdict(text).restricted


@pytest.mark.parametrize("text", RESTRICTED)
def test_what_was_missed_is_restricted(text: str) -> None:
    assert policy().verdict(text).restricted


def test_what_strangers_wrote_of_children_is_restricted_and_most_of_the_rest_is_not() -> None:
    said = measure(READ, TextPolicy(second_reader=packaged_reader()), unread=False)
    whole = next(one for one in said.figures if (one.language, one.kind) == (ALL, ALL))
    assert said.sentences == 240
    assert (whole.recall.value or 0) >= 0.97
    assert (whole.precision.value or 0) >= 0.8
