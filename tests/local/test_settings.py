"""Settings come from file, environment and flags, in that order, and a wrong one names itself."""

from pathlib import Path

import pytest

from sync.settings import Settings, WrongSetting, address, load


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
        ('[terminal]\nhub = "store.example"\n', ["terminal.hub", "https://"]),
        ('[hub]\ndatabase = "mysql://x"\n', ["hub.database", "postgresql"]),
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
