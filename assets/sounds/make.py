"""Makes bell.wav: two notes on wood, a fifth apart, under 0.6 s. `python assets/sounds/make.py` writes it again.

It is played when somebody is needed: an order to be picked, a shopper who came. Licence: that of the project.
"""

import math
import struct
import wave
from pathlib import Path

RATE = 44_100
LENGTH_S = 0.58
FADE_S = 0.05
LOUD = 0.5
"""Of full scale, at the loudest."""
NOTES = ((0.0, 587.33, 0.8), (0.13, 880.0, 1.0))
"""When each is struck (s), how high (Hz: d and the a above), how hard."""
PARTIALS = ((1.0, 1.0, 7.0), (3.93, 0.28, 16.0), (9.2, 0.07, 40.0))
"""How a bar of wood sounds: height over that of the note, how much of it, how soon it dies away (1/s)."""


def note(since: float, height: float) -> float:
    """One note, `since` seconds after it was struck; a mallet takes 3 ms to let go."""
    if since < 0:
        return 0.0
    turn = math.tau * height * since
    sound = sum(much * math.exp(-since * soon) * math.sin(turn * of) for of, much, soon in PARTIALS)
    return sound * min(1.0, since / 0.003)


def samples() -> list[float]:
    """The whole of it, the loudest at LOUD; the end fades, so that nothing clicks."""
    count = round(RATE * LENGTH_S)
    times = [n / RATE for n in range(count)]
    sound = [sum(hard * note(at - when, height) for when, height, hard in NOTES) for at in times]
    faded = [each * min(1.0, (LENGTH_S - at) / FADE_S) for each, at in zip(sound, times, strict=True)]
    most = max(abs(each) for each in faded)
    return [each / most * LOUD for each in faded]


def main() -> None:
    """Write it: one channel, 16 bits."""
    path = Path(__file__).with_name("bell.wav")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(struct.pack("<h", round(each * 32_767)) for each in samples()))


if __name__ == "__main__":
    main()
