"""Goods stay on their tint wherever a row moves."""

from pathlib import Path

from kivy.uix.floatlayout import FloatLayout

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
