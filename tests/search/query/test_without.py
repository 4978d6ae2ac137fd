from __future__ import annotations

import pytest

from withsense_tf.search.query import without
from withsense_tf.search.query.mentions import mentions
from withsense_tf.search.query.parse import parse_query
from withsense_tf.search.query.tokens import Cut, Token, tokens


@pytest.mark.parametrize(
    ("text", "terms"), [("a beach without dogs", ["dogs"]), ("пляж без собак", ["собак"]), ("a dog", [])]
)
def test_each_language_cuts_its_own_phrases(text: str, terms: list[str]) -> None:
    words = tokens(text)
    cuts = [cut for at in range(len(words)) for cut in without.cuts_at(words, at)]
    assert [words[first].text for cut in cuts for first, _ in cut.terms] == terms


def test_a_language_that_is_added_counts_in_queries_and_in_captions(monkeypatch: pytest.MonkeyPatch) -> None:
    def spanish(words: list[Token], at: int, strict: bool = True) -> Cut | None:
        return Cut(at, at + 2, ((at + 1, at + 2),)) if words[at].low == "sin" else None

    assert mentions("un hombre sin perro", "perro")
    monkeypatch.setattr(without, "LANGUAGES", (*without.LANGUAGES, spanish))
    assert parse_query("playa sin perro").without == ("perro",)
    assert not mentions("un hombre sin perro", "perro")


