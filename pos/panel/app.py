"""The panel's process: one window over the flow."""

import argparse
import signal

from pos.devices.virtual.store import Standing
from pos.panel.flow import PanelFlow
from pos.ui import window
from pos.ui.i18n import _, set_language


def run(listed: list[Standing], options: argparse.Namespace) -> None:
    """Show the panel until its window closes. Raises WindowError."""
    win = window.open_window("Storefloor virtual store", (options.width, options.height))
    from pos.panel.screen import PanelScreen
    from pos.ui.theme import theme

    from kivy.clock import Clock  # isort: skip

    theme.dark = options.theme == "dark"
    set_language(options.language)
    win.set_title(_("Virtual store"))
    flow = PanelFlow(listed)
    screen = PanelScreen(flow)
    flow.watch.wake = Clock.create_trigger(lambda _dt: flow.pump())
    if options.home is not None:
        from pos.ui import locate

        locate.listen(options.home)
    flow.start()
    signal.signal(signal.SIGTERM, lambda *_args: window.stop())
    try:
        window.run(screen)
    finally:
        flow.stop()
