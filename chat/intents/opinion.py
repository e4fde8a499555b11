"""What the owner wrote about a book, and how many stars it got."""

from chat.questions import Question, Reply, titled

LONGEST = 600


def answer_opinion(question: Question) -> Reply | None:
    unused = list(question.unused)
    copies = question.one()
    if not copies:
        return Reply(f"I could not find “{' '.join(unused)}” in your library.", understood=False) if unused else None
    copy = copies[0]
    parts = [f"You gave {titled(copy)} {copy.rating / 2:g} of 5 stars." if copy.rating else ""]
    parts += [f"Your review of {titled(copy)}: “{copy.review[:LONGEST]}”" if copy.review else ""]
    parts += [f"Your notes on {titled(copy)}: “{copy.notes[:LONGEST]}”" if copy.notes else ""]
    written = " ".join(part for part in parts if part)
    return Reply(written or f"You have not reviewed or rated {titled(copy)}.", [copy.pk])
