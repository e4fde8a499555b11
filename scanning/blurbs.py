"""Text on spines and covers that names no book: imprints, prizes, praise, and the other books of an author. Pure.

Such lines are no evidence: "author of The Subtle Art" stands on a book that is not The Subtle Art.
"""

import re

IMPRINTS = frozenset(
    """penguin puffin pelican vintage picador bantam signet ballantine berkley avon ace tor gollancz corgi harpercollins
    perennial hodder stoughton macmillan faber bloomsbury scholastic schuster knopf doubleday viking plume dutton
    putnam scribner atria pearson springer oreilly apress packt routledge mcgraw prentice addison elsevier dover
    wordsworth everyman oneworld canongate granta virago minotaur delacorte candlewick houghton mifflin harcourt
    hachette headline abacus heinemann random riverhead sourcebooks workman suhrkamp insel rowohlt rororo dtv piper
    goldmann reclam diogenes ullstein luebbe knaur kiepenheuer witsch gallimard folio flammarion seuil grasset minuit
    actes sud alianza anagrama alfaguara tusquets seix salamandra catedra debolsillo rocco mondadori einaudi
    feltrinelli adelphi""".split()
)
HOUSES = frozenset(
    """press publishing publishers publications paperbacks paperback university verlag editions edicions ediciones editora
    editorial taschenbuch""".split()
)
BESIDE_IMPRINTS = frozenset(  # alone, they may be a title or a name
    """books book classics classic modern edition library popular and co inc ltd uk usa company sons
    collins simon manning fischer harper norton hill griffin wesley blackwell crown arrow anchor house basic cambridge oxford
    wiley orbit sphere dell chronicle companhia letras barral hanser heyne planeta""".split()
)
CHINESE_IMPRINT = re.compile(r"\w{0,8}(?:出版社|出版集团|書店|书店|书局|書局|書房|書院|文庫|新書)")
PRAISED = frozenset("the a an of and in for by over 1 10 der die das le la el novel roman award prize preis".split())
# What introduces other books in a folded line, in the languages whose shelves are read most.
OTHER_BOOKS = re.compile(
    r"\b(?:(?:from|by|vom|von|par|de|del|do|da) )?(?:(?:the|best ?selling|der|dem|l|la|el|los|o) )*"
    r"(?:(?:authors?|creators?|makers?|directors?|editors?) of|(?:bestseller ?)?autor(?:in|s)? von|auteure? d[eu]|autora? d[eo]|"
    r"autore di|translated (?:by|from)|traduzid[oa]|foreword by|introduction by|vorwort von)\b"
)
PRAISE = re.compile(
    r"\b(?:(?:(?:the|inter)? ?national|no|number|new york times|sunday times|spiegel) ?)*(?:best ?sell(?:er|ers|ing)|"
    r"million (?:copies|readers)(?: sold)?|winner of|(?:booker|pulitzer|nobel|hugo|nebula|newbery|costa) (?:prize|award|medal)|"
    r"nobelpreis|literaturpreis|buchpreis|prix (?:goncourt|renaudot|femina|nobel)|premio (?:nobel|planeta|nadal)|"
    r"(?:now a )?major motion picture|now a netflix|a netflix|soon to be|shortlisted|longlisted|new york times|sunday times|"
    r"preistrager|exemplaires|ejemplares)\b"
)
OPEN_END = re.compile(r"\b(?:of|by|from|von|der|de|di|and|und|et|y)$")
LEAST_LEFT = 6  # letters beside praise that may be a title


def without_blurbs(text: str) -> str:
    """What of a folded line may name the book that it stands on."""
    other = OTHER_BOOKS.search(text)
    if other:
        text = text[: other.start()].strip()
    left = PRAISE.sub(" ", text)
    if left != text and sum(len(word) for word in left.split() if word not in PRAISED and word not in IMPRINTS) < LEAST_LEFT:
        return ""
    return "" if _is_imprint(text) else text


def opens_other_book(text: str) -> bool:
    """Whether the line after this folded one names another book: `from the author of`."""
    return OTHER_BOOKS.search(text) is not None and OPEN_END.search(text) is not None


def _is_imprint(text: str) -> bool:
    words = set(text.split())
    if words & (IMPRINTS | HOUSES) and words <= IMPRINTS | HOUSES | BESIDE_IMPRINTS:
        return True
    return CHINESE_IMPRINT.fullmatch(text) is not None
