"""Reads the conditions out of a question, piece by piece: each phrase that is understood is taken out, the rest is what it is about."""

import calendar
import re
from dataclasses import replace
from datetime import date, timedelta

from chat.book_query import GENRES, BookQuery
from chat.days import number_words_as_digits, span, year_end, year_start
from chat.names import WORDS, LibraryNames, longest_in, padded
from chat.wordings import (
    ALL_IN_ORDER,
    ASKING,
    BINDINGS,
    CENTURIES,
    DECADES,
    GENRE_NAMES,
    LANGUAGES,
    LESS,
    LONG,
    MONTHS,
    MORE,
    NOT_STATES,
    ORDER_OF,
    ORDERS,
    SHORT,
    STATES,
)
from library.search import terms


class Phrases:
    """What is left of a question, and the query so far."""

    def __init__(self, text: str, names: LibraryNames, today: date, among: tuple[int, ...] = ()):
        self.wording = text
        self.names, self.today, self.among = names, today, among
        self.text = number_words_as_digits(padded(text))
        self.query = BookQuery()

    def take(self, pattern: str):
        """The first match of whole words, taken out."""
        found = re.search(rf"(?<= )(?:{pattern})(?= )", self.text)
        if found:
            self.text = f"{self.text[: found.start()]} | {self.text[found.end() :]}"
            self.text = re.sub(r" +", " ", self.text)
        return found

    def set(self, **more):
        self.query = replace(self.query, **more)

    def read(self) -> BookQuery:
        for step in (
            self.those, self.not_these, self.order, self.quantities, self.stars, self.loans, self.days, self.years, self.states, self.marks,
            self.known_names, self.volume, self.languages, self.kinds, self.lengths, self.topic,
        ):  # fmt: skip
            step()
        return self.query

    def those(self):
        if self.among and self.take(r"(?:of )?(?:those|these|them|the ones)(?: ones| books)?|of which|only"):
            self.set(among=self.among)

    def not_these(self):
        if found := self.take(
            r"(?:that are |which are )?(?:not|isn ?t|aren ?t|except|but not|other than|without|no) (?:written )?(?:in )?([a-z]+)"
        ):
            word = found[1]
            if word in LANGUAGES:
                return self.set(not_language=LANGUAGES[word])
            key = self.names.tags.get(word)
            if key and "tag" in found[0]:
                return self.set(not_tags=(key,))
            self.text = self.text.replace("|", found[0], 1)  # not ours: as it was
        if (
            found := self.take(
                r"(?:not|except|without|other than) (?:those |the ones |any )?(?:written )?by ([a-z]+(?: [a-z]+){0,3})"
            )
        ) and (name := self.names.author(found[1])):
            self.set(not_author=name)

    def order(self):
        """`the 5 longest`, `most recently added`; the number may stand before or after. `in order of publication` leaves none out."""
        for sort, pattern in ALL_IN_ORDER.items():
            if self.take(pattern):
                return self.set(sort=sort)
        for sort, pattern in ORDERS.items():
            if found := self.take(
                rf"(?:the )?(?:(?:top |first |last )?(?P<n>\d+) )?(?:{pattern})(?: (?P<m>\d+)(?= (?:books?|novels?|of|\|)))?"
            ):
                number = found["n"] or found["m"]
                question_text = number_words_as_digits(padded(self.wording))
                single = not re.search(r" (books|novels|titles|ones|volumes|which are|what are|\d{1,3}) ", question_text)
                single = single or bool(re.search(r"^ (which|what) (one )?of (my|the) .* (is|has|was|did|do) ", question_text))
                return self.set(sort=sort, limit=int(number) if number else 1 if single else 10)
        if found := self.take(
            r"(?:show|list|give|name|tell|find|pick|suggest|recommend)(?: me)? (?:me )?(?:any |some |just |only )?(\d{1,3})(?= [a-z])(?! (?:stars?|points?|pages?) )"
        ):
            self.set(limit=int(found[1]))

    def volume(self):
        """`the first Discworld novel`, `book 3 of Dune`."""
        places = {"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7"}
        if self.query.series and (
            found := self.take(
                r"(?:the )?(first|second|third|fourth|fifth|sixth|seventh)(?: volume| book| novel| part| one)?(?: of| in)?|(?:volume|book|number|part|no|vol) (\d+)(?: of| in)?"
            )
        ):
            self.set(number=places.get(found[1]) or found[2])

    def quantities(self):
        unit = r"(?:pages?|pgs?|pp)"
        if found := self.take(
            rf"(?:that (?:are|have) |with |having |of )?(?:between |from )?(\d+) (?:and|to) (\d+) {unit}(?: long)?"
        ):
            self.set(pages=tuple(sorted((int(found[1]), int(found[2])))))
        elif found := self.take(
            rf"(?:that (?:are|have) |which (?:are|have) |with |having |of |is |are )?{LESS} (\d+) {unit}(?: long)?"
        ):
            exact = re.search(r"at most|up to|max|no more|not more|no longer", found[0])
            self.set(pages=(None, int(found[1]) if exact else int(found[1]) - 1))
        elif found := self.take(
            rf"(?:that (?:are|have) |which (?:are|have) |with |having |of |is |are )?{MORE} (\d+) {unit}(?: long)?"
        ):
            exact = re.search(r"at least|min|no less|not less", found[0])
            self.set(pages=(int(found[1]) if exact else int(found[1]) + 1, None))
        elif found := self.take(rf"(?:with |having |of )?(\d+) {unit} or (less|fewer|more|shorter|longer)"):
            number = int(found[1])
            self.set(pages=(number, None) if found[2] in ("more", "longer") else (None, number))
        elif found := self.take(rf"(?:with |having |of )?(?:exactly )?(\d+) {unit}(?: long)?"):
            self.set(pages=(int(found[1]), int(found[1])))

    def stars(self):
        star, lead = (
            r"(?:stars?|star rating|out of 5|points?)",
            r"(?:that )?(?:i )?(?:ve |have )?(?:rated|gave|given|rate|with|with a rating of|rating)?(?: it| them)?",
        )
        if self.take(
            r"(?:that )?(?:i |are |is )?(?:have |ve )?(?:un ?rated|not (?:yet )?rated|(?:haven ?t|have not|never|did not|didn ?t|not)(?: i)?(?: yet)? rated?|without (?:a )?rating|no rating)(?: yet)?"
        ):
            return self.set(lacks=(*self.query.lacks, "rating"))
        patterns = (
            (rf"{lead} ?(?:at least |minimum |min )(\d(?: 5)?)(?: {star})?(?: or (?:more|better|higher))?", "least"),
            (rf"{lead} ?(?:(?:above|over|more than|better than|higher than) )(\d(?: 5)?)(?: {star})?", "more"),
            (rf"{lead} ?(?:(?:below|under|less than|lower than|worse than|fewer than) )(\d(?: 5)?) {star}", "less"),
            (r"(?:rated|rating|rate) (?:below|under|less than|lower than|worse than) (\d(?: 5)?)", "less"),
            (rf"{lead} ?(\d(?: 5)?)(?: {star})? or (?:more|better|higher|above|up)(?: {star})?", "least"),
            (rf"{lead} ?(?:at most )?(\d(?: 5)?)(?: {star})? or (?:less|worse|lower|below)(?: {star})?", "most"),
            (rf"{lead} ?(?:exactly )?(\d(?: 5)?) {star}(?: rated)?", "same"),
            (r"(?:rated|gave|rating of|rating)(?: it| them)? (?:a )?(\d(?: 5)?)", "same"),
        )  # fmt: skip
        for pattern, how in patterns:
            if (found := self.take(pattern)) and float(found[1].replace(" ", ".")) <= 5:
                half = int(float(found[1].replace(" ", ".")) * 2)
                ends = {
                    "least": (half, None),
                    "more": (half + 1, None),
                    "less": (None, half - 1),
                    "most": (None, half),
                    "same": (half, half),
                }
                return self.set(rating=ends[how])

    def loans(self):
        if self.take(r"(?:that are |which are |are |is )?(?:over ?due|late|should be back|past due)"):
            return self.set(lent=True, overdue=True)
        if self.take(r"(?:that are |which are |are )?not (?:currently )?(?:lent|on loan|borrowed|away)(?: out)?"):
            return self.set(lent=False)
        if self.take(
            r"(?:have i |did i |i have |i ve |i |that are |which are |are |is )?(?:currently )?(?:lent|loaned|lend|loan|lending)(?: out)?(?: to)?|on loan(?: to)?|borrowed by|out on loan|lent out"
        ):
            name = longest_in(self.text, self.names.borrowers, 2)
            if name:
                self.take(re.escape(name))
            return self.set(lent=True, lent_to=self.names.borrowers.get(name, ""))

    def days(self):
        """When something was read, added or bought: only where the question says so."""
        verb = self.verb()
        if not verb:
            return
        if ends := self.take_days():
            self.set(**{verb: ends})
            if verb == "read":
                self.set(status=())
            self.take(
                {
                    "read": r"(?:did i |have i |i have |i ve |i |that were |were )?(?:finish(?:ed)? reading|read|finish(?:ed)?|completed?)",
                    "added": r"(?:did i |have i |i have |i ve |i |that were |were )?(?:add(?:ed)?|catalogued|scanned|entered)(?: to my library)?",
                    "bought": r"(?:did i |have i |i have |i ve |i |that were |were )?(?:bought|buy|purchased?|acquired?|got|get)",
                }[verb]
            )

    def verb(self) -> str:
        if self.query.sort in ORDER_OF:  # "the first book I read" in 2024
            return ORDER_OF[self.query.sort]
        if re.search(r" (published|released|printed|came out|written) ", self.text):
            return ""
        if re.search(r" (add|added|catalogued|scanned|entered|new to my library) ", self.text):
            return "added"
        if re.search(r" (bought|buy|purchased?|acquired?|got) ", self.text):
            return "bought"
        if re.search(
            r" (did|have|ve|had|i|was|were|most|pages|books?) (i )?(ve )?(just |last |already |finished |finish )?(read|finished|finish|completed?|reading) | read (in|during|since|this|last|before|after|between|today|yesterday|so far) ",
            self.text,
        ):
            return "read"
        return ""

    def take_days(self):
        today, found = self.today, None
        if found := self.take(r"(?:so far |in |during |within )?(this|last|past|previous|current) (year|month|week)"):
            return span(found[2], found[1] in ("last", "past", "previous"), today)
        if found := self.take(r"(?:in |during |over |within )?(?:the )?(?:last|past|previous) (\d+) (day|week|month|year)s?"):
            return today - timedelta(days=int(found[1]) * {"day": 1, "week": 7, "month": 30, "year": 365}[found[2]]), today
        if found := self.take(r"today|yesterday"):
            day = today - timedelta(days=found[0] == "yesterday")
            return day, day
        months = "|".join(MONTHS)
        if found := self.take(rf"(?:in |during |from )?(last )?({months})(?: of)?(?: (\d{{4}}))?"):
            month = MONTHS[found[2]]
            year = int(found[3]) if found[3] else today.year - (month > today.month)
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        if found := self.take(r"(?:between|from) (\d{4}) (?:and|to|until) (\d{4})"):
            return year_start(found[1]), year_end(found[2])
        if found := self.take(r"(?:since|after|from) (\d{4})(?: on)?"):
            return year_start(int(found[1]) + ("after" in found[0])), None
        if found := self.take(r"(?:before|until|up to) (\d{4})"):
            return None, year_end(int(found[1]) - ("before" in found[0]))
        if found := self.take(r"(?:in |during |of )?((?:19|20)\d\d)"):
            return year_start(found[1]), year_end(found[1])
        return None

    def years(self):
        published = r"(?:that (?:were|was|are) |which (?:were|was|are) )?(?:first )?(?:(?:published|printed|released|written|came out|come out|appeared|dated|is|are|was|were) )?"
        if found := self.take(rf"{published}(?:in |from |of )?(?:the )?(?:(\d{{3}})0s|(\d)0s)"):
            decade = int(found[1] + "0") if found[1] else 1900 + int(found[2]) * 10
            return self.set(year=(decade, decade + 9))
        if found := self.take(rf"{published}(?:in |from |of )?(?:the )?(?:19 ?hundred )?({'|'.join(DECADES)})"):
            return self.set(year=(DECADES[found[1]], DECADES[found[1]] + 9))
        if found := self.take(rf"{published}(?:in |from |of )?(?:the )?({'|'.join(CENTURIES)}) century"):
            return self.set(year=((CENTURIES[found[1]] - 1) * 100, CENTURIES[found[1]] * 100 - 1))
        if found := self.take(rf"{published}(?:in |from |of )?(?:the )?(\d\d?)(?:st|nd|rd|th) century"):
            return self.set(year=((int(found[1]) - 1) * 100, int(found[1]) * 100 - 1))
        if found := self.take(rf"{published}(?:between|from) (\d{{4}}) (?:and|to|until) (\d{{4}})"):
            return self.set(year=(int(found[1]), int(found[2])))
        if found := self.take(rf"{published}(before|until|up to|prior to|older than|earlier than|no later than) (\d{{4}})"):
            return self.set(year=(None, int(found[2]) - (found[1] not in ("until", "up to", "no later than"))))
        if found := self.take(rf"{published}(after|since|newer than|later than|from) (\d{{4}})(?P<on> on| onwards?| or later)?"):
            only = found[1] == "from" and not found["on"]
            low = int(found[2]) + (found[1] in ("after", "newer than", "later than"))
            return self.set(year=(low, low if only else None))
        if found := self.take(
            rf"{published}(?:in|during|of) ((?:1[4-9]|20)\d\d)|{published}((?:1[4-9]|20)\d\d)(?= (?:books?|novels?|\|))|(?:published|printed|released|written) ((?:1[4-9]|20)\d\d)"
        ):
            year = int(found[1] or found[2] or found[3])
            return self.set(year=(year, year))
        if re.search(r" (published|released|printed|came out|written) ", self.text) and (
            found := self.take(rf"{published}(?:in )?(this|last) year")
        ):
            year = self.today.year - (found[1] == "last")
            self.set(year=(year, year))

    def states(self):
        for pattern, status in STATES:
            if self.take(pattern):
                return self.set(status=(status,))
        for pattern, status in NOT_STATES:
            if self.take(pattern):
                return self.set(not_status=(status,))

    def marks(self):
        if self.take(r"(?:my |our )?(?:favou?rites?|favou?rited|best loved|loved)(?= )"):
            self.set(favourite=True)
        without = r"(?:that |which )?(?:without|with no|have no|has no|lacks?|lacking|miss(?:es|ing)?|don ?t have|doesn ?t have|do not have|haven ?t|no|not having|not on|not in|not (?:yet )?put on|not (?:yet )?standing on)(?: an?| any| the| their| its| a)?"
        things = {"notes": "notes?", "review": "reviews?", "isbn": "isbns?|isbn numbers?", "cover": "covers?|pictures?|cover pictures?|cover images?",
                  "tags": "tags?", "shelf": "shelf|shelves|place", "pages": "page counts?|number of pages", "author": "authors?", "rating": "ratings?"}  # fmt: skip
        for name, words in things.items():
            if self.take(rf"{without} (?:{words})"):
                self.set(lacks=(*self.query.lacks, name))
            elif self.take(
                rf"(?:that |which )?(?:with|have|has|having|i wrote|i have written|i ve written|i made)(?: an?| any| some| my)? (?:{words})(?: (?:on|for|about|in))?"
            ):
                self.set(has=(*self.query.has, name))
        if self.take(r"un ?shelved|homeless|not shelved"):
            self.set(lacks=(*self.query.lacks, "shelf"))
        if self.take(r"un ?tagged|not tagged"):
            self.set(lacks=(*self.query.lacks, "tags"))
        if self.take(r"(?:that |which )?(?:are |belong to |is )?(?:part of|in|from|of) (?:a|any) series"):
            self.set(has=(*self.query.has, "series"))
        for word, binding in BINDINGS.items():
            if self.take(rf"(?:in |as )?{word}"):
                return self.set(binding=binding)

    def known_names(self):
        if found := self.take(r"(?:not |without the )(?:tagged|tag|labell?ed) (?:with |as )?([a-z0-9]+(?: [a-z0-9]+){0,3})"):
            self.tag(found, "not_tags")
        if found := self.take(
            r"(?:that are |which are |are )?(?:tagged|labell?ed|with (?:the |a )?(?:tag|label)|the tag|my tag|tag) (?:with |as |called |named )?([a-z0-9]+(?: [a-z0-9]+){0,3})"
        ):
            self.tag(found, "tags")
        self.place()
        if self.names.series and (name := longest_in(self.text, self.names.series, 4)):
            with_word = re.search(
                rf" {name} (series|saga|cycle|trilogy|books|novels|volumes?)| (series|volumes?|books? in|parts?) (of |in |called )?(the )?{name} ",
                self.text,
            )
            if with_word or name not in self.names.authors:
                self.take(rf"(?:from |in |of |the |series )*{name}(?: series| saga| cycle| trilogy| books| novels)?")
                self.set(series=self.names.series[name])
        self.author()
        if found := self.take(r"(?:published|printed|issued|released|out|from|by)(?: by)? (?:the )?([a-z]+(?: [a-z]+){0,3})"):
            name = longest_in(found[1], self.names.publishers)
            if name and found[1].startswith(name):
                self.text += f"{found[1][len(name) :].strip()} "
                self.set(publisher=self.names.publishers[name])
            else:
                self.text = self.text.replace("|", found[0], 1)

    def tag(self, found, kind: str):
        words = found[1].split()
        for size in range(len(words), 0, -1):
            name = self.names.tags.get(" ".join(words[:size]))
            if name:
                self.text += " ".join(words[size:]) + " "
                return self.set(**{kind: (*getattr(self.query, kind), name)})
        self.set(**{kind: (*getattr(self.query, kind), found[1])})

    def place(self):
        names = sorted((name for name in self.names.shelves if f" {name} " in self.text), key=len, reverse=True)
        for name in names:
            if self.take(
                rf"(?:that (?:are|stand) |which (?:are|stand) |are |is |standing )?(?:on|in|from|at) (?:the |my |our )?(?:shelf |bookcase |room |called |named )*{name}(?: shelf| bookcase| room| shelves)?|(?:the |my )?{name} (?:shelf|bookcase|room|shelves)|(?:shelf|bookcase|room) {name}"
            ):
                return self.set(shelf=self.names.shelves[name])

    def author(self):
        leads = r"(?:written |authored )?by (?:the )?(?:author |writer )?|(?:from|of) (?:the )?(?:author |writer )?"
        for lead in re.finditer(rf" ({leads})", self.text):
            words = self.text[lead.end() :].split(" | ")[0].split()[:5]
            for size in range(len(words), 0, -1):
                name = self.names.author(" ".join(words[:size]))
                if name and ("by" in lead[1] or words[0] not in WORDS):
                    self.take(re.escape(f"{lead[1]}{' '.join(words[:size])}"))
                    return self.set(author=name)
        name = longest_in(self.text, self.names.authors, 6)
        if " " in name:
            self.take(name)
            return self.set(author=self.names.authors[name])
        words = re.findall(r"[^\W\d_]+", self.wording)
        for start in range(len(words)):
            for some in (" ".join(words[start : start + 2]), words[start]):
                if some[0].isupper() and self.surname(padded(some).strip()):
                    return None
        if found := re.search(r"\bby ((?:[A-ZÀ-Þ][\w.'-]*)(?: [A-ZÀ-Þ][\w.'-]*)*)", self.wording):  # nobody of this library
            self.take(f"(?:written )?by {padded(found[1]).strip()}")
            self.set(author=found[1])

    def surname(self, name: str) -> bool:
        """A surname that stands alone, as in "which Asimov books"; words that mean something else as well only beside "books"."""
        if name not in self.names.surnames or f" {name} " not in self.text:
            return False
        if name in WORDS and not re.search(rf" {name} (books|novels|titles) ", self.text):
            return False
        if re.search(rf" (about|on|called|titled|named) (the )?(\w+ )?{name} ", self.text):
            return False
        self.take(name)
        self.set(author=self.names.surnames[name][0])
        return True

    def languages(self):
        for name, code in sorted(LANGUAGES.items(), key=lambda item: -len(item[0])):
            if f" {name} " in self.text and self.take(
                rf"(?:that are |which are |are )?(?:written )?(?:in )?(?:the )?{name}(?: language)?"
            ):
                return self.set(language=code)

    def kinds(self):
        for name in sorted(GENRE_NAMES, key=len, reverse=True):
            if f" {name} " in self.text and not re.search(rf" about (the )?{name} ", self.text):
                self.take(name)
                kind = GENRE_NAMES[name]
                if not (kind == "fiction" and name.startswith("novel")):
                    tag = self.names.tags.get(name)
                    self.set(genres=(*self.query.genres, kind if kind in GENRES or not tag else tag))
        name = "" if self.query.tags else longest_in(self.text, self.names.tags)
        if name and not re.search(rf" about (the |my )?{name} ", self.text):
            self.take(name)
            self.set(tags=(self.names.tags[name],))

    def lengths(self):
        if self.query.pages or self.query.sort:
            return
        if self.take(r"(?:very |really |nice |quick )?(?:short|thin|slim|quick|small|little)(?: reads?| ones?)?"):
            self.set(pages=(None, SHORT))
        elif self.take(
            r"(?:very |really |nice )?(?:long|thick|fat|big|huge|massive|epic|large)(?: reads?| ones?)?|doorstoppers?|tomes?"
        ):
            self.set(pages=(LONG, None))

    def topic(self):
        words = [word for word in self.text.replace("|", " ").split() if word not in ASKING]
        reported = [word for word in words if word not in terms.SILENT]
        self.set(topic=" ".join(reported)[:100])
