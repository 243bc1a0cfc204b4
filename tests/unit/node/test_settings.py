"""Settings: one file, the environment over it, refused when they cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from transire.node.errors import SettingsInvalid, SettingsMissing
from transire.node.settings import LedgerSettings, MemberSettings, NodeSettings, read_settings, write_settings


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    settings = NodeSettings(
        profile="development",
        port=9000,
        secret_file='/a "quoted" path',
        ledger=LedgerSettings(beat_ms=20),
        member=(MemberSettings("a", "did:key:z1"), MemberSettings("b", "did:key:z2")),
    )
    write_settings(tmp_path, settings)
    assert read_settings(tmp_path, {}) == settings


def test_the_environment_goes_over_the_file(tmp_path: Path) -> None:
    write_settings(tmp_path, NodeSettings(port=9000))
    found = read_settings(tmp_path, {"TRANSIRE_PORT": "9001", "TRANSIRE_LEDGER_BEAT_MS": "7", "OTHER": "x"})
    assert (found.port, found.ledger.beat_ms) == (9001, 7)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("port = 'x'", "port"),
        ("colour = 1", "colour"),
        ("[ledger]\nbeat_ms = 0", "ledger.beat_ms"),
        ("[ledger]\naction_lifetime_s = 901", "ledger.action_lifetime_s"),
        ("[ledger]\npeers = ['mx.offer.json']", "mx.offer.json"),
        (f"[ledger]\npeers = ['{'a' * 40}@node.example:26656,{'b' * 40}@other.example:1']", "ledger.peers"),
        ("port =", "transire.toml"),
    ],
)
def test_unusable_settings_are_refused_with_their_place(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "transire.toml").write_text(text)
    with pytest.raises(SettingsInvalid, match=named):
        read_settings(tmp_path, {})


def test_a_folder_without_a_node_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsMissing, match="no node in this folder"):
        read_settings(tmp_path, {})
