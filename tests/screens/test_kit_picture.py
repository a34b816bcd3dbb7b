"""Goods stay on their tint wherever a row moves."""

from pathlib import Path
from threading import Event
from weakref import ref

from kivy.uix.floatlayout import FloatLayout

from pos.ui.kit import picture as pictures
from pos.ui.kit.frame import Thumb
from pos.ui.kit.picture import Picture

ART = Path(__file__).resolve().parents[2] / "assets" / "art" / "backpack-pine.png"


def test_a_picture_moves_with_its_thumb(ui):
    ground = FloatLayout()
    thumb = Thumb(picture=str(ART), tint="mint", pos=(100, 100), size_hint=(None, None))
    ground.add_widget(thumb)
    ui.show(ground)
    ui.step(30)
    picture = next(w for w in thumb.walk() if isinstance(w, Picture))
    for x in (100, 112, 300):
        thumb.pos = (x, 100)
        ui.step(3)
        middle = picture._box.pos[0] + picture._box.size[0] / 2
        assert abs(middle - (thumb.x + thumb.width / 2)) <= 1


def test_a_picture_that_is_still_to_be_read_keeps_no_screen_alive(ui):
    disk = Event()
    pictures._reader.submit(disk.wait)
    picture = ui.show(Picture(source=str(ART), size=(311, 311), size_hint=(None, None)))
    ui.until(pictures.busy, what="a picture that is asked for")
    gone = ref(picture)
    del picture
    ui.leave()
    assert gone() is None
    disk.set()
    ui.until(lambda: not pictures.busy(), what="the picture")
