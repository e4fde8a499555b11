"""The built-in planner: questions people really ask about their books, understood by a small grammar and answered with the tools.

It reads a question twice: once for what is asked (INTENTS, the first that fits), once for which books are meant (phrases.py). It
answers from what the tools found and from nothing else, and says plainly what it cannot do."""

import re
from datetime import date

from django.utils import timezone

from chat import german
from chat.answers import comparing, deeds, many, numbers, one, people, series
from chat.models import Memory
from chat.names import LibraryNames, longest_in, padded
from chat.questions import Question, Reply
from chat.tools import MOST_KEPT, Tools

ABILITIES = (
    "I can count and list your books (“unread science fiction under 300 pages”), say where one stands (“where is Dune”), whether you "
    "own it, who has borrowed what, which volumes of a series are missing, what you read and when, and pick one for you (“surprise me”). "
    "I can add a tag, move books to a shelf or mark them as read, when you confirm it."
)
CANNOT = f"I can only answer questions about your own books, and this one I cannot answer. {ABILITIES}"


def _help_(question: Question) -> Reply:
    return Reply(ABILITIES)


def _refuse(question: Question) -> Reply:
    return Reply(CANNOT)


def _greet(question: Question) -> Reply:
    return Reply(f"Hello. {ABILITIES}")


KIND = r"(?:authors?|writers?|genres?|categor(?:y|ies)|publishers?|languages?|series|shelf|shelves|bookcases?|rooms?|tags?|decades?|years?|people|person|friends?|borrowers?)"
# What is asked, and who answers; the first that fits and has an answer.
INTENTS = (
    (r"^ (?:help|what can you do|what can i ask|how do you work|what do you know)(?: you)? ?", _help_),
    (r"^ (?:hi|hello|hey|good (?:morning|evening|day)|thanks|thank you) $", _greet),
    # Outside of what it can do, said before it is mistaken for a search.
    (r"(?:^| please| you) (?:delete|remove|throw away|erase|wipe|buy|order|purchase|email|e mail|send|translate|print|download|upload|summari[sz]e|write|compose|draw|play|sing|ignore|forget|pretend|repeat|return) (?!off)", _refuse),
    (r" (?:weather|temperature|stock price|news|capital of|president of|joke|recipe for|password|api key|system prompt|instructions|other users?|everybody else|someone elses?|other peoples?) ", _refuse),
    (r"^ (?:(?:please|can you|could you|would you) )?(?:tag|label|mark|set|flag|move|put|place|shelve|add|give) |^ (?:i have |ive |i ve |i )?(?:just )?finished ", deeds.deed),
    (r" (?:than|or) ", comparing.compare),
    (r" (?:what (?:comes|is|volume|book) (?:next )?(?:after|follows)|comes? after|read (?:next )?after|sequel|next (?:\w+ ){0,3}(?:volume|book|one|part|novel|in)|which (?:one |volume |book )?(?:comes )?(?:next|after)|follows) ", series.following),
    (r" (?:surprise me|random|pick (?:me )?(?:a|an|one|some|any|out)?|choose|lucky|toss|what (?:should|shall|could|can|do|might) i read|what to read|read next|recommend|suggest|something to read|what next) ", lambda q: many.like(q) if q.has("like|similar to|along the lines of|reminds me of") and not q.has("would like|i like|feel like") else None),
    (r" (?:feel like reading|in the mood for|any ideas|surprise|random|pick (?:me )?(?:a|an|one|some|any|out|something)?|choose|lucky|what (?:should|shall|could|can|might) i read|what to read|read next|recommend|suggest|suggestion|something to read|what next) ", many.surprise),
    (r" (?:missing|gaps?|incomplete|complete|whole|entire|lack|need to complete|don ?t (?:i )?have (?:yet )?(?:of|from|in)|do i not have|still need|all (?:the )?(?:volumes|parts|books) of|all of (?:the )?\w+) ", lambda q: series.gaps(q) if (q.has("volumes?|series|parts?|gaps?|saga|cycle|trilogy|books? (?:of|in|from)|complete|incomplete|all of|all the|all|whole|entire") or longest_in(q.text, q.names.series, 3)) and not q.has("without|covers?|isbns?|page count|authors?|shelf") else None),
    (r" (?:where|wheres|locate|which shelf|what shelf|which bookcase|which room|what room|location of|position of|place of|find me|find my|find the) ", lambda q: None if q.has(f"most|fullest|how many|{'where did i buy|where did i get'}") else one.where(q)),
    (r" (?:lent|lend|loan|loaned|loans|borrow|borrowed|borrowing|borrower|overdue|over due|owes|owe|returned|due back|give back|given back|gave back|due) ", lambda q: numbers.most_frequent_answer(_of_borrowers(q)) if q.has("most(?: often)?") and q.has("who|people|friends?|person|borrowers?") else people.lent_answer(q) if not q.has("how many (?:unread|read|of)|not lent|books? (?:by|in)") else None),
    (r" who (?:has|have|is having|got|took) ", people.lent_answer),
    (r" (?:has|have|does) ", lambda q: people.lent_answer(q) if longest_in(q.text, q.names.borrowers, 2) and not q.has("do i|i have|have i|i own") else None),
    (r" (?:duplicates?|twice|more than once|double|doubles|two copies|several copies|multiple copies|same book) ", many.duplicates),
    (rf" (?:how many (?:\w+ )?(?:books?|do i have|are there|of (?:them|those|my books))?.*|number of books|count of books|break ?down|split|distribution|books|statistics) (?:per|by|in each|on each|on every|for each|each|every) (?:publication )?{KIND} ", numbers.by),
    (r" (?:percent|percentage|share|fraction|proportion|how much of my) ", numbers.share),
    (r" (?:average|mean|typical|on average|averagely) ", numbers.average),
    (r" (?:spent|spend|did i pay|have i paid|worth|value|paid in total|cost in total|total (?:cost|price|value)|cost me|how much (?:money|have i (?:paid|spent)|did i spend)) ", lambda q: one.fact_answer(q) or numbers.money(q)),
    (rf" {KIND} .*(?:most|fewest|least|fullest|biggest|largest|top|favou?rite) | (?:most|fewest|top(?: \d+)?|favou?rite|biggest|largest|fullest|main|commonest|most common|most frequent) (?:\w+ )?{KIND} |^ who (?:wrote|has written|did i read|do i (?:have|own|read)) (?:the )?most | whose books ", lambda q: numbers.most_frequent_answer(_replace_whose(q)) if not q.has("longest|shortest|oldest|newest") else None),
    (r" (?:how many pages|total pages|number of pages|pages (?:have|did) i|pages in total|sum of pages) ", lambda q: one.fact_answer(q) if not q.has("have i (?:read|finished)|did i (?:read|finish)|in total|altogether|all my|my books|total|do (?:my|all)") else numbers.pages_answer(q)),
    (rf" (?:how many|what|which|list|show me|number of|name)(?: (?:the|my|all|different|distinct|of my|all my|are the|are my))* {KIND}(?! \w+ (?:is|does|has|did)\b)", lambda q: None if q.has("(?:which|what) series (?:is|does|did)") else series.series_overview(q) if q.has("series") and not q.has("in a series|from a series") else numbers.different(q) if not q.has("which year|what year|what language is|which language is|which series|which publisher|which tags|what tags|which author wrote") or q.has("languages|tags do i (?:use|have)|years") else None),
    (r" (?:who (?:wrote|is the author|was the author|published)|author of|writer of|when (?:was|were|did)|what year|which year|how long is|how thick|how old|isbn|publisher of|which publisher|language is|language of|what series|which series|part of a series|what volume|which volume|what number|how often|how many times|rating (?:of|for)|rate|stars did|stars has|how good|how did i like|did i (?:like|enjoy|love)|think (?:of|about)|opinion|thoughts|notes? (?:on|of|about|for)|reviews? (?:on|of|about|for)|say about|write about|price of|cost|how much|tags (?:does|has|have|of|are)|condition|about|tell me about|describe|details|status of|since when|how long have i|have i (?:already |ever )?(?:read|finished)|did i (?:already |ever )?(?:read|finish)|am i (?:still |currently )?reading|published|come out|did i give) ", lambda q: one.fact_answer(q) if not q.has("how many books|which books|what books|which ones|books (?:did|have) i|how many (?:novels|titles|of)") else None),
    (r"^ (?:do i (?:already |still |really )?(?:own|have|possess)|have i (?:already )?got|have i (?:a|an|any|the)|is there|are there|do you have|did i (?:already )?(?:buy|get|own)|is .* in my (?:library|collection)|am i missing|i (?:already )?(?:own|have)|own) ", one.owned),
    (r" is .* (?:in|on) my (?:library|collection|books|shelf|shelves|wish ?list) ", one.owned),
    (r" (?:like|similar to|in the style of) ", lambda q: many.like(q) if q.has("something|anything|books?|more|others?|similar|what") and not q.has("would like|i like") else None),
    (r" (?:how many|number of|count|how much|total number|size of my) ", many.count_answer),
    (r" .+", many.listed),
    (r" .+", many.search_answer),
)  # fmt: skip


