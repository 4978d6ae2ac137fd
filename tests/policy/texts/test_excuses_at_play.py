"""Excuses by kind: what lifts a grown-up, a thing, a figure or somebody absent lifts no child that is there."""

from __future__ import annotations

import pytest

from withsense_tf.policy.texts.text_policy import TextPolicy

# A kind of excuse -> sentences in which a child is to be seen all the same.
CHILDREN = {
    "trades and ranks, as they are worn or played": """
My son the pilot, cockpit made of cardboard|Daughter, firefighter for carnival|Our boy, sergeant of the sandpit
My girl, a vet for her teddies|Nephew the surgeon operates on a doll|Boy, navy costume
Girl, army boots from the toy box
Little brother is now a judge in a paper wig|The boys' wedding outfits for the nursery play
Дочка-стоматолог, у плюшевого крокодила болит зуб|Сын — машинист, паровоз картонный|Внук пожарный на утреннике
Сестрёнка - продавец, товар из песочницы|Внучка, теперь учительница, ученики плюшевые
""",
    "deeds and goods of grown-ups, at play": """
Son bought a flat, cardboard and glue|Daughter passed her driving test on a tricycle
The boy and his wife, both dolls of hers
Girls who married their teddies|Boys on shift in the sandbox|The girl in her office, crayons everywhere
Little sister got married to her teddy under the table
Внучка купила машину, педальную|Сын открыл кафе, в меню куличики|Мальчик женился понарошку
Внук служит в полку солдатиков
Дети разъехались кто на чём: ледянки и санки
""",
    "childhood remembered": """
The sun sets as a girl in green clothes walks at the right|A dog leaps as a boy in blue stands at the shore
Waves break as a young girl from the village looks at them|Snow falls as a child in a red hood waits at the gate
A kite rises as a boy at the edge points at the sky
""",
    "nights, trips and weekends": """
Girls' night with dolls and cocoa|Boys' weekend with lego on the floor
Girls' trip to grandma's with colouring, crayons and naps
Boys' holiday, sandpit all day|The girls on tour of the nursery|Lads on leave from kindergarten
Девочки на девичнике кукол|Мальчики в гараже собирают самокат|Пацаны в бане, мылят игрушечный танк
""",
    "greetings": """
Hello girls, show me your teeth|Evening kids, into your pyjamas|Morning boys, pancakes are ready
Sorry baby, no more milk
Look kids, a rainbow over the pond|Right boys, hands washed before tea
Малыш, давай ладошку|Крошка, моя хорошая, улыбнулась|Мальчики, смотрите, птичка
Детка, прости, мультиков больше нет
""",
    "credits and presents": """
Photo: my daughter under the apple tree|Portrait: our son at the window|Shot: my grandson among the tulips
Card from my son, he holds it up|Cake from our kids, hands in the icing|Flowers from my daughter, she hugs me
Фото: дочь под яблоней|Фото внука с удочкой|Снимок внучки на пони|Снято: сын у окна|Фото — внук и арбуз
""",
    "things, and somebody in or with them": """
Kids room, both asleep at last|Children's pool splashing at noon|Kids playground full after rain
Toddler hat, she giggles under it
Newborn socks, he sleeps|School uniform on my youngest son for the first time|Baby hair in a bow
Feeding the toddler food from a jar
Пушистая девочка в комбинезоне|Хвостатый мальчик: костюм динозавра|Меховой малыш, шапка с ушами
Крошка на руках у бабушки
""",
    "figures and names": """
Snow boy digs a tunnel|Sand girl builds a tower|Ice boy at the rink|Jones kids band, toy guitars
Kids choir, nativity costumes
Young girls group in pretend make up with dolls
Кукла — девочка держит|Кукла - мальчик несёт|Матрёшка — девочка показывает
""",
    "said to be absent, and yet there": """
The kids at nan's, so we filmed the baking|Kids not allowed out watch the rain
Leaving the kids at the gate, last wave
Children are away with the pirates on the climbing frame|My pupils think hard with hands on heads
Не дети, а ураган: втроём разнесли кухню|Без детей никуда, вот они в обнимку|Учеников не удержать, звонок
Детей не оторвать от горки
Ни одного ребёнка без подарка
""",
}
# What such words excuse in earnest.
GROWN = """
My son the captain at sea|Her daughter is a doctor at the county hospital|My kid brother is a fireman in Leeds
Her son and his wife at the vineyard
Boys from the garage after the night shift|Son promoted to captain of the regiment
Her boys are both engineers in Berlin
Girls' night out with prosecco|The lads on a stag do in Prague, tutus on
Boys' weekend in Vegas, poker and cigars|Goodnight lads, last pints
Photo by my son of the old lighthouse|Present from my daughter on the desk|We left the kids with my sister
No children allowed in the sauna
Kids room with bunk beds and no one|Baby hair brush on a shelf|Toddler coat with a hood on a hanger
School uniforms in a shop window
Marble girl holding a dove|Bronze boy rides a dolphin|Sour Patch Kids in a bag|Poster for The Kids Are Alright
A teenager at heart, grandad on the swing|Hen party girls in tutus|My daughter the vet with a plush fox
The boys from the band with a plastic cup of beer each|My son the architect at his cardboard model
Дочь — врач скорой помощи|Сын-офицер на параде|Девчонки из отдела продаж на корпоративе
Младшая сестра вышла замуж
Младший брат защитил диссертацию|Дети выросли, оба лейтенанты|Сын снял квартиру у метро
Мальчики в гараже пьют пиво
Моя малышка — BMW E30|Пушистый малыш мурчит на подоконнике|Статуя мальчика держит рыбу
Мурал: девочка обнимает шар
Снимал сын, маяк на закате|Дети у бабушки, мы в кино|Фотографировать учеников запретили|Отель без детей
Девочки из бухгалтерии пьют какао|Сын купил квартиру у метро, картонные коробки
Мужики как дети: снежки у проходной|Вечный ребёнок дядя Толя на батуте
"""


def sentences(text: str) -> list[str]:
    return text.strip().replace("\n", "|").split("|")


@pytest.mark.parametrize("kind", CHILDREN)
def test_an_excuse_takes_no_child_that_is_there(kind: str) -> None:
    texts = sentences(CHILDREN[kind])
    allowed = [
        text for text, one in zip(texts, TextPolicy().verdicts(texts), strict=True) if not one.restricted
    ]
    assert allowed == []


def test_what_is_excused_in_earnest_stays_so() -> None:
    texts = sentences(GROWN)
    assert [
        text for text, one in zip(texts, TextPolicy().verdicts(texts), strict=True) if one.restricted
    ] == []
