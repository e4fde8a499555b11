"""Questions about one's books, and the answers, with what they were found in and what they cost."""

import secrets
from datetime import timedelta
from typing import TypedDict

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone


def new_key() -> str:
    return secrets.token_urlsafe(12).replace("-", "x").replace("_", "y")


class ChatQuerySet(models.QuerySet):
    def of(self, user):
        """This person's conversations that have not run out."""
        return self.filter(user=user).exclude(self._over())

    def over(self):
        """So long unused that they are forgotten."""
        return self.filter(self._over())

    @staticmethod
    def _over() -> Q:
        return Q(pinned=False, last_used__lt=timezone.now() - timedelta(hours=settings.CHAT_TTL_HOURS))


class Memory(TypedDict, total=False):
    """What "those", "it" and "the unread ones" mean: keys of copies, and the last query with its intent."""

    books: list[int]
    focus: int | None
    query: dict
    intent: str


class Step(TypedDict):
    """One call of a tool."""

    tool: str
    query: str
    found: str


class Action(TypedDict, total=False):
    """A change that was proposed; `state` is proposed, done, dismissed or failed, and then `result` is the sentence about it."""

    name: str
    books: list[int]
    value: str
    sentence: str
    state: str
    result: str


class Chat(models.Model):
    """One conversation, its owner's alone; forgotten some hours after the last message unless it is pinned."""

    key = models.CharField(max_length=24, unique=True, default=new_key, editable=False)
    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="chats")
    title = models.CharField(max_length=120, blank=True)
    pinned = models.BooleanField(default=False)
    memory: "models.JSONField[Memory, Memory]" = models.JSONField(default=dict, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(default=timezone.now, db_index=True)

    objects = ChatQuerySet.as_manager()

    class Meta:
        ordering = ["-last_used"]

    def __str__(self):
        return self.title or self.key

    def get_absolute_url(self):
        return reverse("chat", args=[self.key])


class Message(models.Model):
    """One turn: a question, and the answer as far as it is there."""

    class State(models.TextChoices):
        WORKING = "working", "At work"
        DONE = "done", "Answered"
        FAILED = "failed", "Failed"
        STOPPED = "stopped", "Stopped"

    INTERRUPTED_AFTER = timedelta(seconds=90)  # nobody is at it any more: the process is gone

    chat = models.ForeignKey(Chat, on_delete=models.CASCADE, related_name="messages")
    question = models.TextField()
    answer = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WORKING)
    error = models.CharField(max_length=300, blank=True)
    steps: "models.JSONField[list[Step], list[Step]]" = models.JSONField(default=list, blank=True)  # as they happened
    # Keys of the copies that the answer comes from, in its order
    books: "models.JSONField[list[int], list[int]]" = models.JSONField(default=list, blank=True)
    total = models.PositiveIntegerField(default=0)  # how many there are where not all are shown
    action: "models.JSONField[Action, Action]" = models.JSONField(default=dict, blank=True)
    stop_requested = models.BooleanField(default=False)
    engine = models.CharField(max_length=120, blank=True)  # the model, or "planner"
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    usd = models.DecimalField(max_digits=10, decimal_places=6, default=0)
    milliseconds = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"turn {self.pk}"  # administrators see this; the question is its owner's

    def request_stop(self):
        Message.objects.filter(pk=self.pk, state=self.State.WORKING).update(stop_requested=True)

    def stopping(self) -> bool:
        return Message.objects.filter(pk=self.pk, stop_requested=True).exists()

    def settle(self):
        """A turn whose process has gone says so, instead of being at work for ever."""
        late = timezone.now() - self.INTERRUPTED_AFTER
        if self.state == self.State.WORKING and self.changed < late:
            sentence = "The answer was interrupted. Ask again."
            gone = Message.objects.filter(pk=self.pk, state=self.State.WORKING, changed=F("changed"), changed__lt=late)
            gone.update(state=self.State.FAILED, error=sentence, changed=timezone.now())
            self.refresh_from_db()
        return self
