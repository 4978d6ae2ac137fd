from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from app_places import Place

from withsense_tf.app.answers import SearchAnswer
from withsense_tf.app.photo_service import PhotoService, absent, withheld
from withsense_tf.app.questions import Question, find
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.search.search import Search


def test_a_withheld_photo_leads_to_the_rule_and_an_absent_one_nowhere(place: Place) -> None:
    service = PhotoService(place.settings())
    with service.doorway("BB") as named, service.doorway(None) as strictest:
        assert withheld(named.door).headers == {"Link": '</api/v1/law?country=BB>; rel="blocked-by"'}
        assert withheld(strictest.door).headers == {"Link": '</api/v1/law>; rel="blocked-by"'}
        assert (withheld(named.door).status, absent().status, absent().headers) == (451, 404, {})
    service.close()


def test_however_many_ask_few_threads_search_and_each_gets_its_own_answer(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = PhotoService(place.settings(country="BB", searches=2))
    queries = [f"a {colour} wall" for colour in ("red", "green", "blue", "navy", "crimson", "grey")]
    threads: set[str] = set()
    search = Search.__call__

    def noted(self: Search, *args: object, **settings: object) -> object:
        threads.add(threading.current_thread().name)
        return search(self, *args, **settings)  # type: ignore[arg-type]  # they are handed on as they came

    monkeypatch.setattr(Search, "__call__", noted)

    def ask(query: str) -> SearchAnswer:
        return find(service, Question(query, 3, minimum=0.0))

    with ThreadPoolExecutor(6) as clients:
        together = list(clients.map(ask, queries))
    assert together == [ask(query) for query in queries]
    assert [answer.query for answer in together] == queries
    assert len(threads) <= 2
    with pytest.raises(ProblemError):
        ask("a child")
    service.close()


@pytest.mark.slow
def test_sentences_that_the_second_reader_names_are_there_before_the_first_text_that_needs_them(
    place: Place,
) -> None:
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from withsense_tf.app.photo_service import PhotoService\n"
        "from withsense_tf.app.settings import AppSettings\n"
        f"service = PhotoService(AppSettings(Path({str(place.index)!r})))\n"
        "from withsense_tf.policy.reader.second_reader import _examples\n"
        "before = _examples.cache_info().currsize\nservice.warm_up()\n"
        "print(before, _examples.cache_info().currsize, 'spacy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "1", "False"]
