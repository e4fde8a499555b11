"""How people say things about books: the words and patterns that phrases.py looks for. A pattern is matched against folded text, whole
words, with one space between them."""

import calendar

from django.conf.locale import LANG_INFO

from library.models import Status

NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "dozen": 12, "fifteen": 15,
    "twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100,
}  # fmt: skip
LESS = r"(?:under|below|less than|fewer than|shorter than|smaller than|not more than|no more than|at most|up to|max|maximum|within|no longer than)"
MORE = r"(?:over|above|more than|longer than|greater than|bigger than|at least|min|minimum|no less than|not less than|exceeding)"
SHORT, LONG = 200, 500  # pages
DECADES = {name: 1900 + 10 * number for number, name in enumerate(
    ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties"), 2)}  # fmt: skip
CENTURIES = {name: number for number, name in enumerate(
    ("fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth", "twenty first"), 15)}  # fmt: skip
MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name and name != "May"}
LANGUAGES = {info["name"].lower(): code for code, info in LANG_INFO.items() if "name" in info and len(code) == 2}
GENRE_NAMES = {
    "science fiction": "science fiction", "sci fi": "science fiction", "scifi": "science fiction", "sf": "science fiction",
    "historical fiction": "historical fiction", "historical novels": "historical fiction", "historical novel": "historical fiction",
    "crime novels": "crime", "crime fiction": "crime", "crime": "crime", "mysteries": "crime", "mystery": "crime",
    "detective stories": "crime", "detective novels": "crime", "detective": "crime", "whodunits": "crime", "whodunit": "crime",
    "thrillers": "thriller", "thriller": "thriller", "fantasy": "fantasy", "horror": "horror", "ghost stories": "horror",
    "romances": "romance", "romance": "romance", "love stories": "romance", "poetry": "poetry", "poems": "poetry",
    "biographies": "biography", "biography": "biography", "autobiographies": "biography", "memoirs": "memoir", "memoir": "memoir",
    "cookbooks": "cookery", "cookbook": "cookery", "cookery": "cookery", "cook books": "cookery", "cooking": "cookery",
    "recipe books": "cookery", "recipes": "cookery", "travel books": "travel", "travel writing": "travel", "travel guides": "travel",
    "travel": "travel", "guidebooks": "travel", "childrens books": "children's", "children books": "children's", "childrens": "children's",
    "children": "children's", "kids books": "children's", "kids": "children's", "picture books": "children's",
    "young adult": "young adult", "ya": "young adult", "comics": "comics", "comic books": "comics", "graphic novels": "comics",
    "graphic novel": "comics", "manga": "comics", "philosophy": "philosophy", "philosophical": "philosophy", "psychology": "psychology",
    "popular science": "science", "science books": "science", "science": "science", "mathematics": "mathematics", "maths": "mathematics",
    "math": "mathematics", "art books": "art", "art": "art", "music": "music", "gardening": "gardening", "nature": "nature",
    "religion": "religion", "religious": "religion", "politics": "politics", "political": "politics", "business": "business",
    "economics": "business", "programming": "computing", "computing": "computing", "computer": "computing", "plays": "drama",
    "drama": "drama", "short stories": "short stories", "short story collections": "short stories", "essays": "essays",
    "essay collections": "essays", "classics": "classics", "classic": "classics", "humour": "humour", "humor": "humour",
    "non fiction": "non-fiction", "nonfiction": "non-fiction", "history": "history", "historical": "history", "fiction": "fiction",
    "novels": "fiction", "novel": "fiction", "sports": "sports", "reference": "reference", "dictionaries": "reference",
}  # fmt: skip
BINDINGS = {"hardcovers": "hard", "hardcover": "hard", "hardbacks": "hard", "hardback": "hard", "paperbacks": "paper",
            "paperback": "paper", "ebooks": "book", "audiobooks": "audio", "audiobook": "audio"}  # fmt: skip

BOOK = r"(?: books?| novels?| titles?| ones?| additions?)?"
ORDERS = {
    "last read": r"(?:books? )?(?:i )?(?:most recently|last|recently|latest) (?:read|finished)|(?:last|latest|most recent) (?:books? )?(?:that )?(?:i )?(?:ve |have )?(?:read|finished)",
    "first read": r"first (?:books? )?(?:that )?(?:i )?(?:ever )?(?:read|finished)",
    "added": r"(?:most recently|last|recently|latest|newly) (?:added|bought|acquired|scanned|catalogued)|(?:last|latest|newest|most recent) (?:books? )?(?:that )?(?:i )?(?:ve |have )?(?:added|bought|got|acquired|scanned)|(?:most recent|latest|newest) additions?|added (?:most recently|last|recently)",
    "first added": r"first (?:books? )?(?:that )?(?:i )?(?:ever )?(?:added|bought|got|scanned)|(?:longest|oldest) (?:on (?:the|my) (?:shelf|pile|list)|in my library)|(?:been )?(?:waiting|on my shelf|on the shelf|on my shelves|unread|in my library|lying around) (?:the |for the )?longest|first added",
    "longest": rf"longest{BOOK}|thickest{BOOK}|biggest{BOOK}|(?:with |has )?(?:the )?most pages",
    "shortest": rf"shortest{BOOK}|thinnest{BOOK}|smallest{BOOK}|(?:with |has )?(?:the )?fewest pages|quickest read",
    "oldest": rf"oldest{BOOK}|earliest(?: published)?{BOOK}|published (?:first|earliest)",
    "newest": rf"newest{BOOK}|latest(?: published)?{BOOK}|most recent(?:ly published)?{BOOK}|recently published|published (?:last|latest|most recently)",
    "best": r"(?:best|highest|top)(?: \d+)? ?rated|(?:i )?(?:rated|liked|enjoyed|loved) (?:the )?(?:best|highest|most)|best books|(?:with )?(?:the )?highest ratings?|best ratings?",
    "worst": r"(?:worst|lowest|least)(?: \d+)? ?rated|(?:i )?(?:rated|liked|enjoyed) (?:the )?(?:worst|lowest|least)|worst books|(?:with )?(?:the )?(?:lowest|worst) ratings?",
    "dearest": r"most expensive|dearest|(?:that )?cost (?:me )?(?:the )?most|priciest",
    "cheapest": r"cheapest|least expensive|(?:that )?cost (?:me )?(?:the )?least",
}  # fmt: skip
ALL_IN_ORDER = {
    "oldest": r"(?:in |by |sorted by |ordered by )(?:the )?(?:order of publication|publication order|publication date|publication year|chronological order|year of publication|year)|chronologically|oldest first",
    "newest": r"newest first|latest first",
    "longest": r"longest first|(?:sorted |ordered )by (?:length|pages)",
    "shortest": r"shortest first",
    "best": r"best first|best rated first|(?:sorted |ordered )by (?:rating|stars)",
}  # fmt: skip
# What happened to a book, where an order says it.
ORDER_OF = {"last read": "read", "first read": "read", "added": "added", "first added": "added"}
STATES = (
    (r"(?:that )?(?:i )?(?:ve |have )?(?:not (?:yet )?finish(?:ed)?|did i not finish|did ?n ?t (?:i )?finish|didnt finish|did not finish|(?:gave|give) up(?: on)?|abandoned|dnf|given up(?: on)?|stopped reading|never finished|unfinished)", Status.DID_NOT_FINISH),
    (r"(?:that )?(?:i )?(?:am |m )?(?:currently |still )?(?:reading (?:now|right now|at the moment|currently)|currently reading|am i (?:currently )?reading(?: now| right now| at the moment)?|i am reading|im reading|being read|in progress|halfway through|in the middle of)", Status.READING),
    (r"(?:on |in )?(?:my |the )?wish ?list(?:ed)?|(?:i )?want to (?:buy|get|have|own)", Status.WISHLIST),
    (r"(?:that |which )?(?:i |are |is )?(?:have |ve )?(?:un ?read|not (?:yet )?(?:been )?read|haven ?t (?:yet )?read|have not (?:yet )?read|havent (?:yet )?read|never read|yet to read|still (?:have )?to read|left to read|to read|to be read|tbr|waiting to be read|(?:did ?n ?t|did not) read|haven ?t i read|have i not (?:yet )?read|still unread)(?: yet)?(?: pile| list)?", Status.TO_READ),
    (r"(?:that |which )?(?:i |have i |did i |are |is |were )?(?:have |ve |had )?(?:already )?(?:read|finished|completed)(?: already)?", Status.READ),
)  # fmt: skip
NOT_STATES = ((r"(?:except |but )?not (?:on )?(?:my |the )?wish ?list", Status.WISHLIST),)
# What carries a question and says nothing about a book.
ASKING = frozenset(
    """how many much count number total what which whats list show give tell name me my mine i ive im we our you do does did have has had
    got own owned there are is be been all any every each of the a an in on at to from for with about by and or that this these those
    please can could would should will let see find search look looking book books novel novels volume volumes title titles copy copies
    library collection shelf shelves stuff thing things one ones it its them they something anything some also still now currently
    right ever altogether whole entire only just read reading readable want need like get pick suggest recommend next good nice great
    written published who whose where when here as than so far not no more most if was were up out exactly different kind kinds type
    types sort sorts genre category categories author authors am m s t ve re d please hey hi hello thanks thank again else really
    belong write wrote random surprise randomly tonight weekend afternoon evening holiday maybe perhaps possible available around quickly
    but everything feel feeling ideas idea often set stand stands standing put placed kept keep stored alphabetical alphabetically
    order mood fancy count together overall lying sitting holding compared
    belonging subject topic deal deals dealing related regarding concerning""".split()
)
