"""How a spine looks, in 64 bits: two pictures of one spine differ in few of them, those of two in about half. Pure."""

import cv2
import numpy as np

from scanning.ocr import Quad

SIDE, WAVES = 32, 8  # pixels that are looked at, and the slowest waves among them, each way
AIR = 0.25  # of the lettering's height, seen around it: a spine's colour, and room for a box that is a little off
LEAST_SIDE = 4  # pixels
LEAST_CONTRAST = 3.0  # grey levels; an even surface looks like any other
UNLIKE = WAVES * WAVES


def look_of(image: np.ndarray, region: Quad) -> str:
    """16 hex digits for what `region` of an RGB photo shows, laid level as it is read; "" where there is nothing to be seen.

    Each bit tells whether one of the slow waves that make up the picture is strong: small letters, light from one side and a
    box that is a little off change few of them.
    """
    corners = np.array(region, dtype=np.float32)
    if corners.shape != (4, 2):
        return ""
    reading, down = corners[1] - corners[0], corners[3] - corners[0]
    length, height = float(np.linalg.norm(reading)), float(np.linalg.norm(down))
    if min(length, height) < LEAST_SIDE:
        return ""
    right, below = reading / length * AIR * height, down * AIR
    corners += np.array([-right - below, right - below, right + below, below - right], dtype=np.float32)
    width, tall = round(length + 2 * AIR * height), round(height * (1 + 2 * AIR))
    target = np.array([[0, 0], [width, 0], [width, tall], [0, tall]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    level = cv2.warpPerspective(image, matrix, (width, tall), borderMode=cv2.BORDER_REPLICATE)
    grey = cv2.cvtColor(level, cv2.COLOR_RGB2GRAY).astype(np.float32)
    small = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    if float(small.std()) < LEAST_CONTRAST:
        return ""
    waves = cv2.dct(small)[:WAVES, :WAVES].ravel()
    waves[0] = 0.0  # the brightness of the whole
    return np.packbits(waves > np.median(waves)).tobytes().hex()


def distance(one: str, other: str) -> int:
    """In how many of 64 bits two looks differ; a look that is not known is like no other."""
    return (int(one, 16) ^ int(other, 16)).bit_count() if one and other else UNLIKE
