"""Search: any part of a name in any of the languages, proved against the index that terminals use."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.search import fold, match, terms

texts = st.text("абвёйқәғ ЁЙҚ ქართ Zäé19-,", max_size=30)


def found(index: sqlite3.Connection, query: str) -> list[int]:
    asked = match(query)
    if asked is None:
        return []
    sql = "SELECT kept.id, kept.words FROM s JOIN kept ON kept.id = s.rowid WHERE s MATCH ?"
    rows = index.execute(sql, (asked[0],))
    return [row[0] for row in rows if all(piece in row[1] for piece in asked[1])]


def index_of(*names: str) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE s USING fts5(words, content='', tokenize='trigram', detail=none)")
    db.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, words TEXT)")
    for number, name in enumerate(names, 1):
        db.execute("INSERT INTO s(rowid, words) VALUES (?, ?)", (number, terms(name)))
        db.execute("INSERT INTO kept VALUES (?, ?)", (number, terms(name)))
    return db


@given(texts)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_no_query_breaks_the_index(text: str) -> None:
    assert found(index_of("Молоко"), text) in ([], [1])


@given(texts, st.data())
def test_a_part_of_a_word_finds_it(name: str, data: st.DataObject) -> None:
    words = [w for w in fold(name).split() if len(w) >= 3]
    if words:
        word = data.draw(st.sampled_from(words))
        start = data.draw(st.integers(0, len(word) - 3))
        end = data.draw(st.integers(start + 3, len(word)))
        assert found(index_of(name), word[start:end]) == [1]


@pytest.mark.parametrize(
    "query",
    ["м", "мо", "мол", "МОЛОКО", "локо", "деревенское", "дерев моло", "молоко дерев", "3,2", "сүт", "რძ", "Milk"],
)
def test_each_way_to_ask_for_milk_finds_it(query: str) -> None:
    index = index_of("Молоко «Деревенское» 3,2% Сүт რძე milk", "Хлеб")
    assert found(index, query) == [1]


@pytest.mark.parametrize(("query", "name"), [("елка", "Ёлка"), ("чёрный", "Чай черный"), ("creme", "Crème")])
def test_letters_that_people_type_in_several_ways_are_one(query: str, name: str) -> None:
    assert found(index_of(name), query) == [1]


def test_short_i_is_a_letter_of_its_own() -> None:
    assert found(index_of("Чай"), "чаи") == []


def test_one_letter_finds_beginnings_only() -> None:
    assert found(index_of("рис", "гречка ядрица"), "я") == [2]
    assert found(index_of("рис", "гречка ядрица"), "ч") == []


def test_all_words_of_a_query_must_be_there() -> None:
    assert found(index_of("Чай зелёный", "Чай чёрный"), "чай зел") == [1]


@pytest.mark.parametrize("query", ["", "   ", '"', "%", "' OR 1=1 --", "NEAR("])
def test_signs_ask_for_nothing_or_for_words_only(query: str) -> None:
    assert found(index_of("Молоко"), query) == []
