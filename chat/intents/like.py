"""Books of one's own that are close to one of them."""

from chat.questions import Question, Reply, titled
from library.models import Status
from library.search.hybrid import more_like

SHOWN = 5


def answer_like(question: Question) -> Reply | None:
    unused = question.unknown
    copies = question.one()
    if not copies:
        return (unused and Reply(f"I could not find “{unused}” in your library to compare with.", understood=False)) or None
    copy = copies[0]
    near = [other for other in more_like(copy) or question.tools.kin(copy)[:8] if other.status != Status.WISHLIST]
    if question.query.status:
        near = [other for other in near if other.status in question.query.status]
    question.tools.step("more like this", copy.title, f"{len(near)} books")
    if not near:
        return Reply(f"I know nothing in your library that is close to {titled(copy)}.", [copy.pk])
    shown = ", ".join(map(titled, near[:SHOWN]))
    return Reply(f"Closest to {titled(copy)} in your library: {shown}.", [other.pk for other in near])
