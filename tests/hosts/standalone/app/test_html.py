from __future__ import annotations

import base64
import io
import re
from urllib.parse import unquote

import pytest
from PIL import Image

from seedloupe.hosts.standalone.app.html import (
    Column,
    Frame,
    LayerView,
    Preview,
    columns_html,
    data_url,
    file_url,
    fit_html,
    frames_html,
    preview_html,
    status_html,
)
from seedloupe.services.table_fit import TableFit

EVIL = '<img src=x onerror="steal()">&'


@pytest.mark.parametrize(
    "html",
    [
        frames_html([Frame(EVIL, EVIL, (EVIL,), EVIL, EVIL, mark=(EVIL, "good"))]),
        columns_html([Column("golden", EVIL, EVIL, (Frame(EVIL),), (EVIL,))]),
        preview_html(Preview(EVIL, (EVIL,), EVIL, (), 0.5, EVIL)),
        preview_html(Preview("", layers=(LayerView(EVIL, EVIL, Image.new("RGB", (3, 2))),))),
        fit_html(TableFit(EVIL, (EVIL,), "bad", command=EVIL)),
        status_html(EVIL),
    ],
)
def test_nothing_from_outside_becomes_markup(html: str) -> None:
    assert "onerror=&quot;" in html
    assert "<img src=x" not in html
    assert 'onerror="' not in html


def test_a_finished_picture_can_be_clicked_and_a_missing_one_cannot() -> None:
    html = frames_html([Frame("5", url="u", key="5"), Frame("6", key="6"), Frame()])
    assert re.findall(r'<button[^>]*data-key="(\d+)"', html) == ["5"]
    assert html.count('class="sl-frame sl-waiting"') == 2


def test_the_picture_being_drawn_is_marked_until_it_is_there() -> None:
    assert "sl-drawing" in frames_html([Frame("5", drawing=True)])
    assert "sl-drawing" not in frames_html([Frame("5", url="u", drawing=True)])


def test_columns_stand_side_by_side_with_their_reasons_below() -> None:
    frames = (Frame("1"),)
    html = columns_html(
        [
            Column("random", "Random", "dice", frames, ("by column",)),
            Column("golden", "Golden", "best", frames, ("by rank", "one metric only")),
        ]
    )
    assert "--columns:2" in html
    assert [html.index(word) for word in ("by column", "by rank", "one metric only")] == sorted(
        html.index(word) for word in ("by column", "by rank", "one metric only")
    )


def test_reasons_are_left_out_before_anything_was_chosen() -> None:
    assert "<details" not in columns_html([Column("random", "Random", "dice", (Frame(),))])


def test_a_small_picture_survives_the_way_into_an_address() -> None:
    picture = Image.effect_noise((7, 5), 80).convert("RGB")
    kind, _, code = data_url(picture).partition(",")
    assert kind == "data:image/png;base64"
    read = Image.open(io.BytesIO(base64.b64decode(code)))
    assert (read.size, read.tobytes()) == (picture.size, picture.tobytes())


def test_a_path_with_odd_letters_is_quoted_and_stays_the_same_path() -> None:
    path = '/tmp/a b/#1 "x"/ü.png'
    url = file_url(path)
    assert not set(url) & set(' #"ü')
    assert unquote(url) == f"gradio_api/file={path}"


@pytest.mark.parametrize(
    ("known", "unfolded"),
    [
        (TableFit("fits", ("so",), "good"), False),
        (TableFit("other noise", ("so",), "bad"), True),
        (TableFit("none", ("so",), "plain", command="seedloupe mine"), True),
    ],
)
def test_a_note_is_unfolded_where_something_is_to_be_done(known: TableFit, unfolded: bool) -> None:
    assert (" open>" in fit_html(known)) == unfolded
