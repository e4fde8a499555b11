"""What somebody wants done: proposed here, done when they have said yes."""

from chat import actions
from chat.book_query import BookQuery
from chat.questions import Question, Reply, is_pronoun

PATTERNS = (
    ("add_tag", r"tag\s+(?P<it>.+?)\s+(?:as|with)\s+(?:the tag\s+)?(?P<value>.+)"),
    ("add_tag", r"(?:add|put|give|set)\s+(?:the |a )?tag\s+(?P<value>.+?)\s+(?:to|on)\s+(?P<it>.+)"),
    ("add_tag", r"(?:give)\s+(?P<it>.+?)\s+the tag\s+(?P<value>.+)"),
    ("add_tag", r"label\s+(?P<it>.+?)\s+(?:as|with)\s+(?P<value>.+)"),
    ("mark", r"(?:mark|set|flag)\s+(?P<it>.+?)\s+(?:as|to)\s+(?P<value>(?:currently )?reading|unread|to read|read|finished|abandoned|did not finish|not finished|dnf|wishlist)"),
    ("mark", r"(?:i have |i've |i )?(?:just )?(?P<value>finished)(?: reading)?\s+(?P<it>.+)"),
    ("mark", r"(?:put|add)\s+(?P<it>.+?)\s+(?:on|to)\s+(?:my |the )?(?P<value>wishlist)"),
    ("move_to_shelf", r"(?:move|put|place|shelve)\s+(?P<it>.+?)\s+(?:to|on|onto|into|in)\s+(?P<value>.+)"),
)  # fmt: skip


def deed(question: Question) -> Reply | None:
    for name, pattern in PATTERNS:
        found = question.parts(rf"^(?:please |can you |could you |would you )?{pattern}$")
        if found:
            return _proposed_change(question, name, found["it"].strip(" \"“”'"), found["value"].strip(" \"“”'?!."))
    return None


def _proposed_change(question: Question, name: str, what: str, value: str) -> Reply:
    keys = _keys_of(question, what)
    if not keys:
        return Reply(f"I do not find “{what}” in your library, so nothing is changed.")
    try:
        proposal = actions.propose_change(question.user, name, keys, value)
    except actions.ActionError as error:
        return Reply(str(error), keys)
    return Reply(f"{proposal.sentence} Nothing is changed until you say so.", list(proposal.books), action=proposal.as_json())


def _keys_of(question: Question, what: str) -> list[int]:
    """The books that are meant: those of the last answer, one by its title, or all that fit."""
    if is_pronoun(what) or what.lower() in ("these", "those", "all of them", "all of those", "all of these"):
        if what.lower() in ("them", "these", "those", "all of them", "all of those", "all of these"):
            return list(question.last)
        one = question.pronoun()
        return [one.pk] if one else []
    found = question.tools.titled(what)
    if found and not what.lower().startswith(("all ", "every ", "my ")):
        return [found[0].pk]
    query = question.query(what)
    return (
        question.tools.find(query) if query.narrows and query != BookQuery(topic=query.topic) else [found[0].pk] if found else []
    )
