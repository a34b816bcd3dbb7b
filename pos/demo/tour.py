"""The tour: real touches and scanner keystrokes through till and kiosk, online and with the hub gone."""

from pathlib import Path

from pos.demo.display import Display
from pos.demo.processes import Parts
from pos.demo.store import Store
from pos.demo.walker import Walker
