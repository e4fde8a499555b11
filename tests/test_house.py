"""How large the house may become: `python tests/house.py` prints the figures."""

import subprocess

import pytest

from tests.house import HERE, Checkout


@pytest.fixture(scope="module")
def project():
    return Checkout(HERE)


@pytest.fixture
def sample(tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/front.py").write_text(
        '"""Each customer."""\nfrom shop import back\n\n\ndef pay(asked_price):\n    return f"You asked for {asked_price}"\n'
    )
    (tmp_path / "shop/back.py").write_text("def pay():\n    import shop.front\n\n\ndef _count():\n    pass\n")
    (tmp_path / "shop/page.html").write_text('{# each #}<p title="As told">{{ each_one }} {% url "said" %}</p>')
    (tmp_path / "shop/page.js").write_text('// each\nrows.forEach((row) => show("said", askedOf(row)));\n')
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return Checkout(tmp_path)


def test_the_figures_of_a_small_checkout(sample):
    assert sample.files_by_app == {"shop": 2}
    assert set(sample.shared_names) == {"pay"}
    assert sample.shared_share == 100
    assert sample.definitions_per_thousand_lines == pytest.approx(1000 * 2 / 12)
    assert sample.function_lengths == [2, 2, 2]
    assert sample.import_cycles == [["shop.back", "shop.front"]]
    assert sample.imports_in_functions == ["shop/back.py:2"]
    names, texts = {"name asked": 3, "name each": 1}, {"text asked": 1, "text said": 2, "text told": 1}
    assert sample.dialect_by_word == names | texts


def test_functions_are_short(project):
    assert project.function_lengths[-1] <= 45


def test_imports_stand_at_the_top_of_modules(project):
    assert len(project.imports_in_functions) <= 3, project.imports_in_functions


def test_every_app_fits_into_a_head(project):
    assert max(project.files_by_app.values()) <= 90, project.files_by_app


def test_public_names_are_few_and_mean_one_thing(project):
    assert project.shared_share <= 12, sorted(project.shared_names)
    assert project.definitions_per_thousand_lines <= 40


def test_the_words_are_plain(project):
    assert project.dialect.total() <= 60, project.dialect.most_common(20)


def test_no_module_is_longer_than_a_reader_is_patient(project):
    assert project.largest_file[0] <= 420, project.largest_file


def test_no_module_imports_itself_by_way_of_others(project):
    assert project.import_cycles == []
