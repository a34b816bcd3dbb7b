"""The bell: it rings for what is new here, at most every few seconds, and a missing sound card is a line in the log."""

import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.bell import QUIET_MS
from pos.ui.sound import SILENT, Ringer
from sync.actions.arrive import arrive
from sync.local import Local
from sync.settings import SoundSettings, WrongSetting, load
from tests.flows.attention import heard
from tests.flows.collecting import ALIA, NINO, Floor
from tests.flows.picking import THIRD, Picker, ordered, wanted
from tests.link.store import now

FOURTH, FIFTH = "100-48401", "100-48402"


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    made = Floor(tmp_path / "hub")
    wanted(made)
    yield made
    made.stop()


@pytest.fixture
def picker(floor: Floor, tmp_path: Path) -> Iterator["Listener"]:
    made = Listener(floor, tmp_path)
    yield made
    made.stop()


class Listener(Picker):
    """A tablet whose rings are counted, with a clock that a test moves."""

    def start(self) -> None:
        super().start()
        self.rings, self.at = 0, now()
        self.till.bell.ring = self.rung
        self.till.bell._clock = lambda: self.at
        self.till.tab("collect")

    def rung(self) -> None:
        self.rings += 1

    def first_word(self) -> None:
        """The hub's first word since it was switched on."""
        self.hears()
        assert self.rings == 0

    def later(self, ms: int = QUIET_MS) -> None:
        """Time passes."""
        self.at += ms
        self.till.tick()


def test_a_new_order_rings_once_and_is_counted_at_once(picker: Listener, floor: Floor) -> None:
    picker.first_word()
    before = picker.till.to_collect
    ordered(floor, FOURTH, (3, 1))
    picker.hears()
    assert (picker.rings, picker.till.to_collect) == (1, before + 1)
    picker.hears()
    picker.later()
    assert picker.rings == 1, "it is no news any more"


def test_who_comes_rings_and_whoever_is_served_does_not(picker: Listener, tmp_path: Path, floor: Floor) -> None:
    picker.first_word()
    ordered(floor, NINO, (3, 1))
    picker.hears()
    picker.later()
    assert picker.rings == 1
    kiosk = Local.open(floor.till(tmp_path, "kiosk-1", kind="kiosk"))
    arrive(kiosk, f"web:{NINO}", NINO, language="ka", now=now())
    kiosk.close()
    heard(tmp_path / "kiosk-1")
    picker.hears()
    assert picker.rings == 2
    assert picker.till.collect.state.waiting == 1
    picker.till.collect.not_there()
    picker.later()
    assert picker.rings == 2
    assert picker.till.collect.state.waiting == 0


def test_what_comes_while_it_rang_rings_once_afterwards(picker: Listener, floor: Floor) -> None:
    picker.first_word()
    for number in (FOURTH, FIFTH, ALIA):
        ordered(floor, number, (3, 1))
        picker.hears()
    assert picker.rings == 1
    picker.later(QUIET_MS - 1)
    assert picker.rings == 1
    picker.later(1)
    assert picker.rings == 2
    picker.later()
    assert picker.rings == 2


def test_what_was_there_at_the_start_is_old_also_when_the_hub_tells_it_only_then(floor: Floor, tmp_path: Path) -> None:
    picker = Listener(floor, tmp_path)
    try:
        ordered(floor, FOURTH, (3, 1))  # while the terminal was off
        picker.first_word()
        assert FOURTH in picker.known()
        picker.later()
        assert picker.rings == 0
    finally:
        picker.stop()


def test_it_rings_for_whoever_has_opened_collect_or_for_everybody_where_it_is_so_set(
    picker: Listener, floor: Floor
) -> None:
    picker.first_word()
    picker.till.sign_out()
    ordered(floor, FOURTH, (3, 1))
    picker.hears()
    picker.later()
    assert picker.rings == 0, "nobody is signed in"
    picker.till.bell_always = True
    picker.later()
    assert picker.rings == 0, "what nobody was to hear is not made up for"
    ordered(floor, FIFTH, (3, 1))
    picker.hears()
    assert picker.rings == 1


def test_the_count_is_there_as_soon_as_somebody_signed_in(floor: Floor, tmp_path: Path) -> None:
    picker = Picker(floor, tmp_path)
    try:
        picker.till.sign_out()
        picker.off()
        super(Picker, picker).start()
        assert picker.till.to_collect == 3
        assert THIRD in picker.known()
    finally:
        picker.stop()


def test_the_bell_is_heard_in_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SDL's own driver writes what a loudspeaker would get into a file."""
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(tmp_path / "heard.raw"))
    ringer = Ringer(70)
    ringer.ring()
    ringer.wait()
    assert ringer.said == ""
    loudest = max(map(abs, array.array("h", (tmp_path / "heard.raw").read_bytes())))
    assert 4_000 < loudest < 20_000


def test_without_a_sound_card_it_is_said_in_the_log_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "there-is-none")
    ringer = Ringer(70)
    for _turn in range(2):
        ringer.ring()
        ringer.wait()
    assert ringer.said == SILENT
    assert [record.getMessage() for record in caplog.records] == [f"the bell can't be heard: {SILENT}"]


def test_it_can_be_turned_down_and_off() -> None:
    assert load(None, {}, {}).sound == SoundSettings(70, "collect")
    assert load(None, {"STOREFLOOR_SOUND_VOLUME": "0"}, {"sound.bell": "always"}).sound == SoundSettings(0, "always")
    with pytest.raises(WrongSetting, match=r"sound.volume = 130 must lie between 0 and 100"):
        load(None, {}, {"sound.volume": "130"})
    silent = Ringer(0)
    silent.ring()
    silent.wait()
    assert silent.said == ""
