"""Which books: those that fit every condition."""

from chat.questions import ALL, Question, Reply, gap_note, in_words, some, titled

ARE = frozenset("are is were have sind ist habe hab sont ai est son estan he".split())


def answer_listing(question: Question) -> Reply | None:
    if question.unused and not question.query.narrows:
        return Reply(f"I cannot tell which of your books “{question.unknown}” means.", understood=False)
    query = question.owned
    if not question.query.narrows and not query.sort and not ALL & set(question.reading.words):
        return None
    if ALL & set(question.reading.words) and question.reading.words[0] in ARE:  # `are all my poems read?`
        return None
    keys, note = question.tools.find(query), gap_note(question)
    if not keys:
        return Reply(f"I found no {in_words(query)} in your library.{note}")
    if len(keys) == 1:
        return Reply(f"One: {titled(question.tools.books.get(pk=keys[0]))}.{note}", keys)
    return Reply(f"You have {len(keys):,} {in_words(query)}: {some(question.tools, keys)}.{note}", keys)
