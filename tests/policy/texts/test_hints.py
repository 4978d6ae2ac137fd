"""What tells of the small by hints alone, and what grown-ups, goods and figures share with them: kind by kind."""

from __future__ import annotations

import functools

import pytest

from withsense_tf.policy.texts.text_policy import TextPolicy

pytestmark = pytest.mark.closed
policy = functools.cache(TextPolicy)

RESTRICTED = {
    "things and places": [
        "Stair gate defeated, she is halfway up already",
        "Asleep in the Maxi-Cosi outside the cafe",
        "Cot bars, two fists, one furious face",
        "Thumb in, rabbit under her arm",
        "Wellies on the wrong foot again",
        "Missed his nap and told the whole bus",
        "Боковые колёсики сняли, поехал сам",
        "Лежит на животике и сердится",
        "Пошла! Сама! До дивана и обратно",
        "Ест с ложечки за маму, за папу",
    ],
    "school and troops": [
        "Parents' evening, his peg has a rocket on it",
        "Sixth class girls after the county final",
        "Year 4 egg drop, not one survived",
        "yr 2 trip to the aquarium",
        "He's in P3 now, the tie lasted a minute",
        "Reception starts tomorrow",
        "Brownies round the fire singing",
        "4 кл, экскурсия на хлебозавод",
        "#тихийчас #детсад",
        "утренник, самая маленькая снежинка плачет",
    ],
    "ages told sideways": [
        "Double figures today!",
        "Me, six, on the beach at Skegness",
        "I'd have been about seven, with my brother",
        "Three hours old and already hungry",
        "His 5th, bouncy castle in the rain",
        "Sixteen months between them",
        "В свои восемь читает Жюля Верна",
        "Самому девять, а торгуется как взрослый",
        "Первый десяток позади, шары и торт",
        "Паспорт получать через три года",
    ],
    "rites and firsts": [
        "1st haircut on daddy's lap",
        "Finally tall enough for the log flume",
        "Nativity: mine was the innkeeper's sheep",
        "Покрестили вчера, спал всю службу",
        "Выписка, нас теперь четверо",
        "pervyj zub u nas",
    ],
    "plays and mishaps": [
        "He fell asleep on my back halfway up the hill",
        "Playing mums and dads behind the shed",
        "Коленки в зелёнке, самокат в луже",
        "Надела мамины туфли и пошла на работу",
        "Разбитая коленка, пластырь с динозавром",
        "Слов ещё не знает, но спорит",
    ],
    "an excuse that belongs to somebody else": [
        "teddy in the toy pram, dummy in her own mouth",
        "катает куклу в коляске, сама в памперсе",
        "Two young boys roll down a grassy hill",
        "Ребёнок и пёс",
        "мальчик с собакой",
    ],
}
ALLOWED = {
    "grown-ups by age, trade or memory": [
        "My kid brother, 44, and his boat",
        "Baby of the family at 61",
        "Happy 40th to my baby, love mum",
        "Our son, 36, moved the piano",
        "Boys of the 1952 crew at the reunion",
        "Внук мой, электрик, чинит щиток",
        "Детки мои: лётчик и врач",
        "Пацанами мы тут купались",
        "Дочь на восьмом месяце, гуляем",
    ],
    "metaphors": [
        "Like kids in a toy shop, five accountants at the model railway fair",
        "The girl in me still wants the pony",
        "Boys will be boys, said the judge of the two colonels",
        "My roses are my children",
        "Малышка моя, нива, опять в грязи",
        "Устами младенца, сказал тамада",
    ],
    "adults at play": [
        "Hen do at soft play, nobody under 30",
        "The sales team on the bouncy castle",
        "Three groomsmen in suits on a bouncy castle",
        "A man dressed as Batman runs a race",
        "Кум уснул в слюнявчике с раками",
    ],
    "figures and goods": [
        "Anime schoolgirl figure, boxed",
        "CPR manikin, infant, on a table",
        "Silver christening spoon, 1890, small dent",
        "Nappies, 40 pack, size 3",
        "Девочка углём, учебный рисунок",
        "Пустая купель",
    ],
    "ages of others": [
        "Bump at 30 weeks",
        "7 months sober",
        "Year 3 of the drought",
        "Тридцать недель, пузо и арбуз",
        "Такса 4,5 месяца, грызёт диван",
        "10 лет без сахара",
        "Мой трёхлетка: жеребец, гнедой",
    ],
    "names": [
        "Trawler Highland Lass at the quay",
        "P2 car park, level one",
        "Old school barber",
        "Подлодка «Малютка» в музее",
        "Крестины ледокола",
        "Постер «Маленьких женщин»",
    ],
}


@pytest.mark.parametrize("kind", RESTRICTED)
def test_a_hint_at_somebody_small_is_restricted(kind: str) -> None:
    texts = RESTRICTED[kind]
    assert len(texts) > 4
    assert [text for text in texts if not policy().verdict(text).restricted] == []


@pytest.mark.parametrize("kind", ALLOWED)
def test_what_only_shares_words_with_children_is_allowed(kind: str) -> None:
    texts = ALLOWED[kind]
    assert len(texts) > 4
    assert [text for text in texts if policy().verdict(text).restricted] == []
