"""A first look for whoever starts the product: an account with a drawn shelf, read by the real pipeline without any network."""

import io
import secrets
from functools import partial

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django_q.tasks import async_task

from library.models import Status
from scanning import drawing, pipeline, review, uploads
from scanning.models import Scan

NAME, EMAIL = "demo", "demo@localhost"
SHELF, PHOTO = "Living room", "drawn-shelf.jpg"
SEED = 7
BOOKS = (
    ("Middlemarch", "George Eliot"),
    ("The Great Gatsby", "F. Scott Fitzgerald"),
    ("Invisible Cities", "Italo Calvino"),
    ("Frankenstein", "Mary Shelley"),
    ("Cien años de soledad", "Gabriel García Márquez"),
    ("Treasure Island", "Robert Louis Stevenson"),
    ("Dune", "Frank Herbert"),
    ("Die Verwandlung", "Franz Kafka"),
    ("Walden", ""),
    ("To the Lighthouse", "Virginia Woolf"),
    ("Family Recipes", ""),  # in no catalogue
    ("The Left Hand of Darkness", "Ursula K. Le Guin"),
    ("Pride and Prejudice", "Jane Austen"),
    ("The Secret Garden", "Frances Hodgson Burnett"),
)
ADDED_AS = (Status.READ, Status.READING, Status.READ, Status.TO_READ, Status.READ)  # the last sure ones; the rest is for review


def offer() -> str:
    """At the very first start: makes the account and sends its shelf on its way. The password, or "" where there is no offer."""
    users = get_user_model()
    if not settings.DEMO or users.objects.exists():
        return ""
    password = secrets.token_urlsafe(9)
    with transaction.atomic():
        user = users.objects.create_user(NAME, EMAIL, password)
        EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
        scan = uploads.take_in_upload(user, demo_photo(), PHOTO, shelf=SHELF, catalogs=["local"])
        send_demo(scan.pk)
    return password


def send_demo(pk: int):
    transaction.on_commit(partial(async_task, "scanning.tasks.show", pk))


def demo_photo() -> io.BytesIO:
    file = io.BytesIO()
    drawing.draw_shelf(BOOKS, SEED).save(file, "JPEG", quality=90)
    return file


def show_demo(pk: int):
    """Reads the shelf and puts a few of its books into the library, so that there is something to see everywhere."""
    if not Scan.objects.filter(pk=pk).exists():
        return  # somebody was quick to delete it
    scan = pipeline.run_through(pk)
    with transaction.atomic():
        if scan.candidates.exclude(decided=None).exists():
            return  # somebody is at it already
        sure = scan.candidates.sure().order_by("-number")
        for candidate, status in zip(sure, ADDED_AS, strict=False):
            review.accept_candidate(candidate.pk, scan.user, status)
