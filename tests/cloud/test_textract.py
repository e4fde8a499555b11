"""Textract as an engine: what is sent, what becomes of the answer, and of each way it can fail."""

import cv2
import numpy as np
import pytest

from scanning.ocr import OCRError
from scanning.ocr.textract import MOST_BYTES, TextractOCR, empty_strips, textract_jpeg, textract_tiles
from tests.cloud.stub import Seen

pytestmark = pytest.mark.services

WIDE = tuple(Seen(f"Book {n}", ((n / 20, 0.1), (n / 20 + 0.04, 0.1), (n / 20 + 0.04, 0.2), (n / 20, 0.2))) for n in range(20))


def picture(width=400, height=200):
    return np.full((height, width, 3), 200, dtype=np.uint8)


def read(image=None):
    return TextractOCR("us-east-1").read(picture() if image is None else image)


def close(quad, expected):
    return np.allclose(np.array(quad), np.array(expected), atol=1.5)


def test_lines_come_in_pixels_of_the_photo(amazon):
    amazon.lines = WIDE
    lines = read()
    assert len(lines) == 20 and len(amazon.textract) == 1, "nothing was missed, so nothing was asked twice"
    line = next(line for line in lines if line.text == "Book 3")
    assert close(line.quad, [(60, 20), (76, 20), (76, 40), (60, 40)]) and line.confidence == pytest.approx(0.99)


@pytest.mark.parametrize("shift", range(4))
def test_reading_order_is_that_of_the_words_wherever_the_corners_begin(amazon, shift):
    downwards = [(0.6, 0.1), (0.6, 0.9), (0.5, 0.9), (0.5, 0.1)]
    upwards = [(0.1, 0.9), (0.1, 0.1), (0.2, 0.1), (0.2, 0.9)]
    amazon.lines = (Seen("The Waves", tuple(downwards)), Seen("Three Guineas", tuple(upwards)))
    engine = TextractOCR("us-east-1")
    buy = engine.till.buy

    def rolling(service, request, estimate, ask, price):
        reply = buy(service, request, estimate, ask, price)
        for block in reply["Blocks"]:
            if block["BlockType"] == "LINE":
                polygon = block["Geometry"]["Polygon"]
                block["Geometry"]["Polygon"] = polygon[shift:] + polygon[:shift]
        return reply

    engine.till.buy = rolling
    lines = {line.text: line.quad for line in engine.read_part(picture(), (0, 0, 400, 200), 0)}
    assert close(lines["The Waves"], [(240, 20), (240, 180), (200, 180), (200, 20)])
    assert close(lines["Three Guineas"], [(40, 180), (40, 20), (80, 20), (80, 180)])


def test_a_single_word_in_a_tall_box_reads_downwards(amazon):
    amazon.lines = (Seen("Middlemarch", ((0.5, 0.1), (0.55, 0.1), (0.55, 0.9), (0.5, 0.9))), *WIDE)
    line = next(line for line in read() if line.text == "Middlemarch")
    assert close(line.quad, [(220, 20), (220, 180), (200, 180), (200, 20)])


def test_where_spines_were_missed_the_photo_is_asked_for_once_more_turned(amazon):
    def seen(picture):
        height, width = picture.shape[:2]
        if width > height:  # the photo as it is
            return [Seen("Left", ((0.0, 0.4), (0.1, 0.4), (0.1, 0.5), (0.0, 0.5)))]
        return [Seen("Right side", ((0.1, 0.1), (0.9, 0.1), (0.9, 0.2), (0.1, 0.2)))]

    amazon.lines = seen
    lines = {line.text: line.quad for line in read()}
    assert len(amazon.textract) == 2 and set(lines) == {"Left", "Right side"}
    assert close(lines["Right side"], [(360, 20), (360, 180), (320, 180), (320, 20)]), "it reads downwards on the right"


def test_a_doubtful_answer_is_asked_for_again_and_doubles_become_one(amazon):
    amazon.lines = lambda picture: [] if picture.shape[0] > picture.shape[1] else [Seen(s.text, s.corners, 60.0) for s in WIDE]
    assert len(read()) == 20 and len(amazon.textract) == 2


def test_a_photo_too_long_for_textract_is_sent_in_parts(amazon):
    amazon.lines = WIDE
    parts = textract_tiles((300, 16_000))
    lines = read(picture(16_000, 300))
    assert [shown.shape[1] for shown in amazon.textract[:2]] == [10_000, 10_000] and len(parts) == 2
    assert max(x for line in lines for x, _ in line.quad) > 15_000, "lines of the second part stand where they are on the photo"


def test_a_photo_a_little_too_long_is_shrunk_and_a_heavy_one_packed_tighter():
    assert max(cv2.imdecode(np.frombuffer(textract_jpeg(picture(11_000, 200)), np.uint8), 1).shape) == 10_000
    noise = np.random.default_rng(7).integers(0, 255, (3600, 4200, 3), dtype=np.uint8)
    assert len(textract_jpeg(noise)) <= MOST_BYTES


def test_strips_without_text_are_counted_where_a_spine_would_fit():
    quads = [((10, 0), (30, 0), (30, 9), (10, 9)), ((60, 0), (99, 0), (99, 9), (60, 9))]
    assert empty_strips(quads, 100) == 40  # 10 on the left, 30 in the middle; the last pixel is no spine


@pytest.mark.parametrize(
    ("code", "sentence", "permanent"),
    [
        ("AccessDeniedException", "refused access", True),
        ("BadDocumentException", "cannot read this picture", True),
        ("DocumentTooLargeException", "cannot read this picture", True),
        ("ThrottlingException", "too busy", False),
        ("ProvisionedThroughputExceededException", "too busy", False),
        ("ExpiredTokenException", "have expired", False),
        ("UnrecognizedClientException", "credentials", False),
        ("InternalServerError", "out of service", False),
    ],
)
def test_each_error_is_a_sentence_and_says_whether_to_try_again(amazon, code, sentence, permanent):
    amazon.faults = [(code, "whatever")]
    with pytest.raises(OCRError, match=sentence) as told:
        read()
    assert told.value.permanent is permanent and amazon.refused == 1


def test_a_busy_textract_is_asked_again(amazon, monkeypatch):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    amazon.lines, amazon.faults = WIDE, [("ThrottlingException", "slow down")]
    assert len(read()) == 20 and amazon.refused == 1


def test_after_failures_in_a_row_it_is_left_alone(amazon):
    amazon.faults = [("InternalServerError", "")] * 9
    for _ in range(7):
        with pytest.raises(OCRError):
            read()
    with pytest.raises(OCRError, match="paused for a minute"):
        read()
    assert amazon.refused == 5


def test_a_photo_it_cannot_read_says_nothing_about_its_health(amazon):
    amazon.lines, amazon.faults = WIDE, [("BadDocumentException", "")] * 6
    for _ in range(6):
        with pytest.raises(OCRError):
            read()
    assert len(read()) == 20


def test_without_keys_there_is_a_sentence(amazon, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(OCRError, match="credentials"):
        read()