# Queries of my own: what is behind the bars is not wanted.
TAKEN = """
a beach no cars and no dogs | a beach | cars, dogs
a beach no cars, no dogs | a beach | cars, dogs
a beach no car and no dog | a beach | car, dog
a red house no trees no people | a red house | trees, people
a street at night no cars no people no bikes | a street at night | cars, people, bikes
a mountain lake no boats, no swimmers and no birds | a mountain lake | boats, swimmers, birds
a quiet harbour no ships nor cranes | a quiet harbour | ships, cranes
a bowl of fruit no bananas or apples | a bowl of fruit | bananas, apples
a beach no dogs or a cat | a beach | dogs, cat
a snowy field no fences and no tracks | a snowy field | fences, tracks
an empty square no pigeons and no tourists at dawn | an empty square at dawn | pigeons, tourists
a kitchen with no chairs and no table | a kitchen | chairs, table
a railway platform, no trains and no passengers | a railway platform | trains, passengers
a street no cars, but bikes | a street, bikes | cars
a street no cars but lots of bikes | a street, lots of bikes | cars
a beach with no people, only a dog | a beach, only a dog | people
an empty street, no people, but a dog | an empty street, a dog | people
a street without cars, bikes only | a street, bikes only | cars
a street with few cars and no people | a street with few cars | people
a city without cars, not far from the sea | a city, not far from the sea | cars
a girl not wearing a hat, without shoes | a girl not wearing a hat | shoes
a dog without its owner | a dog | owner
a baby without a hat | a baby | hat
people without umbrellas | people | umbrellas
a beach without people and dogs in summer | a beach in summer | people, dogs
a lake without boats. A hill except in fog | a lake. A hill except in fog | boats
a room no furniture | a room | furniture
a slope no snow | a slope | snow
a playground without swings and no slides | a playground | swings, slides
man no hat | man | hat
woman no dog | woman | dog
dog no leash | dog | leash
a horse no saddle, by a lake | a horse, by a lake | saddle
a horse in a meadow no riders | a horse in a meadow | riders
a market stall no customers and no flags | a market stall | customers, flags
city at night, no lights, no cars, no people | city at night | lights, cars, people
пляж без машин и без собак | пляж | машин, собак
пляж без машин, без собак | пляж | машин, собак
пляж ни машин, ни собак | пляж | машин, собак
пляж, ни машин, ни собак на рассвете | пляж, на рассвете | машин, собак
пляж ни машин ни собак | пляж | машин, собак
пляж, где ни машин, ни собак | пляж | машин, собак
пляж, где нет ни машин, ни собак | пляж | машин, собак
улица, нет ни людей, ни машин | улица | людей, машин
пляж нет машин и нет собак | пляж | машин, собак
улица нет машин нет людей | улица | машин, людей
поле, никаких деревьев и никаких домов | поле | деревьев, домов
дорога без людей, никаких машин | дорога | людей, машин
пляж, ни одной собаки | пляж | собаки
улица ночью: ни людей, ни машин | улица ночью | людей, машин
зимний лес, ни следов, ни людей | зимний лес | следов, людей
комната без мебели, без окон и без дверей | комната | мебели, окон, дверей
стол без еды, посуды и без скатерти | стол | еды, посуды, скатерти
мужчина без шляпы и без очков | мужчина | шляпы, очков
озеро, ни лодок, ни лебедей, ни уток | озеро | лодок, лебедей, уток
женщина сидит на скамейке, ни собак, ни машин | женщина сидит на скамейке | собак, машин
улица без людей, только собака | улица, только собака | людей
поле, никаких людей, одни коровы | поле, одни коровы | людей
собака у которой нет ни хвоста, ни ушей | собака | хвоста, ушей
собака, у которой нет хвоста | собака | хвоста
собака, которая без хвоста | собака | хвоста
дед, у которого ни зубов, ни волос | дед | зубов, волос
гора, над которой нет облаков | гора | облаков
дом, возле которого нет деревьев | дом | деревьев
стол, на котором ни чашек, ни тарелок | стол | чашек, тарелок
улица, ни машин, ни собак нет | улица | машин, собак
озеро, ни одного человека | озеро | человека
водитель без машины | водитель | машины
мост без людей ни машин | мост | людей, машин
пляж кроме собак | пляж | собак
люди на улице, кроме велосипедистов | люди на улице | велосипедистов
улица, исключая машины | улица | машины
улица за исключением машин | улица | машин
улица, не считая машин | улица | машин
собака не в воде | собака | воде
собака, но не на снегу | собака | снегу
собака не в воде и не на снегу | собака | воде, снегу
собака не в воде, а на песке | собака, на песке | воде
собака, а не кошка | собака | кошка
девушка не в шляпе | девушка | шляпе
a beach except dogs | a beach | dogs
a beach except for dogs and people | a beach | dogs, people
animals other than dogs | animals | dogs
a street excluding cars | a street | cars
a lake not counting boats | a lake | boats
a dog not in water | a dog | water
a dog that is not in the water | a dog | water
the dog is not on the grass | the dog | grass
a dog, but not a cat | a dog | cat
"""
LEFT = """
a no parking sign
a street with a no parking sign and a lamp
no smoking
no smoking and no food
a park, no swimming, no dogs
no parking no stopping
a wall no parking no stopping
no man's land
no dogs allowed on a beach
a beach no dogs allowed
a sign no dogs no cars
a beach no cars and no parking sign
no shirt no shoes no service
a shop no shirt no shoes no service
she is no angel and no saint
there are no cars and no people on the road
a man wearing no shoes and no hat
a man has no shoes and no hat
a house no one lives in
a film no country for old men
a room no bigger than a closet
a road no longer used
a man says no
a hotel no vacancy
street no name
a rider no fear
an exhibit no touching
a racing car no 5 and no 7
no pain no gain
a beach no matter the weather
no cars and no dogs on a beach
the song No Woman No Cry
a bridge no doubt old and no hurry
"a beach no cars and no dogs"
a cafe called "no cars, no dogs"
an empty street no people but a man
an empty street, no people, but a man
a street no cars but bikes
a field no trees but one
a street with no people except a man
a street without cars, except taxis
a street without cars or bikes on it, except for a taxi
a street, no people apart from a boy
a garden with no flowers barring roses
a beach no people unless surfers
a tree without a single leaf but one
a dog without a leash but for a rope
a woman alone on a beach, no people
a beach with almost no people
a beach almost without people
a beach that is often without people
a man never without his hat
a dog that does not walk without a leash
a dog can't walk without a leash
nobody without a helmet
the beach isn't without people
a forest with no trees without snow
a park without cars and children playing
an old house without doors and windows are broken
человек не любит ни собак, ни кошек
собака не ест ни рыбу, ни мясо
не видно ни машин, ни людей
ни рыба ни мясо
дом ни кола ни двора
ни пуха ни пера
ни один человек
ни одна машина не едет
щенок ни разу не видел снега
ни машин, ни собак на пляже
ни свет ни заря
«пляж ни машин, ни собак»
знак «без машин и без собак»
табличка без машин и без собак
где бы ни был человек
дед ни собак, ни кошек не любит
дед, ни кошек, ни собак терпеть не может
дед, который ни собак, ни кошек не держит
собака ни воды, ни огня не боится
кот, ни кожи ни рожи
кот, ни рыба ни мясо
пляж, ни слуху ни духу
собака, ни дать ни взять волк
дом, ни конца ни края
улица без людей, кроме мужчины
улица, никого, кроме мужчины
улица без людей, только мужчина
женщина на пляже без людей
женщина сидит на скамейке, ни людей, ни машин
пляж, ни людей, ни собак, кроме одной
озеро, ни одного человека, кроме рыбака
двор, никаких машин, кроме красной
сад без цветов, за исключением роз
сад без цветов, не считая роз
поле без деревьев, разве что берёза
пляж почти без людей
пляж, где почти нет людей
собака не гуляет без поводка
дед никогда не ходит без шляпы
деду не жить без собаки
нельзя представить море без чаек
редко бывает пляж без людей
не бывает роз без шипов
лес, нет ни одного дерева без снега
место, откуда нет дороги
кот, что без хвоста
собака не бежит
собака не в духе
кроме собаки на снимке кошка
пляж, где кроме собак есть кошки
мужчина не в себе
a man not in a hurry
a dog except in water
everyone except the man in red
кто угодно кроме человека в красном
"""


@pytest.mark.parametrize("row", TAKEN.strip().splitlines())
def test_each_thing_of_a_list_is_taken_out(row: str) -> None:
    text, positive, terms = row.split(" | ")
    query = parse_query(text)
    assert (query.text, list(query.without)) == (positive, terms.split(", "))


@pytest.mark.parametrize("text", LEFT.strip().splitlines())
def test_what_is_a_sign_a_title_a_manner_of_speaking_or_quoted_stays(text: str) -> None:
    query = parse_query(text)
    assert (query.text, query.without) == (text, ())


def test_both_sides_are_many() -> None:
    assert min(len(TAKEN.strip().splitlines()), len(LEFT.strip().splitlines())) >= 30


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("собака не бежит", "не"),
        ("a dog isn't in a car", "isn't"),
        ("a beach, besides dogs", "besides"),
        ("everyone except the man in red", "except"),
        ("a lifeguard runs to save a man", None),
        ("a man no shirt at the beach", "no"),
        ("a no parking sign", None),
        ("a road no longer used", None),
        ("a dog on a beach", None),
        ('a sign "not here"', None),
    ],
)
def test_what_may_exclude_but_was_not_read_is_named(text: str, word: str | None) -> None:
    assert without.unread_exclusion(tokens(text)) == word
