"""Questions in German, said again in the English that the planner's grammar reads; titles and names stay as they are.

Whole sentences come first, for they hold titles; what is left is a list of books, whose words are taken one by one."""

import re

LETTERS = {"ä": "(?:ä|ae|a)", "ö": "(?:ö|oe|o)", "ü": "(?:ü|ue|u)", "ß": "(?:ß|ss)"}
# A question is German when it begins with one of these and something here knows what to make of it.
BEGINS = """wo wer wem wessen wann wie was welche welcher welches welchen welchem habe hab hast besitze gibt zeig zeige liste nenne nenn suche
finde empfiehl empfehle überrasch überrasche bücher buch alle meine mein ungelesene ungelesenes ungelesen gelesene romane krimis
kochbücher gedichte von lese ist sind kurze lange deutsche bitte""".split()
TELLING = """ich mir mich mein meine meiner meinem meinen habe hab hat steht stehen bücher büchern buch welche welcher welches welchen wie
ungelesene ungelesenes ungelesenen gelesen romane krimis verliehen ausgeliehen geliehen überfällig fehlen fehlt wer wem wann wo zeig
zeige empfiehl überrasch überrasche seiten jahren jahr sternen geschrieben kommt""".split()
IT = r"(?P<it>.+?)"
SENTENCES = (
    (rf"wie viele seiten (?:hat|haben) {IT}", "how many pages does {it} have"),
    (r"wie viele seiten habe ich (?P<it>.*?) ?gelesen", "how many pages have i read {rest}"),
    (rf"(?:wer hat|von wem (?:ist|wurde)) {IT} geschrieben|von wem ist {IT.replace('it', 'it2')}|wer ist der autor von {IT.replace('it', 'it3')}", "who wrote {it}"),
    (rf"wo (?:steht|ist|liegt|finde ich|habe ich)(?: denn| mein(?:e|en)?| das buch)? {IT}(?: hingestellt| hingelegt| stehen)?", "where is {it}"),
    (r"wo (?:stehen|sind|liegen) (?P<rest>.+)", "where are {rest}"),
    (rf"(?:auf|in) welchem (?:regal|regalbrett|zimmer|raum) (?:steht|ist|liegt) {IT}", "where is {it}"),
    (rf"(?:wer hat|wem habe ich) {IT}(?: geliehen| ausgeliehen| verliehen| gegeben)?(?: gerade)?", "who has {it}"),
    (rf"was (?:habe ich (?:an )?|hat (?:sich )?){IT} (?:von mir )?(?:ausge|ge|ver)liehen|was hat {IT.replace('it', 'it2')} von mir", "what did i lend to {it}"),
    (rf"wann habe ich {IT} (?:zuletzt |das letzte mal |zum letzten mal )?(?:gelesen|beendet|fertig gelesen)", "when did i read {it}"),
    (rf"wie oft habe ich {IT} gelesen", "how often have i read {it}"),
    (rf"(?:habe|hab) ich {IT} (?:schon |bereits |schon einmal )?gelesen", "have i read {it}"),
    (rf"wann (?:ist|wurde) {IT} (?:erschienen|veröffentlicht)", "when was {it} published"),
    (rf"wie (?:habe ich {IT} bewertet|fand ich {IT.replace('it', 'it2')}|hat mir {IT.replace('it', 'it3')} gefallen)", "what did i rate {it}"),
    (rf"worum geht(?: e)?s in {IT}|was steht in {IT.replace('it', 'it2')}", "what is {it} about"),
    (rf"was (?:hat {IT} gekostet|habe ich für {IT.replace('it', 'it2')} bezahlt)", "what did i pay for {it}"),
    (rf"(?:habe|hab|besitze) ich (?:schon |bereits )?(?:etwas|was|irgendetwas|irgendwas|bücher|ein buch|romane) von {IT}", "do i have anything by {it}"),
    (rf"was (?:kommt|folgt) nach {IT}", "what comes after {it}"),
    (r"(?:welche|was für) (?:bände|teile|folgen) (?:fehlen|fehlt)(?: mir)?(?: (?:von|in|aus|bei)(?: der reihe)? (?P<it>.+?))?(?: noch)?", "which volumes of {it} am i missing"),
    (r"(?:was|welches buch) (?:soll|kann|könnte|sollte) ich (?:als nächstes |jetzt |denn )?(?:als nächstes )?lesen", "what should i read next"),
    (r"(?:überrasche?|überrasch) mich", "surprise me"),
    (r"empf(?:iehl|ehle) mir (?:etwas|was|ein buch) wie (?P<it>.+)", "something like {it}"),
    (r"empf(?:iehl|ehle)(?: mir)?(?: bitte)? (?P<rest>.+)", "recommend {rest}"),
    (r"(?:von )?welche[rmn]? autor(?:in|en)? (?:kommt|habe ich|ist)(?: bei mir)?(?: die| am)? (?:meisten|häufigsten)(?: bücher| vor| vertreten)?", "which author do i have the most books by"),
    (r"was (?:lese ich|bin ich) (?:gerade|zur ?zeit|momentan|im moment)(?: am lesen)?|was lese ich", "what am i currently reading"),
    (r"(?:was|welche bücher) (?:habe|besitze) ich doppelt", "which books do i have twice"),
    (r"(?:habe|hab|besitze) ich (?:schon |bereits )?(?P<known>.+)", "do i have {known}"),
)  # fmt: skip
WORDS = (
    (r"wie viele?", "how many"), (r"welche[rsnm]?(?: meiner)?", "which"), (r"zeige? mir|zeige?|liste|nenne? mir|nenne?|suche?|finde", "show"), (r"was", "what"),
    (r"(?:die |das )?(?:ich )?(?:habe |hab )?(?:ich )?(?:noch )?(?:nicht|nie) gelesen(?:e[nrs]?)?(?: habe)?", "unread"), (r"(?:noch )?ungelesen(?:e[nrs]?)?", "unread"),
    (r"(?:die |das )?(?:habe |hab )?ich (?:schon |bereits )?(?P<a>.*?) ?gelesen(?: habe)?", "{a} have i read"), (r"gelesen(?:e[nrs]?)?", "read"),
    (r"habe ich|hab ich|besitze ich|gibt es(?: bei mir)?", "do i have"), (r"(?:sind|ist) (?:gerade |zur ?zeit )?(?:ausgeliehen|verliehen|weggeliehen|geliehen)", "are lent"),
    (r"(?:ausge|wegge|ver)liehen(?:e[nrs]?)?", "lent"), (r"überfällig(?:e[nrs]?)?", "overdue"), (r"doppelt(?:e[nrs]?)?", "twice"),
    (r"kochbücher[n]?", "cookbooks"), (r"kinderbücher[n]?", "childrens books"), (r"sachbücher[n]?", "non fiction"), (r"lieblingsbücher", "favourite books"),
    (r"hörbücher[n]?", "audiobooks"), (r"bilderbücher[n]?", "picture books"), (r"bücher[n]?", "books"), (r"buch|buchs", "book"), (r"romanen?", "novels"), (r"krimis?|kriminalromane?", "crime novels"),
    (r"gedichte|gedichtbände|lyrik", "poetry"), (r"biogra(?:f|ph)ien?", "biographies"), (r"kurzgeschichten", "short stories"), (r"reiseführer", "travel guides"),
    (r"geschichtsbücher", "history books"), (r"klassiker", "classics"), (r"theaterstücke", "plays"), (r"wissenschaft", "science"),
    (r"(?:auf |in )?deutsch(?:e[nrs]?|sprachige[nrs]?)?", "in german"), (r"(?:auf |in )?englisch(?:e[nrs]?|sprachige[nrs]?)?", "in english"),
    (r"(?:auf |in )?französisch(?:e[nrs]?)?", "in french"), (r"(?:auf |in )?spanisch(?:e[nrs]?)?", "in spanish"), (r"(?:auf |in )?italienisch(?:e[nrs]?)?", "in italian"),
    (r"mit (?:mehr als|über)|länger als|über(?= \d)", "over"), (r"mit (?:weniger als|unter)|kürzer als|unter(?= \d)", "under"), (r"mindestens", "at least"), (r"höchstens", "at most"),
    (r"seiten", "pages"), (r"stern(?:en|e)?", "stars"), (r"eine[mn]", "one"), (r"zwei", "two"), (r"drei", "three"), (r"vier", "four"), (r"fünf", "five"), (r"zehn", "ten"),
    (r"aus den (?:19)?(\d)0er(?:n| jahren)?", r"from the 19\g<1>0s"), (r"aus den (20\d)0er(?:n| jahren)?", r"from the \g<1>0s"), (r"(?:aus|von|in|im)(?: dem| den)?(?: jahr)?(?= \d{4})", "in"),
    (r"vor(?= \d{4})", "before"), (r"nach(?= \d{4})|seit(?= \d{4})", "after"), (r"(?:in )?diese[smn]? jahr", "this year"), (r"(?:im )?letzte[sn]? jahr", "last year"),
    (r"(?:in )?diese[mn] monat", "this month"), (r"(?:im )?letzten monat", "last month"), (r"zuletzt", "last"), (r"längste[snr]?", "longest"), (r"kürzeste[snr]?", "shortest"), (r"dickste[snr]?", "thickest"),
    (r"dünnste[snr]?", "thinnest"), (r"älteste[snr]?", "oldest"), (r"neue?ste[snr]?", "newest"), (r"am besten bewertete[nrs]?|bestbewertete[nrs]?", "best rated"), (r"teuerste[snr]?", "most expensive"), (r"kurze[nrs]?", "short"), (r"lange[nrs]?|dicke[nrs]?", "long"),
    (r"(?:auf )?(?:der |meiner )?wunschliste", "on my wishlist"), (r"ohne", "without"), (r"bewertung(?:en)?", "rating"), (r"notizen", "notes"), (r"einband|titelbild|cover", "cover"), (r"autoren", "authors"), (r"verlage?", "publishers"), (r"sprachen", "languages"), (r"reihen", "series"),
    (r"(?:stehen|steht|liegen|sind|ist)? ?(?:auf|im|in|am) (?:dem|der|den|das)?(?: regal| zimmer| raum)?", "on the"), (r"ins|im|am", "on the"),
    (r"von", "by"), (r"über", "about"), (r"mit", "with"), (r"und", "and"), (r"oder", "or"), (r"nicht", "not"), (r"mein(?:e[nrsm]?)?", "my"), (r"alle", "all"),
    (r"ist|sind|stehen|steht|liegen|es|mir|bitte|denn|noch|etwas|ein(?:e[nrsm]?)?|die|der|das|den|dem|ich|habe|hab|besitze|gibt", ""),
)  # fmt: skip


