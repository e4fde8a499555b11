import signal

import boto3
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from scanning import ingest


class Command(BaseCommand):
    help = "Scans photos that other programs put into the bucket, which S3 announces in the queue INGEST_QUEUE. SIGTERM stops it."
    stopping = False

    def add_arguments(self, parser):
        parser.add_argument("--queue", default=settings.INGEST_QUEUE, help="the name of the queue")
        parser.add_argument("--once", action="store_true", help="stop when the queue is empty")

    def handle(self, *, queue, once, **options):
        if settings.STORAGE != "s3":
            raise CommandError("ingest needs S3. Set STORAGE=s3 and S3_BUCKET first.")
        if not queue:
            raise CommandError("Set the queue for notifications from S3 with INGEST_QUEUE or --queue.")
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        messages = boto3.Session(region_name=settings.AWS_REGION).resource("sqs").get_queue_by_name(QueueName=queue)
        while not self.stopping:
            received = ingest.receive_notices(messages, wait=1 if once else 20)
            if once and not received:
                return

    def stop(self, *_):
        self.stopping = True
