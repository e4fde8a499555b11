"""Search terms: folded, without stop words, and in the forms in which they may occur in a book."""

from catalogs import folding

# Stop words: left out of a query unless it contains nothing else.
SILENT = frozenset(
    """a an and are as at be book books by for from in into is it its me my of on or that the their them there these this to was
    were what which with who whose about some any i you your do does have has had can could would should find show books novel
    der die das ein eine und oder von zu mit im den dem des ist le la les un une et ou de du des el los las y o en del con il lo
    gli e di che i da het een""".split()
)
MOST_FORMS = 12


def search_words(text: str) -> list[str]:
    """The words as they are in the index: `Müller’s Straße` becomes mullers, strasse."""
    return folding.fold(text).split()


def telling_words(found: list[str]) -> list[str]:
    """The words without stop words, unless there are no others."""
    return [word for word in found if word not in SILENT] or found


def forms(word: str) -> list[str]:
    """`word`, its singular or plural, and spelling variants of its umlauts: muller, mueller."""
    found = [word, *_singular_and_plural(word)]
    for item in list(found):
        found += umlauts(item)
    return list(dict.fromkeys(found))[:MOST_FORMS]


def _singular_and_plural(word: str) -> list[str]:
    """The English singular or plural, as far as endings show."""
    if len(word) < 4 or word.isdecimal():
        return []
    if word.endswith("ies"):
        return [word[:-3] + "y", word[:-1]]
    if word.endswith(("ches", "shes", "sses", "xes")):
        return [word[:-2]]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return [word[:-1]]
    if word.endswith("y") and word[-2] not in "aeiou":
        return [word[:-1] + "ies"]
    return [word + "s"] if not word.endswith("s") else []


def umlauts(word: str) -> list[str]:
    """Spelling variants of umlauts: Müller is muller in the index and Mueller is mueller, and either should find both."""
    if len(word) < 3 or not word.isalpha():
        return []
    found = []
    for vowel in "aou":
        if vowel + "e" in word:
            found.append(word.replace(vowel + "e", vowel))
        elif vowel in word[1:]:
            found.append(word[0] + word[1:].replace(vowel, vowel + "e"))
        if word[0] == vowel and word[1] != "e":
            found.append(vowel + "e" + word[1:])
    return found
