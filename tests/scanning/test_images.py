import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw

from scanning import images


def picture(width=600, height=400, mode="RGB"):
    """Red on the left, blue on the right, so that every turn and mirror shows."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    ImageDraw.Draw(image).rectangle([width // 2, 0, width, height], fill=(30, 30, 200))
    return image.convert(mode)


def encoded(image, format="JPEG", **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    out.seek(0)
    return out


def noise_jpeg():
    pixels = np.random.default_rng(1).integers(0, 255, (400, 600, 3), dtype=np.uint8)
    return encoded(Image.fromarray(pixels), quality=90).getvalue()


def png_header(width, height):
    """A PNG that claims a size and has no pixels: only somebody who decodes it notices."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def sentence_about(data, max_mb=25, max_megapixels=80):
    with pytest.raises(images.PhotoError) as refused:
        images.inspect(io.BytesIO(data), max_mb, max_megapixels)
    return str(refused.value)


def cleaned(file):
    return Image.open(io.BytesIO(images.clean_photo(file)))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_photos_of_every_kind_come_in_and_out_as_jpeg(format):
    file = encoded(picture(), format)
    assert images.inspect(file, 25, 80) == images.Info(format, 600, 400)
    clean = cleaned(file)
    assert (clean.format, clean.mode, clean.size) == ("JPEG", "RGB", (600, 400))
    assert clean.getpixel((50, 200))[0] > 150 and clean.getpixel((550, 200))[2] > 150


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "I;16", "1"])
def test_a_png_of_any_colour_mode_becomes_rgb(mode):
    image = Image.fromarray(np.full((40, 60), 40_000, np.uint16)) if mode == "I;16" else picture(60, 40, mode)
    assert cleaned(encoded(image, "PNG")).mode == "RGB"


def test_sixteen_bits_of_grey_keep_their_shades():
    ramp = np.tile(np.linspace(0, 65_535, 256, dtype=np.uint16), (20, 1))
    row = np.array(cleaned(encoded(Image.fromarray(ramp), "PNG")))[10, :, 0]
    assert row[5] < 20 and 110 < row[128] < 145 and row[250] > 235


def test_a_cmyk_jpeg_is_accepted_in_its_colours():
    file = encoded(picture(mode="CMYK"))
    assert images.inspect(file, 25, 80).format == "JPEG"
    clean = cleaned(file)
    assert clean.mode == "RGB" and clean.getpixel((50, 200))[0] > 150 > clean.getpixel((50, 200))[2]


def test_what_is_transparent_becomes_white_not_black():
    clean = cleaned(encoded(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "PNG"))
    assert min(clean.getpixel((20, 20))) > 245


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_turned_upright(orientation):
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose that makes such a file from an upright picture
    image = picture()
    stored = image.transpose(Image.Transpose(undo[orientation])) if orientation > 1 else image
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = encoded(stored, exif=exif, quality=95)
    info = images.inspect(file, 25, 80)
    clean = cleaned(file)
    assert (info.width, info.height) == clean.size == (600, 400)
    assert clean.getpixel((50, 200))[0] > 150 and clean.getpixel((550, 200))[2] > 150


def test_a_turned_heic_is_upright_too():
    exif = Image.Exif()
    exif[0x0112] = 6
    file = encoded(picture().transpose(Image.Transpose.ROTATE_90), "HEIF", exif=exif.tobytes())
    info = images.inspect(file, 25, 80)
    clean = cleaned(file)
    assert (info.width, info.height) == clean.size == (600, 400)
    assert clean.getpixel((50, 200))[0] > 150


def test_place_camera_and_profile_are_gone_after_cleaning():
    exif = Image.Exif()
    exif[0x010F] = "Camera & Sons"
    exif.get_ifd(0x8825)[1] = "N"
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    file = encoded(picture(), exif=exif, icc_profile=srgb, comment=b"a secret", xmp=b"<x:xmpmeta>a secret</x:xmpmeta>")
    assert b"a secret" in file.getvalue() and b"Camera" in file.getvalue()
    data = images.clean_photo(file)
    assert b"a secret" not in data and b"Camera" not in data and b"Exif" not in data and b"ICC_PROFILE" not in data


