"""Files that people send: their names, what they are known by, and folders that are deleted."""

import hashlib
import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.user_files import delete_folder, sha256_of, shown_name


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("shelf.jpg", "shelf.jpg"),
        ("C:\\Photos\\shelf.jpg", "shelf.jpg"), ("/home/ida/shelf.jpg", "shelf.jpg"), ("../../etc/passwd", "passwd"),
        ("a\0b\n.jpg", "ab.jpg"), ("", "a photo"), (None, "a photo"), ("photos/", "a photo"), ("x" * 20 + ".jpg", "xxxxxx.jpg"),
    ],
)  # fmt: skip
def test_a_name_is_shown_without_its_path_and_what_cannot_be_shown(sent, shown):
    assert shown_name(sent, 10, "a photo") == shown[-10:]


def test_a_file_is_known_by_all_it_holds_and_can_be_read_again():
    file = io.BytesIO(b"books" * 1_000_000)
    file.read(7)
    assert sha256_of(file) == hashlib.sha256(b"books" * 1_000_000).hexdigest()
    assert file.tell() == 0


def test_a_folder_is_deleted_with_everything_in_it_and_twice_is_no_error():
    for name in ("a.txt", "deep/b.txt", "deep/er/c.txt"):
        default_storage.save(f"test-folder/{name}", ContentFile(b"x"))
    default_storage.save("test-folder-beside/d.txt", ContentFile(b"x"))
    delete_folder("test-folder")
    delete_folder("test-folder")
    assert not default_storage.exists("test-folder")
    assert default_storage.exists("test-folder-beside/d.txt")
