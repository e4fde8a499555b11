"""Idle processes look for work only when somebody has written something, or after a while."""

import sqlite3

import pytest

from jobs.database_changes import LOOK_ANYWAY_SECONDS, DatabaseChanges
from jobs.orm_broker import OrmQueue


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def writer(tmp_path):
    with sqlite3.connect(tmp_path / "some.sqlite3") as connection:
        connection.executescript("PRAGMA journal_mode=WAL; CREATE TABLE tasks (name)")
        yield connection
    connection.close()


@pytest.fixture
def changes(tmp_path, writer, clock) -> DatabaseChanges:
    return DatabaseChanges(str(tmp_path / "some.sqlite3"), clock)


def write(writer):
    with writer:
        writer.execute("INSERT INTO tasks VALUES ('one')")


def test_the_first_look_is_always_worth_it_and_the_next_only_after_a_change(changes, writer):
    assert [changes.may_have_changed() for _ in range(3)] == [True, False, False]
    write(writer)
    assert [changes.may_have_changed() for _ in range(2)] == [True, False]


def test_what_becomes_due_without_a_change_is_found_after_a_while(changes, clock):
    assert changes.may_have_changed()
    clock.now += LOOK_ANYWAY_SECONDS - 0.1
    assert not changes.may_have_changed()
    clock.now += 0.2
    assert [changes.may_have_changed() for _ in range(2)] == [True, False]


def test_what_is_not_committed_is_no_change_yet(changes, writer):
    changes.may_have_changed()
    writer.execute("INSERT INTO tasks VALUES ('one')")
    assert not changes.may_have_changed()
    writer.commit()
    assert changes.may_have_changed()


def test_a_database_that_is_no_file_may_always_have_changed():
    changes = DatabaseChanges()
    assert [changes.may_have_changed() for _ in range(3)] == [True, True, True]


@pytest.mark.django_db
def test_the_queue_hands_out_a_task_once_and_then_only_looks_after_a_change(changes, writer, django_assert_num_queries):
    queue = OrmQueue("bookimg", changes)
    queue.enqueue("a task")
    ((_, payload),) = queue.dequeue()
    assert payload == "a task"
    with django_assert_num_queries(0):
        assert queue.dequeue() is None
    write(writer)
    with django_assert_num_queries(1):
        assert queue.dequeue() is None
