"""Settings come from file, environment and flags, in that order, and a wrong one names itself."""

from pathlib import Path

import pytest

from sync.settings import Settings, WrongSetting, address, flag, load

NEXO = 'card_terminal = "192.0.2.21:8443"\ncard_protocol = "nexo"\n'


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "storefloor.toml"
    file.write_text(text, encoding="utf-8")
    return file


def read(tmp_path: Path, text: str, environment=None, flags=None) -> Settings:
    return load(write(tmp_path, text), environment or {}, flags or {})


def test_without_anything_the_defaults_hold():
    settings = load(None, {}, {})
    assert settings.terminal.language == "en"
    assert settings.hub_database.startswith("sqlite:///")


def test_the_environment_wins_over_the_file_and_a_flag_over_both(tmp_path):
    text = '[terminal]\nlanguage = "ru"\nwidth = 1024\ntheme = "dark"\n'
    environment = {"STOREFLOOR_TERMINAL_LANGUAGE": "kk", "STOREFLOOR_TERMINAL_WIDTH": "1100"}
    settings = read(tmp_path, text, environment, {"terminal.language": "ka", "terminal.theme": None})
    assert (settings.terminal.language, settings.terminal.width, settings.terminal.theme) == ("ka", 1100, "dark")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[terminal]\nlanguge = "ru"\n', ["languge", "[terminal]", "language"]),
        ("[till]\n", ["[till]", "terminal"]),
        ('[terminal]\nwidth = "wide"\n', ["width", "wide", "whole number"]),
        ("[terminal]\nwidth = true\n", ["width", "True", "whole number"]),
        ("[terminal]\nlanguage = 3\n", ["language", "3", "text"]),
        ('[terminal]\nlanguage = "fr"\n', ["terminal.language", "fr", "en, ru, kk, ka"]),
        ('[devices]\nprinter = "here"\n', ["devices.printer", "here", "host:port"]),
        ('[devices]\ncard_protocol = "zvt"\n', ["devices.card_protocol", "zvt", "storefloor, nexo"]),
        (f"[devices]\n{NEXO}", ["devices.card_poi_id", "devices.card_sale_id"]),
        (f'[devices]\n{NEXO}card_poi_id = "P"\ncard_sale_id = "T"\n', ["devices.card_ca_file", "HTTPS"]),
        (f'[devices]\n{NEXO}card_poi_id = "{"P" * 65}"\ncard_sale_id = "T"\n', ["devices.card_poi_id", "64", "65"]),
        ('[terminal]\nhub = "store.example"\n', ["terminal.hub", "https://"]),
        ('[hub]\ndatabase = "mysql://x"\n', ["hub.database", "postgresql"]),
        ('[camera]\ndevice = "/dev/video0"\nfolder = "/srv"\n', ["camera.device", "camera.folder", "one camera"]),
        ("[camera]\nwidth = 20\n", ["camera.width", "between 320 and 3840"]),
        ('[scanner]\nport = "/dev/ttyACM0"\nkeys = "/dev/input/event4"\n', ["scanner.port", "scanner.keys"]),
        ("[scanner]\nbaud = 50\n", ["scanner.baud", "between 300 and 921600"]),
        ('[label_printer]\naddress = "here"\n', ["label_printer.address", "here", "host:port"]),
        ('[label_printer]\nlanguage = "epl"\n', ["label_printer.language", "epl", "zpl, escpos"]),
        ("[label_printer]\nwidth_mm = 5\n", ["label_printer.width_mm", "between 25 and 120"]),
        ("[label_printer]\ndpi = 200\n", ["label_printer.dpi", "203, 300 or 600"]),
        ("[kiosk]\nidle_seconds = 1\n", ["kiosk.idle_seconds", "between 5 and 3600"]),
        ('terminal = "x"\n', ["[terminal]", "table"]),
        ("[terminal\n", ["not TOML"]),
    ],
)
def test_a_wrong_setting_names_itself(tmp_path, text, words):
    with pytest.raises(WrongSetting) as caught:
        read(tmp_path, text)
    for word in words:
        assert word in str(caught.value)


def test_a_wrong_variable_is_named_as_it_is_written():
    with pytest.raises(WrongSetting, match=r"STOREFLOOR_TERMINAL_FULLSCREEN.*true or false"):
        load(None, {"STOREFLOOR_TERMINAL_FULLSCREEN": "perhaps"}, {})


def test_a_database_password_is_never_repeated_in_a_message():
    with pytest.raises(WrongSetting) as caught:
        load(None, {"STOREFLOOR_HUB_DATABASE": "mysql://user:geheim@db/x"}, {})
    assert "geheim" not in str(caught.value)


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(WrongSetting, match="does not exist"):
        load(tmp_path / "none.toml", {}, {})


def test_an_address_is_host_and_port():
    assert address("10.0.0.7:9100", "devices.printer") == ("10.0.0.7", 9100)


@pytest.mark.parametrize("setting", ["[devices]\nprinter", "[label_printer]\naddress"])
@pytest.mark.parametrize(
    "where",
    ["192.0.2.22:9100", "usb:04b8:0e15", "serial:/dev/ttyS0@19200", "cups:till", "/dev/usb/lp1", "~/l.zpl"],
)
def test_a_printer_is_at_the_network_usb_a_serial_port_a_queue_or_a_path(tmp_path, setting, where):
    read_ = read(tmp_path, f'{setting} = "{where}"\n')
    assert where in (read_.devices.printer, read_.label_printer.address)


def test_a_printer_that_is_nowhere_is_told_what_an_address_is(tmp_path):
    with pytest.raises(WrongSetting, match=r"devices.printer = 'usb:9100' must be host:port .* usb:VENDOR:PRODUCT"):
        read(tmp_path, '[devices]\nprinter = "usb:9100"\n')
    with pytest.raises(WrongSetting, match=r"printer_columns = 40 must be 32, 42 or 48"):
        read(tmp_path, "[devices]\nprinter_columns = 40\n")


def test_a_label_printer_is_set_by_environment_and_flag_under_its_own_name():
    environment = {"STOREFLOOR_LABEL_PRINTER_ADDRESS": "192.0.2.22:9100", "STOREFLOOR_LABEL_PRINTER_DPI": "300"}
    label = load(None, environment, {"label_printer.height_mm": "60"}).label_printer
    assert (label.address, label.dpi, label.height_mm) == ("192.0.2.22:9100", 300, 60)
    assert flag("label_printer", "width_mm") == "--label-printer-width-mm"