def _of_borrowers(question: Question) -> Question:
    """`who do I lend to most often` asks for a borrower."""
    if not numbers.kind_in(question):
        question.text = f" borrower{question.text}"
    return question


def _replace_whose(question: Question) -> Question:
    """`who wrote most of my books` asks for an author."""
    if question.has("who|whose") and not numbers.kind_in(question):
        question.text = f" author{question.text}"
    return question


def plan_answer(
    user, question_text: str, memory: Memory | None = None, today: date | None = None, tools: Tools | None = None
) -> tuple[Reply, Tools]:
    """The reply to one question, and the tools that were used for it. `memory` is what the reply before left."""
    tools = tools or Tools(user)
    question_text = german.in_english(question_text.replace("\0", " ")[:1000])
    question = Question(
        wording=question_text,
        text=padded(question_text),
        names=LibraryNames.of(user),
        tools=tools,
        memory=memory or Memory(),
        today=today or timezone.localdate(),
    )
    for pattern, respond in INTENTS:
        if re.search(pattern, question.text):
            reply = respond(question)
            if reply is not None:
                return _remembered_books(question, reply), tools
    return _remembered_books(question, _refuse(question)), tools


def _remembered_books(question: Question, reply: Reply) -> Reply:
    """What "those" and "it" mean in the next question."""
    reply.total = reply.total or len(reply.books)
    if reply.books:
        focus = reply.memory.get("focus") or (reply.books[0] if len(reply.books) == 1 else None)
        reply.memory = {"books": reply.books[:MOST_KEPT], "focus": focus}
    elif not reply.memory:
        reply.memory = question.memory
    return reply
