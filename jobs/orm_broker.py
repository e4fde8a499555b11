"""The queue in the database (BROKER=orm): django-q's broker, which looks into its table only if there can be something new."""

from time import sleep

from django_q.brokers.orm import ORM
from django_q.conf import Conf

from jobs.database_changes import DatabaseChanges


class OrmQueue(ORM):
    def __init__(self, list_key: str = Conf.PREFIX, changes: DatabaseChanges | None = None):
        super().__init__(list_key)
        self.changes = changes or DatabaseChanges()

    def dequeue(self):
        if self.changes.may_have_changed():
            return super().dequeue()
        sleep(Conf.POLL)
        return None
