"""What somebody wants changed: proposed here, done when they have agreed."""

from chat import actions
from chat.questions import Question, Reply

TAGGING = ("tag", "label", "schlagwort", "etiquette", "etiqueta", "tagge", "etiquet", "verschlagworte")


def answer_change(question: Question) -> Reply | None:
    name, value = _wanted(question)
    keys = _meant(question)
    if not name:
        return None
    if not keys:
        missing = f"I could not find “{question.unknown}” in your library, so nothing is changed."
        return Reply(missing, understood=not question.unused)
    try:
        proposal = actions.propose_change(question.tools.user, name, keys, value)
    except actions.ActionError as error:
        return Reply(str(error), keys)
    return Reply(f"{proposal.sentence} Nothing will change until you confirm.", list(proposal.books), action=proposal.as_json())


def _wanted(question: Question) -> tuple[str, str]:
    """What is to be done, and the tag, shelf or status for it. The words of a new tag are those that are left over."""
    query, words = question.query, question.reading.words
    if any(word.startswith(TAGGING) for word in words):
        value = query.tags[0] if query.tags else question.unknown
        question.unused = [] if question.titles() or question.has("those", "it") else question.unused
        return "add_tag", value
    if shelves := question.reading.values("shelf"):
        return "move_to_shelf", shelves[-1]  # `from the study to the hall`
    if query.status:
        return "mark", query.status[0]
    return "", ""


def _meant(question: Question) -> list[int]:
    if question.has("those") and question.memory.get("books"):
        return list(question.memory["books"])
    if copies := question.one():
        return [copies[0].pk]
    if question.query.author or question.query.series:
        return question.tools.find(question.change(status=(), shelf="", tags=(), either=(), sort="").query)
    return []
