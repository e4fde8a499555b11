"""The made-up catalogue of the benchmarks, and the growth that is measured on it."""

import random
import subprocess
import sys
from collections import Counter

import pytest
from django.db import connection

from bookimg.benchmarks import Figure, Options, catalog, growth, process_figures
from bookimg.benchmarks.synthetic_spines import misread, synthetic_spine
from catalogs import Record, isbn
from catalogs.synthetic import MadeUp

pytestmark = pytest.mark.slow


def test_a_longer_catalogue_begins_with_the_shorter_one():
    assert list(MadeUp().records(300))[:100] == list(MadeUp().records(100))


def test_made_up_books_have_titles_authors_and_right_isbns_or_none():
    records = list(MadeUp().records(300))
    assert all(record.title and record.author for record in records)
    numbers = [record.isbn for record in records if record.isbn]
    assert 200 < len(numbers) < 300
    assert all(isbn.parse(number) == number for number in numbers)


def test_few_words_are_common_and_many_are_rare():
    counts = Counter(word for record in MadeUp().records(2000) for word in record.title.split())
    assert counts.most_common(1)[0][1] > 50
    assert sum(count == 1 for count in counts.values()) > len(counts) / 2


def test_a_spine_is_misread_here_and_there_and_bears_title_and_surname():
    chance, book = random.Random(1), Record("Middlemarch", ("George Eliot",), publisher="Penguin")
    spines = {synthetic_spine(book, chance) for _ in range(50)}
    assert len(spines) > 20
    assert any("middlemarch" in text.lower() and "eliot" in text.lower() for text in spines)
    assert len({misread("Looking Backward", chance) for _ in range(50)}) > 5


@pytest.mark.django_db
def test_growth_is_told_against_the_first_size(capsys):
    first, second = catalog.measure_catalog(Options(records=(240, 120)))
    assert (first.name, first.unit, first.limit) == ("sqlite, 100 spines among 120 records", "ms", 1500)
    assert (second.name, second.unit, second.limit) == ("sqlite, 100 spines among 240 compared with 120", "x", 3)
    assert first.value > 0 < second.value
    assert "100.0%" in capsys.readouterr().out


def test_a_figure_says_how_many_times_better_than_asked_it_is():
    assert str(Figure("first book", 0.3, "x", 0.6)) == "first book: 0.30 x (at most 0.6): 2.0 x"
    assert Figure("memory", 1800, "MB", 900).ratio == 0.5


@pytest.mark.django_db
def test_growth_of_a_library_is_told_for_every_page_and_both_states(capsys):
    figures = growth.measure_growth(Options(records=(40, 20)))
    assert len(figures) == len(growth.PAGES) * (2 if connection.vendor == "sqlite" else 1)
    assert all(figure.value > 0 and "40 compared with 20 books" in figure.name for figure in figures)
    assert "API, far offset" in capsys.readouterr().out


def test_a_process_is_measured_with_all_its_children():
    command = (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import sys; print(1, flush=True); sys.stdin.read()'])"
    )
    parent = subprocess.Popen([sys.executable, "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout and parent.stdin and parent.stdout.readline() == b"1\n"
    (child,) = process_figures.descendants(parent.pid)
    assert 0 < process_figures.shared_out_megabytes(child) <= process_figures.peak_megabytes(child)
    assert process_figures.processor_seconds(child) >= 0
    parent.stdin.close()
    assert parent.wait(10) == 0
