"""Shows the messages in the dead-letter queues, and what became of their tasks."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from jobs.sqs_dead_letters import queue_letters


class Command(BaseCommand):
    help = "Shows the messages in the dead-letter queues, and what became of their tasks. Only with BROKER=sqs."

    def add_arguments(self, parser):
        then = parser.add_mutually_exclusive_group()
        then.add_argument("--clear", action="store_true", help="delete the messages after showing them")
        then.add_argument("--requeue", action="store_true", help="put the messages back into their queue after showing them")

    def handle(self, *, clear, requeue, **options):
        if settings.BROKER != "sqs":
            raise CommandError(
                "There are dead-letter queues only with BROKER=sqs. The administration shows work that was given up."
            )
        for letter in queue_letters():
            self.stdout.write(f"{letter.queue}: {letter.reason}")
            if requeue:
                letter.requeue()
            elif clear:
                letter.message.delete()
