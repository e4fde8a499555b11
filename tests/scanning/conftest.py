"""What the tests of scans need beside the cast."""

import sqlite3
import threading

import pytest
from django.db import connection


@pytest.fixture
def on_disk(transactional_db, tmp_path):
    """A database as in production, for threads that race: the one in memory refuses where a file waits for its lock."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    memory, name = connection.connection, connection.settings_dict["NAME"]
    with sqlite3.connect(tmp_path / "race.sqlite3") as file:
        memory.backup(file)
    connection.connection, connection.settings_dict["NAME"] = None, str(tmp_path / "race.sqlite3")
    yield
    connection.close()
    connection.connection, connection.settings_dict["NAME"] = memory, name


@pytest.fixture
def race(on_disk):
    """Calls a function in several threads at the same moment; answers with what each returned or raised."""

    def run(function, times: int = 2) -> list:
        answers, ready = [], threading.Barrier(times)

        def one():
            ready.wait()
            try:
                answers.append(function())
            except Exception as error:
                answers.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=one) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    return run
