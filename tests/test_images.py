from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from seedloupe import images
from seedloupe.errors import ImageError, MaskError, ShapeError
from seedloupe.images import (
    drawing_mark,
    from_pil,
    is_drawing,
    read_image,
    read_mask,
    save_plain,
    to_pil,
)

Image.init()
SAVED = set(Image.SAVE)


@pytest.fixture
def picture() -> Image.Image:
    """Colours nobody mixes up, 7 wide and 5 high."""
    values = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    return Image.fromarray(values)


def test_a_picture_survives_both_ways(picture: Image.Image) -> None:
    tensor = from_pil(picture)
    assert (tensor.shape, tensor.dtype) == ((3, 5, 7), torch.float32)
    assert 0 <= tensor.min() <= tensor.max() <= 1
    assert to_pil(tensor).tobytes() == picture.tobytes()


@pytest.mark.parametrize("mode", ["RGBA", "P"])
def test_what_is_transparent_may_be_shown_on_white(mode: str) -> None:
    clear = Image.new("RGBA", (3, 2), (10, 200, 60, 0))
    clear.putpixel((2, 1), (10, 200, 60, 255))
    if mode == "P":
        clear = clear.convert("P")
        clear.info["transparency"] = clear.getpixel((0, 0))
        assert clear.getpixel((0, 0)) != clear.getpixel((2, 1))
    white, kept = from_pil(clear, on_white=True), from_pil(clear)
    assert white[:, 0, 0].tolist() == [1, 1, 1]
    assert white[:, 1, 2].equal(kept[:, 1, 2])
    assert white[1, 1, 2] < 1


def test_a_drawing_says_that_it_is_one_and_nothing_else(
    picture: Image.Image, tmp_path: Path
) -> None:
    picture.info["parameters"] = "a prompt"
    save_plain(picture, tmp_path / "new" / "a.png")
    with Image.open(tmp_path / "new" / "a.png") as saved:
        assert (saved.format, saved.info) == (
            "PNG",
            {"seedloupe_drawing": "drawn by Seedloupe over or about other pictures"},
        )
        assert saved.tobytes() == picture.tobytes()


def test_values_beyond_the_range_are_clipped() -> None:
    corner = to_pil(torch.full((3, 1, 1), 1.7)).getpixel((0, 0))
    assert corner == (255, 255, 255)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_any_floating_point_type_becomes_a_picture(dtype: torch.dtype) -> None:
    assert to_pil(torch.ones(3, 2, 4, dtype=dtype)).size == (4, 2)


def test_tensors_that_are_no_picture_are_refused() -> None:
    with pytest.raises(ShapeError, match="image"):
        to_pil(torch.zeros(1, 3, 4, 4))
    with pytest.raises(ImageError, match="floating point"):
        to_pil(torch.zeros(3, 4, 4, dtype=torch.uint8))
    with pytest.raises(ImageError, match="finite"):
        to_pil(torch.full((3, 4, 4), torch.nan))


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".webp", ".tiff"])
def test_a_file_is_read_as_it_was_written(
    suffix: str, picture: Image.Image, tmp_path: Path
) -> None:
    path = tmp_path / f"picture{suffix}"
    picture.save(path, **({"lossless": True} if suffix == ".webp" else {}))
    assert torch.equal(read_image(path), from_pil(picture))
    assert torch.equal(read_image(str(path)), from_pil(picture))


def test_a_photograph_is_turned_upright(picture: Image.Image, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it a quarter to the right
    picture.save(tmp_path / "turned.png", exif=exif)
    upright = picture.transpose(Image.Transpose.ROTATE_270)
    assert torch.equal(read_image(tmp_path / "turned.png"), from_pil(upright))


def test_palettes_and_grays_are_read_in_colour(picture: Image.Image, tmp_path: Path) -> None:
    for mode in ("P", "L", "1"):
        picture.convert(mode).save(tmp_path / "picture.png")
        assert read_image(tmp_path / "picture.png").shape == (3, 5, 7)


def test_an_opaque_alpha_channel_is_no_obstacle(picture: Image.Image, tmp_path: Path) -> None:
    picture.convert("RGBA").save(tmp_path / "picture.png")
    assert torch.equal(read_image(tmp_path / "picture.png"), from_pil(picture))
    assert read_mask(tmp_path / "picture.png", (7, 5)).shape == (5, 7)


def test_transparent_pixels_are_refused(picture: Image.Image, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    picture.putalpha(200)
    picture.save(path)
    with pytest.raises(ImageError, match=r"without transparent pixels.*Flatten it"):
        read_image(path)
    with pytest.raises(MaskError, match=r"without transparent pixels.*white where"):
        read_mask(path, (7, 5))


def test_alpha_that_only_carries_a_hidden_text_is_opaque(
    picture: Image.Image, tmp_path: Path
) -> None:
    # NovelAI's way: the lowest bit of alpha is a message, so alpha is 254 or 255.
    plain = from_pil(picture)
    alpha = Image.new("L", picture.size, 255)
    alpha.paste(254, (2, 1, 6, 4))
    picture.putalpha(alpha)
    picture.save(tmp_path / "hidden.png")
    assert torch.equal(read_image(tmp_path / "hidden.png"), plain)
    assert torch.equal(from_pil(picture, on_white=True), plain)
    assert read_mask(tmp_path / "hidden.png", (7, 5)).shape == (5, 7)


def test_a_single_pixel_one_can_see_through_is_enough_to_refuse(
    picture: Image.Image, tmp_path: Path
) -> None:
    alpha = Image.new("L", picture.size, 255)
    alpha.putpixel((6, 4), 253)
    picture.putalpha(alpha)
    picture.save(tmp_path / "picture.png")
    with pytest.raises(ImageError, match="transparent"):
        read_image(tmp_path / "picture.png")


@pytest.mark.skipif("AVIF" not in SAVED, reason="this Pillow writes no AVIF")
def test_avif_is_read_as_it_looks(picture: Image.Image, tmp_path: Path) -> None:
    picture.resize((70, 50)).save(tmp_path / "picture.avif", quality=100, subsampling="4:4:4")
    found = read_image(tmp_path / "picture.avif")
    assert found.shape == (3, 50, 70)
    assert float((found - from_pil(picture.resize((70, 50)))).abs().max()) < 0.05


def test_avif_without_a_decoder_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.avif").write_bytes(b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif" + b"\0" * 99)
    Image.init()
    monkeypatch.delitem(Image.OPEN, "AVIF", raising=False)
    with pytest.raises(ImageError, match=r"AVIF, which this Pillow .* Get Pillow 11.3 or later"):
        read_image(tmp_path / "a.avif")


def test_heif_that_is_no_avif_is_not_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 99)
    with pytest.raises(ImageError, match="expected a whole PNG"):
        read_image(tmp_path / "a.heic")


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_drawings_are_told_from_pictures_by_a_mark_inside(
    picture: Image.Image, tmp_path: Path, kind: str
) -> None:
    picture.save(tmp_path / "plain", kind)
    picture.save(tmp_path / "drawing", kind, **drawing_mark(kind))
    assert not is_drawing(tmp_path / "plain")
    assert is_drawing(tmp_path / "drawing")


