"""200 turns at once, by 16 threads for 10 people, in a process and a database of its own; what came of it as one line of JSON."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from chat import conversations as chats  # noqa: E402
from tests.factories import UserFactory, make_copy  # noqa: E402


def turn(user, wanted: str) -> str:
    """ "answered", "failed" with the model's own sentence, or what is wrong."""
    try:
        told = []
        message = chats.ask_question(chats.start_chat(user), f"Do I have {wanted}?", told.append if len(wanted) % 2 else None)
        if message.state == "failed":
            known = re.match(
                r"(The model|Bedrock) (is out of service|rejected the request|is not responding|stopped before finishing)",
                message.error,
            )
            return "failed" if known else f"{wanted}: {message.error}"
        own = list(user.books.filter(pk__in=message.books).values_list("title", flat=True))
        return "answered" if wanted in message.answer and own == [wanted] else f"{wanted}: {message.answer}"
    finally:
        connection.close()


def main():
    call_command("migrate", verbosity=0)
    asked = []
    for number in range(10):
        user = UserFactory(username=f"reader{number}")
        titles = [f"Book {number * 100 + book}" for book in range(20)]
        for title in titles:
            make_copy(user, title, f"Author {number}")
        asked += [(user, title) for title in titles]
    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(lambda each: turn(*each), asked))
    wrong = [result for result in results if result not in ("answered", "failed")]
    print(json.dumps({"answered": results.count("answered"), "failed": results.count("failed"), "wrong": wrong}))


if __name__ == "__main__":
    main()
