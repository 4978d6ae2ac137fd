"""What could excuse a Russian text excuses nobody who is young in it."""

from __future__ import annotations

import functools

import pytest

from withsense_tf.policy.texts.text_policy import TextPolicy

pytestmark = pytest.mark.closed
policy = functools.cache(TextPolicy)

KIN = ["Сын", "Дочь", "Внук", "Племянница"]
JOBS = ["программист", "бухгалтер", "аспирантка"]
JOBS_OF = ["врача", "лесника", "полковника", "моряка"]
WHERE = ["на пляже", "в саду", "у фонтана"]
YOUNG_ACTORS = ["Гимнастка 9 лет", "Скрипач, 11 лет", "Гульнара, 7 лет", "Лилит, 9 лет"]
BEHIND = ["клуб «Олимп»", "школа № 5", "машина и дача", "кот на руках", "на сцене"]
RESTRICTED = [
    # who works is no child, and who only stands beside is none of them
    "Мои девочки: гимнастки, первый разряд",
    "Девочки: Аня, Соня и Лиза, на пляже",
    "Мои девочки и парикмахерша Света",
    "Мальчики и грузчики у подъезда",
    "Ребята из таксопарка рисуют с сыном, 6 лет",
    "Внук и слесарь у крана",
    "Внук и десантник у моря",
    "Дети в поликлинике: врач, медсестра",
    "Пацаны на горке, рядом отцы, всем за тридцать",
    "Мальчики, с днём рождения! Торт, шары",
    "Юниор Паша, двенадцать лет, на старте",
    "Сынок мой сам уже деда обыгрывает",
    "Сынок мой, дед и щенок",
    "Тройняшки и пенсионерки на рынке",
    "Тройняшки-первоклашки на линейке",
    "Дед и Маша хохочут как первоклассники",
    "Мужики смотрят, как школьники играют в футбол",
    # what somebody measured at birth, with no word of it
    "вроде семья как семья: муж, я, кот и 52 сантиметра счастья",
    "Теперь нас трое, и 50 сантиметров радости спит",
    "Младшая сестра на горке",
    "Как выросли дети, сентябрь",
    # things
    "Бэби в леггинсах на ковре",
    "наш бэби, крем на носу",
    "Ползунки и распашонки, наш Егорка на распродаже",
    "Девочка с костылём, гипс, травмпункт",
    "Девочка с медалью, бронза на первенстве",
    "Мальчик с мамой, бронза на турнире",
    "Картина, девочка смотрит",
    "Вывеска, девочка смеётся",
    "Мальчик, бронзовая медаль",
    "Детка ест чеснок и плачет",
    "Детка у орхидеи",
    "Моё дитя: самодельный костюм снежинки",
    "Моё дитя на катамаране",
    "Младшая группа, крови нет, зубы целы",
    # beasts
    "Кот и Малыш на ковре",
    "Собака мальчика ждёт у школы",
    "Медвежонок и сирота у ёлки",
    "Собака возле него и кошка, 9 лет",
    "Бабушка, 90 лет, Лёва и кот, 7 лет",
    "Пони трёхлетнего Вани",
    "Лёва, 4 года, рычит на камеру",
    "Соня, пять лет, лает вместе с собакой",
    # ages
    "Моей ласточке 12 лет, поёт в хоре",
    "Моей малышке 6 лет, пробег на сто метров",
    "Шесть лет, как она похожа на папу!",
    "Ей семь лет, как мы бежали к ней",
    "Даше семь лет, как я скучаю",
    "Шесть лет Эмилю, готовит с поваром",
    "Пять лет Эльдар отмечает с тортом",
    "Пять лет без мамы",
    "Беременная Дарья и Лёва, 20 недель",
    "Беременная мама и Дарья, 8 месяцев",
    "Последний звонок, всем по десять",
    "Дети у костра, экспедиции девять лет",
    "Юнги у костра, всем одиннадцать лет",
    "Аня от 0 до 5",
    "Вова, 7 в саду",
    "14 и первый паспорт",
    "#дочка #7лет #море",
    "#сынок #мама #32года",
    "#племянница #мама22года #дайвинг",
    "#девочки #мороженое #нам4",
    "#дети #20летвместе #семья",
    # who is not there, and who is
    "Дети ушли в поход, первый привал",
    "Школьники уже ушли, остался один первоклашка",
    "Бабушка, в коляске спит Аня",
    "Дед везёт в коляске кого-то с соской",
    "Бабушка в коляске укачивает Ваню",
    # what only the young have
    "Соска упала, теперь крик на весь автобус",
    "Педиатр осматривает Лизу, Лиза ревёт",
    "Гоша на приёме у педиатра",
    "Лёва получает первый паспорт",
    "Взвесили Варю: 9 кг ровно",
    "Тёма весит одиннадцать килограммов",
    "ясли, общее фото, 1978",
    "Я маленький, у ёлки",
    "Няня и близнецы",
    "Крошечная ладонь в ладони отца",
    "До школы ещё два года, а уже читает",
    "Костюм зайца, утренник, слёзы",
    "Дочь полка, тринадцать, с автоматом",
    # in Latin letters
    "vanya_i_kot_5_let.jpg",
    "masha_s_koshkoy_3_goda.jpg",
    "kot_i_vanya_5_let.jpg",
    "3_mesyaca_telenok_i_masha.jpg",
    "otpusk_i_dima_3_goda.jpg",
    "kolyaska_mama_prodam.jpg",
    "vnuk_i_student.jpg",
    "vnuk_kapitana_na_kachelyah.jpg",
    "malchiki_s_papoy_v_garazhe.jpg",
    "malysh_i_karlson_v_sadike.jpg",
    "statuya_i_devochka.jpg",
    "yubiley_babushki_i_vnuk.jpg",
    "vstrecha_s_vnukom.jpg",
    "korporativ_i_deti.jpg",
    "deti_i_babushka_na_pensii.jpg",
    "rebenok_s_papoy_iz_armii.jpg",
    "Марат, 10 лет, вахта у деда",
    "Марина, 8 лет, мама в декрете",
]
ALLOWED = [
    "Девочки-бухгалтеры на пикнике",
    "Барсик, пять лет, рычит на пылесос",
    "Последний звонок, всем по семнадцать",
    "Алсу, стаж 9 лет, у доски",
    "Рома уже 8 кило вишни собрал",
    "Близнецы-студенты на паре",
    "Крошечная чашка в ладони",
    "До школы ехать далеко, учитель на лыжах",
    "Рекламный утренник мебели",
    "Сын полка: так прозвали приблудного пса",
    "Первый паспорт прадеда, 1932 год, музей",
    "Ясли с сеном и ягнята",
    "devochki_iz_buhgalterii.jpg",
    "korporativ_malchiki.jpg",
    "malyshka_moya_bmw.jpg",
]


@pytest.mark.parametrize("text", RESTRICTED)
def test_no_excuse_frees_who_is_young(text: str) -> None:
    assert policy().verdict(text).restricted


@pytest.mark.parametrize("text", ALLOWED)
def test_what_says_nothing_of_the_young_is_allowed(text: str) -> None:
    assert not policy().verdict(text).restricted


@pytest.mark.parametrize("job", JOBS_OF)
def test_the_job_of_a_parent_is_not_the_childs(job: str) -> None:
    texts = [f"{who} {job} {where}" for who in KIN for where in WHERE]
    assert [text for text in texts if not policy().verdict(text).restricted] == []


@pytest.mark.parametrize("job", JOBS)
def test_who_has_a_job_is_grown(job: str) -> None:
    texts = [f"{who}{is_}{job}" for who in KIN for is_ in ("-", " — ")]
    assert [text for text in texts if policy().verdict(text).restricted] == []


@pytest.mark.parametrize("behind", BEHIND)
def test_an_age_is_not_that_of_what_stands_behind_a_comma(behind: str) -> None:
    texts = [f"{who}, {behind}" for who in YOUNG_ACTORS]
    assert [text for text in texts if not policy().verdict(text).restricted] == []