def test_a_photo_with_a_broken_profile_is_still_a_photo():
    broken = encoded(picture(), icc_profile=b"no profile at all")
    assert cleaned(broken).getpixel((50, 200))[0] > 150


def test_an_empty_file_is_refused():
    assert "empty" in sentence_about(b"")


def test_text_is_refused_whatever_its_name():
    assert "not a photo that can be opened" in sentence_about(b"Dear shelf, you are full of books.\n" * 50)


def test_drawings_pdfs_and_gifs_are_refused_by_name():
    assert "SVG" in sentence_about(b'<svg xmlns="http://www.w3.org/2000/svg"/>')
    assert "drawing" in sentence_about(b'\xef\xbb\xbf<?xml version="1.0"?><svg/>')
    assert "PDF" in sentence_about(b"%PDF-1.7 ...")
    frames = [picture(), picture().rotate(180)]
    assert "GIF" in sentence_about(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]).getvalue())
    assert "animated" in sentence_about(encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:]).getvalue())


@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_a_truncated_jpeg_is_refused(share):
    data = noise_jpeg()
    sentence = sentence_about(data[: int(len(data) * share)])
    assert "damaged" in sentence or "cannot be opened" in sentence or "can be opened" in sentence


@pytest.mark.parametrize("format", ["PNG", "WEBP", "HEIF"])
def test_other_formats_cut_in_half_are_refused(format):
    data = encoded(Image.open(io.BytesIO(noise_jpeg())), format).getvalue()
    assert "Choose" in sentence_about(data[: len(data) // 2])


@pytest.mark.parametrize("side", [9_000, 20_000])
def test_a_huge_picture_is_refused_from_its_header(side):
    assert "more than 80 megapixels" in sentence_about(png_header(side, side))


def test_a_large_picture_is_inspected_without_being_decoded():
    assert images.inspect(io.BytesIO(png_header(8_000, 8_000)), 25, 80) == images.Info("PNG", 8_000, 8_000)


def test_a_png_that_says_behind_its_pixels_how_it_is_turned_is_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(picture().transpose(Image.Transpose.ROTATE_90), "PNG").getvalue()
    behind = exif.tobytes().removeprefix(b"Exif\0\0")
    chunk = struct.pack(">I", len(behind)) + b"eXIf" + behind + struct.pack(">I", zlib.crc32(b"eXIf" + behind))
    file = io.BytesIO(data[:-12] + chunk + data[-12:])
    info = images.inspect(file, 25, 80)
    assert (info.width, info.height) == cleaned(file).size == (600, 400)


@pytest.mark.parametrize("size, divisor", [((4_000, 4_000), 1), ((5_000, 4_000), 2), ((8_000, 9_000), 4)])
def test_large_photos_are_decoded_at_a_part_of_their_size(size, divisor):
    array, found = images.load_reduced(encoded(Image.new("RGB", size), quality=20))
    assert found == divisor and array.shape == (size[1] // divisor, size[0] // divisor, 3)


def test_a_ribbon_too_long_for_a_jpeg_is_refused():
    assert "65,500 pixels long" in sentence_about(png_header(70_000, 10))


def test_a_heavy_file_is_refused_before_it_is_read():
    class Heavy(io.BytesIO):
        def seek(self, offset, whence=0):
            return 200 * 1024 * 1024 if whence == io.SEEK_END else super().seek(offset, whence)

        def read(self, *args):
            raise AssertionError("it was read")

    with pytest.raises(images.PhotoError, match="larger than 25 MB"):
        images.inspect(Heavy(), 25, 80)


def test_loading_gives_rgb_rows_and_columns():
    array = images.load_photo(encoded(picture()))
    assert array.shape == (400, 600, 3) and array.dtype == np.uint8 and array[200, 50, 0] > 150


def test_a_thumbnail_fits_into_its_square():
    small = Image.open(io.BytesIO(images.thumbnail(encoded(picture(3000, 1500)))))
    assert (small.format, small.size) == ("WEBP", (640, 320))


def shelf_with_spine(angle=0):
    """White, with one spine 80 x 500: green at its top, black at its foot, turned by `angle` around the middle."""
    image = Image.new("RGB", (800, 800), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle([360, 150, 440, 400], fill=(0, 160, 0))
    draw.rectangle([360, 400, 440, 650], fill="black")
    turned = image.rotate(-angle, resample=Image.Resampling.BICUBIC, fillcolor="white")
    radians = np.radians(angle)
    turn = np.array([[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]])
    corners = (np.array([[360, 150], [440, 150], [440, 650], [360, 650]]) - 400) @ turn.T + 400
    return np.array(turned), corners


@pytest.mark.parametrize("angle", [-30, -8, 0, 12, 30])
@pytest.mark.parametrize("first_corner", range(4))
@pytest.mark.parametrize("clockwise", [True, False])
def test_a_spine_is_cut_straight_and_stands_as_in_the_photo(angle, first_corner, clockwise):
    photo, corners = shelf_with_spine(angle)
    quad = np.roll(corners if clockwise else corners[::-1], -first_corner, axis=0)
    spine = Image.open(io.BytesIO(images.crop(photo, [tuple(map(float, p)) for p in quad]))).convert("RGB")
    assert 495 < spine.height <= 600 and 80 <= spine.width < 110
    middle = spine.width // 2
    assert spine.getpixel((middle, spine.height // 4))[1] > 120
    assert max(spine.getpixel((middle, spine.height * 3 // 4))) < 60


def test_a_tall_spine_is_made_small_and_one_at_the_edge_stays_inside():
    photo, _ = shelf_with_spine()
    big = np.tile(photo, (4, 1, 1))
    spine = Image.open(io.BytesIO(images.crop(big, [(-20, -10), (100, -10), (100, 3200), (-20, 3200)])))
    assert spine.height <= 600 and spine.width >= 10


@pytest.mark.parametrize("quad", [[(5, 5)] * 4, [(5, 5), (90, 5), (90, 5), (5, 5)], [(0, 0), (90, 90), (90, 0), (0, 90)]])
def test_a_region_that_is_no_box_still_gives_a_picture(quad):
    photo, _ = shelf_with_spine()
    assert Image.open(io.BytesIO(images.crop(photo, quad))).format == "WEBP"


def test_a_region_far_outside_of_the_photo_is_cut_at_its_edge():
    photo, _ = shelf_with_spine()
    spine = Image.open(io.BytesIO(images.crop(photo, [(-1e6, 0), (1e6, 0), (1e6, 1e6), (-1e6, 1e6)])))
    assert spine.height <= 600


def exif_entry(kind: int, value: bytes) -> bytes:
    """EXIF data with the orientation as a value of this type: 2 is text, 3 a short number, 7 anything."""
    return b"Exif\0\0II*\0\x08\0\0\0\x01\0" + struct.pack("<HHI", 0x0112, kind, 1 if kind == 3 else 4) + value + b"\0\0\0\0"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (2, b"top\0"),
        (2, b"6\0\0\0"),
        (7, b"\6\0\0\0"),
        (3, b"\0\0\0\0"),
        (3, b"\x09\0\0\0"),
        (3, b"\xff\xff\0\0"),
        (99, b"\6\0\0\0"),
    ],
)
def test_an_orientation_that_no_standard_knows_is_upright(kind, value):
    content = encoded(picture(), exif=exif_entry(kind, value))
    info = images.inspect(content, 25, 60)
    assert (info.width, info.height) == (600, 400)
    upright = Image.open(io.BytesIO(images.clean_photo(content)))
    assert upright.size == (600, 400) and upright.getpixel((10, 200))[0] > 150
