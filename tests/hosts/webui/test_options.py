"""Our page in the settings."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace

import pytest

from seedloupe.hosts.webui.options import (
    LENS_BUDGET,
    LENS_LAYERS,
    LEVEL,
    READER,
    TABLE_FOLDER,
    WebuiSettings,
)

from .conftest import Host


@pytest.fixture
def settings_page(host: Host, gradio: ModuleType) -> Host:
    """The web UI after it asked for settings."""
    host.ours("options").add_options(host.opts)
    return host


def test_settings_have_a_page_of_their_own(settings_page: Host) -> None:
    ours = {key: o for key, o in settings_page.opts.data_labels.items() if "seedloupe" in key}
    assert len(ours) == 6
    assert {option.section for option in ours.values()} == {("seedloupe", "Seedloupe")}
    assert all(option.label and option.comment_after for option in ours.values())


def test_settings_are_offered_once(settings_page: Host) -> None:
    before = dict(settings_page.opts.data_labels)
    settings_page.ours("options").add_options(settings_page.opts)
    assert settings_page.opts.data_labels == before


def test_the_folder_of_tables_is_closed_to_the_api(settings_page: Host) -> None:
    assert settings_page.opts.data_labels[TABLE_FOLDER].restrict_api


def test_what_is_offered_is_what_holds_before_anybody_sets_it(settings_page: Host) -> None:
    ours = settings_page.ours("options").WebuiSettings
    assert ours.of(settings_page.opts) == ours.of(SimpleNamespace()) == ours()


def test_a_spoilt_value_counts_as_not_set() -> None:
    spoilt = {LEVEL: "loud", READER: None, LENS_BUDGET: "much", LENS_LAYERS: "", TABLE_FOLDER: None}
    assert WebuiSettings.of(SimpleNamespace(**spoilt)) == WebuiSettings()


def test_the_lens_budget_is_in_megabytes() -> None:
    assert WebuiSettings.of(SimpleNamespace(**{LENS_BUDGET: 40})).lens_bytes == 40_000_000
