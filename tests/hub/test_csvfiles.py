"""A retailer's own files: read as they come, bad rows named, and nothing in them can break the reader."""

import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.hub.csv_rows import BarcodeRow, PriceRow, ProductRow, StaffRow, StockRow
from sync.hub.csvfiles import BadRow, FileRefused, Kind, read_rows

HEAD = "sku,name,vat\n"


@pytest.fixture
def read(tmp_path):
    """Write a file of that text or bytes and read it whole: good rows, bad rows."""

    def go(kind, content, name="file.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        rows = list(read_rows(path, kind, "KZT"))
        return [r for r in rows if not isinstance(r, BadRow)], [r for r in rows if isinstance(r, BadRow)]

    return go


def test_a_product_has_its_words_in_every_language_given(read):
    rows, bad = read(Kind.PRODUCTS, "sku,name_en,name_ru,vat,unit\n1,Lamp,Лампа,16 %,KG\n2,,Ваза,0,\n")
    assert not bad
    assert isinstance(rows[0], ProductRow)
    assert (rows[0].names, rows[0].vat_rate, rows[0].unit) == ({"en": "Lamp", "ru": "Лампа"}, 1600, "kg")
    assert (rows[1].names, rows[1].unit, rows[1].tint) == ({"ru": "Ваза"}, "pcs", "sand")


def test_a_plain_name_stands_in_for_the_first_language(read):
    rows, _ = read(Kind.PRODUCTS, "sku,name,name_ru,name_en,vat\n1,Lamp,Лампа,,16\n2,Vase,,Glass vase,16\n")
    assert rows[0].names == {"en": "Lamp", "ru": "Лампа"}
    assert rows[1].names == {"en": "Glass vase"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_encoding_delimiter_and_line_end_gives_the_same_rows(read, encoding, delimiter, newline):
    lines = [["sku", "name_ru", "vat"], ["1", f'"Лампа{delimiter} ""Кюн"""', "16"], ["2", "Чайник", "0"], [""]]
    text = newline.join(delimiter.join(line) for line in lines)
    rows, bad = read(Kind.PRODUCTS, text.encode(encoding))
    assert not bad
    assert [(r.sku, r.names["ru"]) for r in rows] == [("1", f'Лампа{delimiter} "Кюн"'), ("2", "Чайник")]


def test_cp1251_is_found_after_a_megabyte_of_plain_rows(read):
    plain = "".join(f"{i},Lamp,16\n" for i in range(80_000))
    rows, bad = read(Kind.PRODUCTS, (HEAD + plain).encode() + "x,Лампа,16\n".encode("cp1251"))
    assert not bad
    assert rows[-1].names == {"en": "Лампа"}


def test_one_broken_byte_in_a_utf8_file_spoils_one_row_only(read):
    rows, bad = read(Kind.PRODUCTS, (HEAD + "1,Лампа,16\n2,Ва").encode() + b"\xff" + "за,16\n3,Чайник,16\n".encode())
    assert [r.sku for r in rows] == ["1", "3"]
    assert [(b.line, b.reason) for b in bad] == [(3, "The row has characters that are not text.")]


def test_a_bad_row_is_named_by_line_column_value_and_reason_and_the_others_go_on(read):
    rows, bad = read(Kind.PRODUCTS, HEAD + "1,Lamp,16\n2,Vase,0.16\n,Pot,16\n4,,16\n5,Pan,16\n", "goods.csv")
    assert [r.sku for r in rows] == ["1", "5"]
    assert [(b.file, b.line, b.column, b.value) for b in bad] == [
        ("goods.csv", 3, "vat", "0.16"),
        ("goods.csv", 4, "sku", ""),
        ("goods.csv", 5, "name", ""),
    ]
    assert str(bad[0]).startswith("goods.csv, line 3, vat: “0.16” may mean percent")


def test_lines_are_counted_through_fields_of_several_lines(read):
    _, bad = read(Kind.PRODUCTS, HEAD + '1,"Lamp\nKün",16\n\n2,Vase,x\n')
    assert [(b.line, b.column) for b in bad] == [(5, "vat")]


def test_a_quote_that_is_not_closed_costs_its_own_lines_only(read):
    rows, bad = read(Kind.PRODUCTS, HEAD + '1,Lamp,16\n2,"Vase,16\n3,"Pot",16\n4,Pan,16\n')
    assert [r.sku for r in rows] == ["1", "4"]
    assert bad[0].line == 3
    assert "lines 3 to 4" in bad[0].reason


def test_a_row_with_too_few_or_too_many_fields_is_bad_but_empty_ones_at_the_end_are_not(read):
    rows, bad = read(Kind.PRODUCTS, HEAD + "1,Lamp\n2,Vase,16,7\n3,Pot,16,,\n")
    assert [r.sku for r in rows] == ["3"]
    assert [b.line for b in bad] == [2, 3]
    assert "2 fields, the header has 3" in bad[0].reason


def test_a_product_twice_in_a_file_is_named_with_the_line_of_the_first(read):
    rows, bad = read(Kind.PRODUCTS, HEAD + "1,Lamp,16\n2,Vase,16\n1,Lamp,5\n")
    assert [r.vat_rate for r in rows] == [1600, 1600]
    assert [(b.line, b.column, b.value, b.reason) for b in bad] == [
        (4, "sku", "1", "This sku stands in line 2 already.")
    ]


def test_stock_is_one_row_for_each_product_and_location(read):
    many = "".join(f"1,place{i},1\n" for i in range(100))
    rows, bad = read(Kind.STOCK, "sku,location,on_hand\n" + many + "2,place3,1.5\n1,place3,9\n1,place99,9\n")
    assert len(rows) == 101
    assert rows[-1] == StockRow("2", "place3", 1500, "")
    assert [b.line for b in bad] == [103, 104]


def test_a_barcode_needs_its_check_digit_and_belongs_to_one_product(read):
    text = "barcode,sku\n4870012100212,1\n4870012100213,1\n036000291452,2\n96385074,3\n0036000291452,4\n"
    rows, bad = read(Kind.BARCODES, text)
    assert rows[0] == BarcodeRow("04870012100212", "1")
    assert [r.gtin for r in rows] == ["04870012100212", "00036000291452", "00000096385074"]
    assert [(b.line, b.column) for b in bad] == [(3, "barcode"), (6, "barcode")]


def test_the_same_price_may_stand_for_different_dates(read):
    text = (
        "sku,price,regular,valid_from,valid_until,label_en\n1,100,,,,\n1,90,100,2026-01-01,2026-01-31,−10 %\n1,80,,,,\n"
    )
    rows, bad = read(Kind.PRICES, text)
    assert rows[0] == PriceRow("1", "", 100_00, None, None, None, {})
    assert (rows[1].regular, rows[1].end - rows[1].start, rows[1].labels) == (100_00, 31 * 86_400_000, {"en": "−10 %"})
    assert [b.line for b in bad] == [4]


def test_a_pin_is_never_shown(read):
    rows, bad = read(Kind.STAFF, "staff,name,role,pin\na,Asel K.,cashier,2580\nb,Damir T.,lead,secret99\n")
    assert isinstance(rows[0], StaffRow)
    assert "2580" not in repr(rows[0])
    assert rows[0].pin == "2580"
    assert "secret" not in str(bad) + repr(bad)


def test_unknown_columns_are_named_once_and_known_ones_are_not(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("SKU, Name_RU ,vat,colour,name_\n1,Лампа,16,red,x\n", encoding="utf-8")
    with read_rows(path, Kind.PRODUCTS, "KZT") as rows:
        assert rows.ignored == ("colour", "name_")
        assert next(rows).sku == "1"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"name,vat\nLamp,16\n", "“sku” is missing. The first line has: name, vat."),
        (b"sku,vat\n1,16\n", "“name” is missing"),
        (b"", "“sku” is missing. The first line has: nothing."),
        (b"sku,name,vat,sku\n", "twice: sku"),
        ("sku,name\n".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04\0\0\0", "not text"),
        (b'"sku,name,vat\n1,Lamp,16\n', "not closed"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, content, reason):
    path = tmp_path / "p.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        read_rows(path, Kind.PRODUCTS, "KZT")
    assert reason in str(refused.value)


def test_controls_and_marks_that_turn_text_are_refused(read):
    rows, bad = read(Kind.PRODUCTS, HEAD + "1,La\0mp,16\n2,La\u202emp,16\n3,Lamp,16\n")
    assert [r.sku for r in rows] == ["3"]
    assert [b.line for b in bad] == [2, 3]


def test_a_line_of_many_megabytes_is_left_out_in_little_memory(tmp_path):
    path = tmp_path / "p.csv"
    with path.open("wb") as file:
        file.write(HEAD.encode() + b"1,Lamp,16\n2," + b"x" * 20_000_000 + b",16\n3,Pot,16\n4," + b"y" * 3000 + b",16\n")
    tracemalloc.start()
    rows = list(read_rows(path, Kind.PRODUCTS, "KZT"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [r.sku for r in rows if not isinstance(r, BadRow)] == ["1", "3"]
    assert [(b.line, b.column) for b in rows if isinstance(b, BadRow)] == [(3, ""), (5, "name")]
    assert peak < 8_000_000


def test_a_quote_opened_before_a_hundred_thousand_rows_does_not_swallow_them_all(read):
    rows, bad = read(Kind.PRODUCTS, HEAD + '0,"Lamp,16\n' + "".join(f"{i},Vase,16\n" for i in range(1, 100_000)))
    assert len(rows) > 80_000
    assert len(bad) == 1


def test_progress_goes_from_nothing_to_the_whole_file(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(HEAD + "".join(f"{i},Lamp,16\n" for i in range(100_000)))
    rows = read_rows(path, Kind.PRODUCTS, "KZT")
    seen = [rows.bytes_read for _ in rows]
    assert seen == sorted(seen)
    assert 0 < seen[0] < rows.bytes_total == seen[-1] == path.stat().st_size


@given(content=st.binary(max_size=400), kind=st.sampled_from(list(Kind)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_bytes_whatever_break_the_reader(tmp_path, content, kind):
    heads = {
        Kind.LOCATIONS: b"location,kind,name,lat,opens\n",
        Kind.DEPARTMENTS: b"department,name,sort\n",
        Kind.PRODUCTS: b"sku,name,name_ru,vat,popularity\n",
        Kind.BARCODES: b"barcode;sku\n",
        Kind.PRICES: b"sku,price,valid_from\n",
        Kind.STOCK: b"sku;location;on_hand\n",
        Kind.STAFF: b"staff,name,role,pin\n",
    }
    path = tmp_path / "any.csv"
    path.write_bytes(heads[kind] + content)
    for row in read_rows(path, kind, "KZT"):
        assert not isinstance(row, BadRow) or (row.line >= 2 and row.reason.endswith((".", ").")))


@given(
    names=st.lists(
        st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), min_size=1, max_size=40), max_size=20
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_name_comes_back_as_it_was_written(tmp_path, names):
    path = tmp_path / "p.csv"
    quoted = [n.replace('"', '""') for n in names]
    path.write_text(HEAD + "".join(f'{i},"{n}",16\n' for i, n in enumerate(quoted)), encoding="utf-8", newline="")
    rows = list(read_rows(path, Kind.PRODUCTS, "KZT"))
    expected = [n.strip() for n in names if n.strip() and "\ufffd" not in n]
    assert [r.names["en"] for r in rows if not isinstance(r, BadRow)] == expected