def _spelled(pattern: str) -> str:
    """With umlauts in all the ways they are typed; in one pass, for what stands for one has vowels of its own."""
    return re.sub("[äöüß]", lambda letter: LETTERS[letter[0]], pattern)


def _one_of(words: list[str]) -> re.Pattern:
    return re.compile(rf"(?:{'|'.join(map(_spelled, words))})$", re.IGNORECASE)


IS_BEGIN, IS_TELLING = _one_of(BEGINS), _one_of(TELLING)
READ_SENTENCES = tuple((re.compile(rf"^(?:{_spelled(pattern)})$", re.IGNORECASE), said) for pattern, said in SENTENCES)
READ_WORDS = tuple((re.compile(rf"(?<!\S)(?:{_spelled(pattern)})(?!\S)", re.IGNORECASE), said) for pattern, said in WORDS)


def _is_german(question_text: str) -> bool:
    words = re.findall(r"[^\W\d_]+", question_text)
    return bool(words) and bool(IS_BEGIN.match(words[0])) and any(IS_TELLING.match(word) for word in words)


def in_english(question_text: str) -> str:
    """The question as it would be asked in English; what is not German stays as it is."""
    if not _is_german(question_text):
        return question_text
    said = " ".join(question_text.replace("’", "'").split()).rstrip(" ?!.")
    for pattern, english in READ_SENTENCES:
        if found := pattern.match(said):
            parts = found.groupdict()
            named = next((parts[name] for name in ("it", "it2", "it3") if parts.get(name)), "")
            rest = _in_words(parts.get("rest") or parts.get("known") or (named if "{rest}" in english else ""))
            if (parts.get("known") and rest == parts["known"]) or (
                parts.get("known") and not _lists(rest)
            ):  # no word of a list: a title
                rest = parts["known"]
            return " ".join(english.format(it=named, rest=rest, known=rest).replace(" of  ", " ").split())
    return _in_words(said)


def _lists(english: str) -> bool:
    """Whether the words are about books, and not the title of one."""
    return bool(
        re.search(r"\b(books?|novels|unread|lent|pages|stars|poetry|cookbooks|in german|in english|biographies)\b", english)
    )


def _in_words(text: str) -> str:
    for pattern, english in READ_WORDS:
        text = pattern.sub((lambda found, english=english: english.format(a=found["a"])) if "{a}" in english else english, text)
    return " ".join(text.split())
