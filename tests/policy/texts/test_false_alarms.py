"""What names the young and shows nobody young: kind by kind, each with what must stay restricted beside it."""

from __future__ import annotations

import functools

import pytest

from withsense_tf.policy.texts.text_policy import TextPolicy

pytestmark = pytest.mark.closed
policy = functools.cache(TextPolicy)

ALLOWED = {
    "a grown-up by trade, rank or status": [
        "My daughter is now a cardiologist",
        "our son the barrister",
        "her eldest became a sergeant",
        "The lads on the prosecco again",
        "my baby girl just became Dr Mensah",
        "Сын — кардиолог",
        "Сынок вернулся со службы",
        "малышка в фате",
        "His kids carried his coffin",
        "My little sister defended her thesis",
        "Ребёнок девяностых, лысый, с кассетником",
        "Пацаны, с днём ВДВ!",
        "дети выросли, обе бухгалтеры",
        "Пацаны открыли барбершоп",
    ],
    "a grown-up by age": [
        "The kids at the reading of the will, 58, 55 and 49",
        "The enfant terrible of Greek opera, 61, in Delphi",
        "The boys of the quintet, all over seventy",
        'Moe "Baby" Harris, 66, at the anvil',
        "девчонки с аэробики, всем за шестьдесят",
        "Мальчишки из хора, им под семьдесят",
    ],
    "the age of an animal": [
        "The racehorse, seven years old, before the start",
        "Hatched, three days old, still damp",
        "Помёт мейн-кунов, полтора месяца",
    ],
    "what is called a baby": [
        "My baby is a '68 Mustang",
        "Their baby is a bakery",
        "My teenager is a Skoda",
        "bubba got the zoomies again",
        "The babies got repotted today",
        "Мой малыш — Москвич, 1975",
        "Our firstborn is a sourdough",
        "Малыш весит 200 тонн, самосвал в карьере",
        "детки: рассада томатов",
        "Крошка моя — ява, 1982",
    ],
    "not in the picture": [
        "We left the kids with my sister",
        "kids at nan's so we painted the shed",
        "My pupils think I live in the library",
        "Photos of pupils were not allowed",
        "Year 6 marking, two pots of tea",
        "As a boy he dreamed of trains; at seventy he drives one",
        "When we were six and eight we hid here. Fifty years later, the same oak",
        "Дети у бабушки, мы в театре",
        "Фотографировать учеников мне запретили, вот герань",
        "Мальчишкой я бегал сюда за молоком, теперь стою с тростью",
    ],
    "titles, makes and figures": [
        "The Lass Morag, crabber, at Oban",
        "Vermeer's girl with a flute, print for sale",
        "anime girl wallpaper",
        "Kid Valdez vs Ortega, weigh-in",
        "gossip girl poster",
        "Теплоход «Юный моряк», затон",
        "Скульптура «Дети мира», сквер",
        "аниме девочка, обои",
        "Малыш и Карлсон, спектакль",
        "Станция «Малютка», табличка",
    ],
    "years of something else": [
        "8 месяцев ремонта, кухня готова",
        "Нам 12 лет брака",
        "разница у нас 9 лет",
        "жду 5 лет этого моста",
        "мне 14 лет... стажа, метро",
        "Year 8 Rioja, still closed",
    ],
}
RESTRICTED = [
    "My daughter meets the cardiologist",
    "A boy , a farmer and a dog",
    "Two girls hang on a bar",
    "the boys wait outside with crisps while dad has a beer",
    "A baby asleep in the Mustang",
    "A boy rides a horse",
    "A girl in a harness climbs",
    "Boy in red and black walks through grass",
    "A girl in a band plays the flute",
    "kids at school",
    "She left the baby in the pram",
    "My pupils on the stage",
    "When we were seven and nine",
    "A father and son fly a kite",
    "Сын с кардиологом",
    "Малыш и кот",
    "Мой малыш на море",
    "внук ест клубнику с грядки",
    "внук кормит гусей, ему пять, гуси довольны",
    "Дети у бабушки на даче",
    "Девочка у статуи",
]


@pytest.mark.parametrize("text", [text for texts in ALLOWED.values() for text in texts])
def test_a_word_for_the_young_restricts_nothing_where_nobody_young_is_meant(text: str) -> None:
    verdict = policy().verdict(text)
    assert not verdict.restricted, verdict


@pytest.mark.parametrize("text", RESTRICTED)
def test_an_excuse_belongs_to_the_person_it_excuses(text: str) -> None:
    assert policy().verdict(text).restricted
