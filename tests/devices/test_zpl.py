"""What really goes to a label printer, read back by one that knows nothing of our driver."""

from dataclasses import replace

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from pos.devices.host_status import HEAD_OPEN, LABELS_OUT, PAUSED, RIBBON_OUT, SILENT, HostStatus
from pos.devices.host_status import read as read_status
from pos.devices.virtual.label import ink
from pos.devices.virtual.zpl_wire import CodeField, Formats, Label, PictureField, TextField, ZplCutter
from pos.devices.zpl import LabelPaper, TooSmall, encode_label
from pos.receipt.document import QR, Centred, Cut, Document, Huge
from pos.receipt.parcel import label_paper
from sync.domain.codes import Kind, read
from tests.devices.test_collect_papers import LABEL, PARCEL

WELL = b"\x02030,0,0,0320,000,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"


def labels(data: bytes, piece: int = 7) -> list[Label]:
    """The labels that these bytes print, fed in small pieces. Every command must be known to the printer."""
    cutter, formats, done = ZplCutter(), Formats(), []
    for start in range(0, len(data), piece):
        for command in cutter.feed(data[start : start + piece]):
            if (label := formats.obey(command)) is not None:
                done.append(label)
    assert formats.unknown == []
    return done


def one(document: Document, paper: LabelPaper | None = None) -> Label:
    (label,) = labels(encode_label(document, paper or LabelPaper()))
    return label


def texts(label: Label) -> list[str]:
    return [field.text for field in label.fields if isinstance(field, TextField)]


def test_a_label_of_ascii_goes_as_text_and_arrives_unchanged() -> None:
    label = one(label_paper(LABEL, "en"))
    assert texts(label) == [
        "8213", "100-48213", "Nino O.", "Shelf B-12", "1 of 2", "Kept until 29.11.2026", "Dala Mega",
    ]  # fmt: skip
    assert (label.width, label.height, label.copies) == (464, 320, 1)


@pytest.mark.parametrize("name", ["Нино О.", "Қанат Ә.", "ნინო ო.", "Señor Ñ.", "1 500 ₸", "90 ₽", "5 ₾"])
def test_letters_that_the_stock_font_lacks_go_as_a_picture_and_never_as_question_marks(name: str) -> None:
    label = one(label_paper(replace(LABEL, collector=name), "en"))
    assert not any("?" in text for text in texts(label))
    (picture,) = [field for field in label.fields if isinstance(field, PictureField)]
    assert sum(picture.picture.histogram()[:1]) > 50, "there is ink on it"


@pytest.mark.parametrize(
    ("width", "height", "dpi"), [(58, 40, 203), (100, 60, 203), (58, 30, 300), (40, 30, 203), (57, 32, 600)]
)
def test_a_scanner_reads_the_parcel_from_labels_of_every_size(width: int, height: int, dpi: int) -> None:
    paper = LabelPaper(width, height, dpi)
    label = one(label_paper(LABEL, "ru"), paper)
    (found,) = zxingcpp.read_barcodes(ink(label))
    code = read(found.text)
    assert (code.kind, code.key) == (Kind.PARCEL_LABEL, PARCEL)


@pytest.mark.parametrize("lang", ["en", "ru", "kk", "ka"])
@pytest.mark.parametrize("number", ["7", "100-48213", "W" * 64, "Заказ № 100 48213 от вторника"])
def test_nothing_reaches_over_the_edge_or_onto_the_code(lang: str, number: str) -> None:
    label = one(label_paper(replace(LABEL, number=number, store="A store with a long name, second floor"), lang, True))
    code = next(field for field in label.fields if isinstance(field, CodeField))
    other = [field for field in label.fields if field is not code]
    assert min(field.x for field in other) >= code.x + 29 * code.module + 4 * code.module
    for at, field in enumerate(other):
        alone = ink(Label(label.width * 2, label.height * 2, [field])).point([255 - v for v in range(256)]).getbbox()
        assert alone is not None and alone[2] <= label.width - 8 and alone[3] <= label.height, (at, alone)
    tops = [field.y for field in other]
    assert tops == sorted(tops) and len(set(tops)) == len(tops)


def test_what_does_not_fit_is_said_and_not_cut_off() -> None:
    page = Document((*(Centred(f"line {n}") for n in range(40)), Cut()))
    with pytest.raises(TooSmall, match="58 x 40 mm"):
        encode_label(page, LabelPaper())
    with pytest.raises(TooSmall, match="modules"):
        encode_label(Document((QR("x" * 900), Cut())), LabelPaper())


@pytest.mark.parametrize("nasty", ["^XZ^XA", "~JA", "a_5Eb", "\\&", "^FD^FS", "_", "100%~HS^"])
def test_what_begins_commands_is_data_inside_of_a_text(nasty: str) -> None:
    label = one(label_paper(replace(LABEL, number=nasty, collector=nasty), "en"))
    assert texts(label).count(nasty) >= 2


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30), st.text(alphabet="^~\\_XAZFS,$%{}abc0159 ", max_size=40))
def test_whatever_stands_on_a_label_it_is_one_label(name: str, number: str) -> None:
    page = label_paper(replace(LABEL, number=number, collector=name), "en")
    label = one(page, LabelPaper(100, 100))
    assert "Dala Mega" in texts(label)
    clean = " ".join(number.split())
    assert not clean or clean in texts(label) or len(clean) > 15


@given(st.text(alphabet="^~_\\AZ09-.", min_size=1, max_size=40))
def test_a_codes_content_arrives_as_it_is(content: str) -> None:
    label = one(Document((Huge("1"), QR(content), Cut())))
    assert [f.content for f in label.fields if isinstance(f, CodeField)] == [content]


@pytest.mark.parametrize(
    ("place", "said"),
    [((1, 2), HEAD_OPEN), ((0, 1), LABELS_OUT), ((1, 3), RIBBON_OUT), ((0, 2), PAUSED)],
    ids=["head", "paper", "ribbon", "pause"],
)
def test_each_flag_of_a_status_has_its_fault(place: tuple[int, int], said: object) -> None:
    lines = [line.split(b",") for line in WELL.replace(b"\r\n", b"").strip(b"\x02\x03").split(b"\x03\x02")]
    lines[place[0]][place[1]] = b"1"
    answer = b"".join(b"\x02" + b",".join(line) + b"\x03\r\n" for line in lines)
    assert read_status(answer) == HostStatus(True, said, False)  # type: ignore[arg-type]
    assert read_status(WELL) == HostStatus(True)


def test_a_status_says_whether_something_waits() -> None:
    assert read_status(WELL.replace(b",0320,000,", b",0320,002,")).busy
    assert read_status(WELL.replace(b",00000000,", b",00000003,")).busy


@given(st.binary(max_size=120) | st.integers(0, len(WELL) - 12).map(lambda n: WELL[:n]))
def test_what_is_cut_off_or_noise_is_no_answer_and_raises_nothing(answer: bytes) -> None:
    assert read_status(answer) == SILENT
