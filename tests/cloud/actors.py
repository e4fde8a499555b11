"""What the stand-ins for Textract and Bedrock say of a picture that they really look at, with the product's own models."""

import threading
from functools import cache

import cv2
import numpy as np

from scanning.ocr.local import LocalOCR
from tests.cloud.stub import Seen, converse_reply, lines_told

one_at_a_time = threading.Lock()


@cache
def reader() -> LocalOCR:
    return LocalOCR()


def really_read(picture) -> list[Seen]:
    """What our own models read (BGR), in Textract's shares of the picture."""
    height, width = picture.shape[:2]
    with one_at_a_time:
        lines = reader().read(picture[:, :, ::-1])
    return [Seen(line.text, tuple((x / width, y / height) for x, y in line.quad), line.confidence * 100) for line in lines]


def answer(request: dict) -> dict:
    """As a model would: spines from lines that lie on one strip, or the largest print of a cover."""
    content = request["messages"][0]["content"]
    if "image" in content[0]:
        picture = cv2.imdecode(np.frombuffer(content[0]["image"]["source"]["bytes"], np.uint8), cv2.IMREAD_COLOR)
        return converse_reply("report_cover", cover(really_read(picture)))
    spines = [
        {"lines": [line["n"] for line in strip], "title": max(strip, key=lambda line: line["height"])["text"], "author": ""}
        for strip in strips(lines_told(request))
    ]
    return converse_reply("report_spines", {"spines": spines})


def strips(lines: list[dict]) -> list[list[dict]]:
    """Lines that run upright and stand over each other are one spine; any other is one of its own."""
    found: list[list[dict]] = []
    for line in sorted(lines, key=lambda line: (line["x"], line["y"])):
        near = found and abs(found[-1][-1]["x"] - line["x"]) < line["height"] / 2
        if near and line["turn"] in (90, 270) and found[-1][-1]["turn"] == line["turn"]:
            found[-1].append(line)
        else:
            found.append([line])
    return found


def cover(lines: list[Seen]) -> dict:
    largest = sorted(lines, key=lambda line: line.corners[0][1] - line.corners[3][1])  # tallest first
    told = {"title": largest[0].text, "confidence": 0.8} if largest else {"title": "", "confidence": 0.0}
    return told | {"authors": [line.text for line in largest[1:2]]}
