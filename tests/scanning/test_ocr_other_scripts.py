"""Scripts that the recogniser has no letters for; drawn in the fonts of OpenCV, which nothing was fitted to."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein
from rapidocr.ch_ppocr_rec import TextRecInput

from scanning.ocr.local import LocalOCR
from scanning.ocr.other_scripts import Alphabet, OtherScripts, load_other_scripts
from tests.properties import quick

RUSSIAN = [
    "ВОЙНА И МИР",
    "Лев Толстой",
    "Преступление и наказание",
    "Ф. М. ДОСТОЕВСКИЙ",
    "Вишнёвый сад",
    "Герой нашего времени",
    "АННА КАРЕНИНА",
]
UKRAINIAN = ["Тіні забутих предків", "Михайло Коцюбинський", "ЛІСОВА ПІСНЯ"]
SERBIAN = ["Проклета авлија", "Иво Андрић", "На Дрини ћуприја"]
GREEK = ["Βίος και Πολιτεία του Αλέξη Ζορμπά", "ΝΙΚΟΣ ΚΑΖΑΝΤΖΑΚΗΣ", "Το Άξιον Εστί", "Οδυσσέας Ελύτης"]
KNOWN = [
    "The Name of the Rose",
    "UMBERTO ECO",
    "Der Zauberberg",
    "MAX FRISCH HOMO FABER",
    "TOM TAMMY 1984",
    "Étoile",
    "META",
    "红楼梦",
    "ノルウェイの森",
]


def draw(text: str, size: int = 36) -> np.ndarray:
    """A line of text as it is cut out of a photo."""
    face = cv2.FontFace("sans" if text.isascii() else "uni")
    left, top, width, height = cv2.getTextSize((0, 0), text, (0, 0), face, size, 400)
    picture = np.full((height + size // 2, width + size, 3), (40, 60, 30), np.uint8)
    cv2.putText(picture, text, (size // 2 - left, size // 4 - top), (225, 235, 240), face, size, 400)
    return cv2.GaussianBlur(picture, (3, 3), 0)


# ── The real models ─────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def engine():
    return LocalOCR()


def wrong_letters(engine: LocalOCR, texts: list[str]) -> float:
    read = [text for text, _ in engine.recognise([draw(text) for text in texts])]
    return sum(map(Levenshtein.distance, texts, read)) / len("".join(texts))


@pytest.mark.slow
@pytest.mark.parametrize(("texts", "most"), [(RUSSIAN, 0.03), (UKRAINIAN, 0.05), (SERBIAN, 0.08), (GREEK, 0.08)])
def test_letters_of_other_scripts_are_read(engine, texts, most):
    assert wrong_letters(engine, texts) <= most


@pytest.mark.slow
def test_what_the_recogniser_has_letters_for_stays_its_own(engine):
    crops = [draw(text) for text in KNOWN]
    _, recogniser = engine.models
    alone = [recogniser(TextRecInput(img=[crop])).txts[0] for crop in crops]
    assert [text for text, _ in engine.recognise(crops)] == alone


@pytest.mark.slow
def test_a_line_of_another_script_is_surer_upright_than_upside_down(engine):
    upright = draw(RUSSIAN[2])
    (_, sure), (_, doubtful) = engine.recognise([upright, np.ascontiguousarray(np.rot90(upright, 2))])
    assert sure > 0.9 > doubtful


# ── The parts ───────────────────────────────────────────────────────────────────────────────────────────────────────
LETTERS = "аб "


@pytest.fixture
def plain():
    """An alphabet of three letters whose network passes the numbers of a step on as they are."""
    size = len(LETTERS) + 1
    same, none = np.eye(size, dtype=np.float32), np.zeros(size, dtype=np.float32)
    mixing = {f"mixing{n}_{part}": np.zeros((7 if part == "near" else size, size)) for n in (0, 1) for part in ("near", "across")}
    biases = {f"{name}_bias": none for name in [*mixing, "first", "last"]}
    return Alphabet(LETTERS, {"mean": none, "scale": none + 1, "first": same, "last": same, **mixing, **biases})


def steps(*codes: int) -> np.ndarray:
    """What a line of these classes looks like; 0 is no letter."""
    return 9 * np.eye(len(LETTERS) + 1, dtype=np.float32)[list(codes)]


def test_a_letter_that_takes_several_steps_is_one_letter(plain):
    assert plain.read(steps(0, 1, 1, 2, 0, 2, 2, 0, 3, 1))[0] == "абб а"


def test_an_empty_line_has_no_text_and_no_confidence(plain):
    assert plain.read(steps(0, 0, 0)) == ("", 0.0)


@quick
@given(st.lists(st.lists(st.integers(-30, 30), min_size=4, max_size=4), min_size=1, max_size=12))
def test_whatever_is_seen_confidence_is_a_share(numbers):
    alphabet = load_other_scripts().alphabets["cyrillic"]
    seen = np.resize(np.array(numbers, dtype=np.float32), (len(numbers), len(alphabet.weights["mean"])))
    text, confidence = alphabet.read(seen)
    assert set(text) <= set(alphabet.letters)
    assert 0 <= confidence <= 1.001


@pytest.fixture
def reader(plain):
    """Takes a line for Cyrillic by its fourth number."""
    weights = np.array([[0, 0], [0, 0], [0, 0], [0, 1], [0, 0]], dtype=np.float32)
    return OtherScripts(("latin", "cyrillic"), weights, {"cyrillic": plain})


def line(cyrillic: float) -> np.ndarray:
    seen = steps(1, 2, 1)
    seen[:, 3] = cyrillic
    return seen


@pytest.mark.parametrize(
    ("cyrillic", "confidence", "text"), [(5, 0.99, "аба"), (-5, 0.1, "a6a"), (1, 0.5, "аба"), (0.5, 0.999, "a6a")]
)
def test_the_script_of_the_line_and_confidence_decide(reader, cyrillic, confidence, text):
    assert reader.read(line(cyrillic), ("a6a", confidence))[0] == text


def test_a_reading_without_own_letters_is_left_to_the_recogniser(reader):
    latin = OtherScripts(
        reader.scripts, reader.script_weights, {"cyrillic": Alphabet("ab ", reader.alphabets["cyrillic"].weights)}
    )
    assert latin.read(line(5), ("aba", 0.4)) == ("aba", 0.4)


def test_a_reading_that_mixes_scripts_within_words_is_left_to_the_recogniser(reader):
    mixing = OtherScripts(
        reader.scripts, reader.script_weights, {"cyrillic": Alphabet("аb ", reader.alphabets["cyrillic"].weights)}
    )
    assert mixing.read(line(5), ("aba", 0.4)) == ("aba", 0.4)


def test_a_single_letter_is_left_to_the_recogniser(reader):
    seen = steps(0, 1, 0)
    seen[:, 3] = 5
    assert reader.read(seen, ("a", 0.4)) == ("a", 0.4)
