"""Covers that somebody uploaded, out of the archive of an export with photos."""

import re
import zipfile
from typing import BinaryIO

from library.covers import cover_files

NAME = re.compile(r"covers/([0-9a-f]{32})\.webp")
LARGEST = 5 << 20


def restore_covers(user, stream: BinaryIO):
    """Keeps the pictures of an archive that are covers as the covers of this person; others are passed over."""
    if not zipfile.is_zipfile(stream):
        return
    stream.seek(0)
    with zipfile.ZipFile(stream) as archive:
        for member in archive.infolist():
            match = NAME.fullmatch(member.filename)
            if match and member.file_size <= LARGEST:
                keep(user, match[1], archive.read(member))


def keep(user, name: str, data: bytes):
    try:
        cover_files.stored(cover_files.own_key(user.pk, name), cover_files.as_cover(data))
    except cover_files.PictureError:
        return
