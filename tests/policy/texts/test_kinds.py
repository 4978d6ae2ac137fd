"""What people write of children without the word, and what sounds like a child and is none: kind by kind."""

from __future__ import annotations

import functools

import pytest

from withsense_tf.policy.texts.text_policy import TextPolicy

pytestmark = pytest.mark.closed
policy = functools.cache(TextPolicy)

RESTRICTED = {
    "slang": [
        "kiddos on the tyre swing",
        "the bairn in granny's shawl",
        "a wee lad with a toffee apple",
        "our littlun counting shells",
        "half-pint standing on the piano stool",
        "terrible twos in full swing",
        "две малявки на карусели",
        "шмакодявка в бабушкиной шляпе",
        "наш спиногрызик рисует",
        "внучата лепят вареники",
        "дитятко моё на полянке",
        "мелюзга у фонтана",
    ],
    "tags": [
        "#myboysatthebeach",
        "#toddlerpancakes",
        "twinsinthebath_04.jpg",
        "hersecondbirthday.mov",
        "grandkidsatthezoo.png",
        "#боюсьзавнука",
        "внучканавелосипеде.jpg",
        "нашпервыйзуб_02.jpg",
        "#мамаблизнецов",
        "детивлесу.jpeg",
    ],
    "latin letters": [
        "vnuchka na dache",
        "mal4iki u reki",
        "devo4ka s sobakoj",
        "synok, 6 let",
        "detishki v sadike",
        "nashi vnuki na more",
        "dochen'ka spit",
    ],
    "births and rites": [
        "here at last, 7 lb 9 oz",
        "half birthday cake for Otto",
        "annaprashan at the temple",
        "first confession, best shoes",
        "родилась, 3300 г, 50 см",
        "аист принёс двойню",
        "тушоо: разрезаем ленточку",
        "первопричастие в костёле",
    ],
    "given names": [
        "wee Angus and the bagpipes",
        "Poppy, 7, on the beam",
        "poppy-5mo-bath.jpg",
        "Miss 4 paints the fence",
        "Стёпке 6",
        "маленькая Варя и сом",
    ],
    "things": [
        "Dozing in the carrycot beside the tent",
        "in only a diaper at the garden hose",
        "Pacifier in his mouth, hat askew",
        "shuffling along on her tummy, tummy time again",
        "potty trained at last",
        "Crawls under the table after the cat",
        "уснула в люльке на балконе",
        "в мокром памперсе у шланга",
        "с пустышкой во рту",
        "ползёт под стол за собакой",
        "посадили на горшок",
        "в чепчике и пинетках",
    ],
    "deeds": [
        "on her grandpa's shoulders at the match",
        "two pudgy fists around a spoon",
        "dragging his blankie through the hall",
        "building mud pies behind the shed",
        "hopscotch on the pavement",
        "на шее у папы, видно весь салют",
        "лепят куличики у моря",
        "качаем на качелях по очереди",
        "рассказывает стишок Деду Морозу",
        "многодетная семья на пикнике",
    ],
    "school": [
        "Year 6 at the planetarium",
        "P4 concert in the hall",
        "class photo 6A on the steps",
        "Beaver colony at the lake",
        "preschool sports day, beanbags everywhere",
        "sack race at the fete",
        "утренник в младшей группе",
        "3 «В» у музея",
        "фото 7б класса",
        "на продлёнке пекут печенье",
        "первое сентября, астры",
        "пионерская дружина на параде",
    ],
    "ages": [
        "nine weeks, first smile",
        "two and three quarters, and already skating",
        "the youngest is four",
        "not yet eight, he dives",
        "tom_4y2m_pool.png",
        "just out of nursery, on skis",
        "Too young for kindergarten",
        "a year before she starts school",
        "нам пять недель",
        "три с половиной, первый зоопарк",
        "Пете 7, ловит рыбу",
        "ещё не ходит в садик",
        "через год в школу",
        "завтра ей исполнится пять",
    ],
    "rites": [
        "A christening by the lake",
        "First Communion lunch",
        "her first tooth fell out, lost her first tooth",
        "Bat mitzvah speech",
        "a letter to Santa on the fridge door",
        "крестины в сельской церкви",
        "первый зубик вылез",
        "выписка из роддома, шарики",
        "первая стрижка Миши",
        "торт с одной свечкой",
    ],
    "spelling": [
        "#mylittlegirlandherdog",
        "two sprogs in a canoe",
        "lil dude on a scooter",
        "kidlets in the hay",
        "da babee sleeps",
        "чьи-то дити на горке",
        "моя доча у моря",
        "масик спит",
        "ч@до на пляже",
        "ма\u200bлыш в лодке",
    ],
}
ALLOWED = {
    "adults after a child's word": [
        "our daughter, a bishop",
        "my lads, 51 and 53, at the darts",
        "girls' trip to Benidorm",
        "sons and heirs, both in their sixties",
        "nephew's stag in Riga",
        "her son passed the bar",
        "дочь, хирург, после смены",
        "мальчишки за шестьдесят",
        "девчата с фабрики, 1962",
        "сын на защите диссертации",
        "пацаны в сауне, пиво",
    ],
    "bands and titles": [
        "The Kids Are All Right movie poster",
        "Girls Aloud at Wembley",
        "Boyz II Men on tour",
        "Kid Creole and the Coconuts",
        "«Мальчик в полосатой пижаме», кадр",
        "«Девчата», ретро-показ",
        "группа «Мальчишник», концерт",
        "Отцы и дети, первое издание",
    ],
    "joined and none": [
        "#girlfriends",
        "#boyband",
        "babyblueskies.jpg",
        "Nicole Kidman",
        "babygrandpiano_2.jpg",
        "bubbles over the lawn",
        "#девичникнаозере",
        "#мальчишникгода",
    ],
    "trades and brands": [
        "Toddler & Co, surveyors",
        "Newborn & Sons, undertakers",
        "Little Chef on the A303",
        "Baby G watch",
        "крем «Малышка»",
        "велосипед «Школьник»",
        "«Сынок», бар",
    ],
    "adults": [
        "my son, 41, on his tractor",
        "the girls turn 60 in Rome",
        "Lads from the depot",
        "A poker night with the boys from the office",
        "My kid sister is a surgeon now",
        "The boys, now all past seventy, row again",
        "our daughter with her husband",
        "a kid at heart, my uncle on a swing",
        "сыну 44, юбилей",
        "девчонки из отдела кадров",
        "внучка вышла замуж",
        "мальчишки из нашего полка",
        "дочь — адвокат",
        "пацаны, всем за пятьдесят",
        "бывшие одноклассники в ресторане",
    ],
    "own ages": [
        "A parrot, six weeks, in a box",
        "Luna, 3 years old, wags her tail at the vet",
        "Our bakery turned 5",
        "six weeks, nine countries",
        "a four-year-old oak",
        "щенку шесть недель",
        "нашей кофейне 3 года",
        "виски выдержан 9 лет",
        "попугаю два года, говорит",
        "сосне 12 лет",
    ],
    "names": [
        "The Beach Boys live in Rome",
        "Girls Aloud farewell tour",
        "Baby Creek at dusk",
        "the Children's Trust office",
        "dinner at Little Sister, a Thai place",
        "Mount Baby in cloud",
        "село Дети, указатель",
        "кафе «Малютка», закрыто",
        "гора Малыш в тумане",
        "группа «Подростки» на сцене",
        "улица Пионерская, трамвай",
        "завод имени Мальчикова",
    ],
    "nobody there": [
        "an empty bassinet in the attic",
        "A pushchair parked outside a bank",
        "A cat asleep in a pram",
        "highchair for sale",
        "a monkey crawls over the roof",
        "First steps in business",
        "пустая люлька",
        "кот спит в коляске",
        "соска на асфальте",
        "змея ползёт по траве",
        "дом 5б на углу",
        "билет первого класса",
    ],
    "dates and cameras": [
        "2014-05-06 harbour",
        "f/4 1/60 ISO 200",
        "5.6 at dusk, 85 mm",
        "row 7, seat 12",
        "07.08.2009 причал",
        "8 секунд выдержки",
        "1/15 с, штатив",
        "DSC_0005_bridge.jpg",
    ],
}


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in RESTRICTED.items() for text in texts]
)
def test_what_tells_of_a_child_is_restricted(kind: str, text: str) -> None:
    assert policy().verdict(text).restricted, kind


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in ALLOWED.items() for text in texts]
)
def test_what_tells_of_no_child_is_allowed(kind: str, text: str) -> None:
    verdict = policy().verdict(text)
    assert not verdict.restricted, (kind, verdict)


@pytest.mark.parametrize(
    "text",
    [
        "A girl and a married woman at a bar table",
        "Her son and a retired miner",
        "A woman feeds him in his high chair",
        "The lads from my class",
        "A boy and his grandfather, 70",
        "Two kids and a cat in a pram",
        "Малыш и собака в коляске",
        "Мальчик и врач",
        "Девочка, бабушке 70",
        "Дети на горе",
        "Школьница в кафе «Малыш»",
        "Девочки из нашего двора",
        "A child in a boardroom",
        "Two boys in a police car",
        "A girl in navy blue",
        "A boy in front of a bar",
        "A girl in a pool",
        "A boy graduates from kindergarten",
        "Внук на велосипеде, дед и пиво",
        "Ждём дочку из школы",
    ],
)
def test_what_excuses_another_excuses_no_child(text: str) -> None:
    assert policy().verdict(text).restricted


def test_a_capital_is_asked_for_where_a_rule_says_so() -> None:
    assert not policy().verdict("Kinder Scout in fog").restricted
    assert policy().verdict("five kinder scouts in fog").restricted