def test_animations_are_marked_as_well(picture: Image.Image, tmp_path: Path) -> None:
    for kind in ("GIF", "WEBP"):
        film = {"save_all": True, "append_images": [picture.rotate(90), picture.rotate(180)]}
        picture.save(tmp_path / kind, kind, **film, **drawing_mark(kind))
        assert is_drawing(tmp_path / kind)


def test_what_is_no_picture_is_no_drawing(tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("seedloupe_drawing")
    assert not is_drawing(tmp_path / "words.png")
    assert not is_drawing(tmp_path / "gone.png")
    assert not is_drawing(tmp_path)


def test_a_transparent_colour_of_a_palette_is_refused(tmp_path: Path) -> None:
    Image.new("P", (7, 5)).save(tmp_path / "picture.png", transparency=0)
    with pytest.raises(ImageError, match="transparent"):
        read_image(tmp_path / "picture.png")


@pytest.mark.parametrize("mode", ["I;16", "I", "F"])
def test_deep_grays_are_refused(mode: str, tmp_path: Path) -> None:
    path = tmp_path / ("picture.png" if mode == "I;16" else "picture.tiff")
    Image.new(mode, (7, 5)).save(path)
    for read, problem in ((read_image, ImageError), (lambda p: read_mask(p, (7, 5)), MaskError)):
        with pytest.raises(problem, match="expected 8 bits a channel, got more"):
            read(path)


def test_deep_colours_are_refused(tmp_path: Path) -> None:
    # Pillow cannot write them; this is a PNG of one 16-bit RGB pixel.
    import struct
    import zlib

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" + b"\x12\x34" * 3)
    path = tmp_path / "deep.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )
    with pytest.raises(ImageError, match="8 bits a channel"):
        read_image(path)


def test_files_that_are_no_pictures_are_refused_in_one_line(
    picture: Image.Image, tmp_path: Path
) -> None:
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "words.png").write_text("not a picture")
    picture.resize((200, 100)).save(tmp_path / "whole.png")
    (tmp_path / "half.png").write_bytes((tmp_path / "whole.png").read_bytes()[:2000])
    (tmp_path / "page.eps").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    for name in ("empty.png", "words.png", "half.png", "page.eps", "missing.png", "."):
        for read, problem in (
            (read_image, ImageError),
            (lambda p: read_mask(p, (7, 5)), MaskError),
        ):
            with pytest.raises(problem) as error:
                read(tmp_path / name)
            assert "\n" not in str(error.value)
            assert str(tmp_path / name) in str(error.value)


def test_huge_pictures_are_refused_before_they_are_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("1", (12000, 9000)).save(tmp_path / "huge.png")
    with pytest.raises(ImageError, match="at most 67108864 pixels, got 12000 x 9000"):
        read_image(tmp_path / "huge.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(MaskError, match="at most"):
        read_mask(tmp_path / "huge.png", (12000, 9000))


def test_the_limit_is_on_pixels(
    picture: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture.save(tmp_path / "picture.png")
    monkeypatch.setattr(images, "MAX_PIXELS", 35)
    assert read_image(tmp_path / "picture.png").shape == (3, 5, 7)
    monkeypatch.setattr(images, "MAX_PIXELS", 34)
    with pytest.raises(ImageError, match="at most 34 pixels"):
        read_image(tmp_path / "picture.png")


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P"])
def test_a_mask_is_white_where_repainted(mode: str, tmp_path: Path) -> None:
    drawn = Image.new("L", (7, 5))
    drawn.paste(255, (2, 1, 6, 4))
    drawn.convert(mode).save(tmp_path / "mask.png")
    mask = read_mask(tmp_path / "mask.png", (7, 5))
    expected = torch.zeros(5, 7)
    expected[1:4, 2:6] = 1
    assert torch.equal(mask, expected)


def test_a_mask_of_another_size_is_refused_with_both_sizes(
    picture: Image.Image, tmp_path: Path
) -> None:
    picture.save(tmp_path / "mask.png")
    with pytest.raises(MaskError, match=r"expected 5 x 7 pixels.* got 7 x 5"):
        read_mask(tmp_path / "mask.png", (5, 7))
