"""The bell, heard: each ring is a process of its own (`python -m pos.ui.sound FILE VOLUME`), which ends with the sound.

So the screen waits for no sound card: opening one takes tens of milliseconds, a sound server that hangs takes for ever,
and SDL keeps the one it has opened busy with silence. What can't be heard is a line in the log.
"""

import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

log = logging.getLogger(__name__)

BELL = Path(__file__).resolve().parents[2] / "assets" / "sounds" / "bell.wav"
LONGEST_S = 6.0
"""Whatever takes longer hangs."""
SILENT = "no sound card answers"
QUIET_KIVY = {"KIVY_NO_ARGS": "1", "KIVY_NO_CONFIG": "1", "KIVY_NO_FILELOG": "1", "KIVY_NO_CONSOLELOG": "1"}


class Ringer:
    """Rings at `volume` percent; 0 is silence. `said` is why the last ring could not be heard, "" if it could."""

    def __init__(self, volume: int, file: Path = BELL) -> None:
        self.said = ""
        self._command = [sys.executable, "-m", "pos.ui.sound", str(file), str(volume)]
        self._volume = volume
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """Ring once, and return at once; while it rings another one is not heard."""
        if self._volume > 0 and (self._thread is None or not self._thread.is_alive()):
            self._thread = threading.Thread(target=self._play, name="bell", daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Until it has rung."""
        if self._thread is not None:
            self._thread.join()

    def _play(self) -> None:
        said = self._heard()
        if said and said != self.said:
            log.warning("the bell can't be heard: %s", said)
        self.said = said

    def _heard(self) -> str:
        try:
            done = subprocess.run(
                self._command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST_S, check=False
            )
        except subprocess.TimeoutExpired:
            return f"the sound did not end within {LONGEST_S:.0f} s"
        except OSError as fault:
            return str(fault)
        lines = done.stderr.decode("utf-8", "replace").split("\n")
        return "" if done.returncode == 0 else next((line for line in reversed(lines) if line), SILENT)


def play(file: Path, volume: int) -> bool:
    """Play a file to its end at `volume` percent, in this process. False: there is nothing to hear it on."""
    os.environ.update(QUIET_KIVY)
    from kivy.core.audio import SoundLoader

    sound = SoundLoader.load(str(file))
    if sound is None or not sound.length:
        return False
    sound.volume = volume / 100
    sound.play()
    time.sleep(sound.length + 0.1)  # what is in the sound card's buffer is heard too
    return True


def main(arguments: list[str]) -> int:
    """Exit status 1 with a sentence: it can't be heard."""
    if play(Path(arguments[0]), int(arguments[1])):
        return 0
    print(SILENT, file=sys.__stderr__)  # Kivy has taken the other one
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
