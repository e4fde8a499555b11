"""What can be asked."""

from chat.questions import Question, Reply

ABILITIES = (
    "I can count and list your books (“unread science fiction under 300 pages”), tell where one stands (“where is Dune”), "
    "whether you own it, who has borrowed what, which volumes of a series are missing, what you read and when, and pick one "
    "for you (“surprise me”). I can add a tag, move books to a shelf or mark them as read, when you confirm it."
)


def answer_help(question: Question) -> Reply:
    return Reply(ABILITIES)
