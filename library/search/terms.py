"""Words as they are looked for: folded, without those that say nothing, and in the forms they may stand in a book."""

from catalogs import folding

# Left out where a whole question is searched with, and asked for when nothing else is there.
SILENT = frozenset(
    """a an and are as at be book books by for from in into is it its me my of on or that the their them there these this to was
    were what which with who whose about some any i you your do does have has had can could would should find show books novel
    der die das ein eine und oder von zu mit im den dem des ist le la les un une et ou de du des el los las y o en del con il lo
    gli e di che i da het een""".split()
)
MOST_FORMS = 12


def search_words(text: str) -> list[str]:
    """As the index has them: `Müller’s Straße` is mullers, strasse."""
    return folding.fold(text).split()


def telling_words(found: list[str]) -> list[str]:
    """Without what stands in every sentence, unless that is all there is."""
    return [word for word in found if word not in SILENT] or found


def forms(word: str) -> list[str]:
    """`word`, its singular or plural, and the ways an umlaut is written: muller, mueller; each one may stand in a book."""
    found = [word, *_singular_and_plural(word)]
    for item in list(found):
        found += umlauts(item)
    return list(dict.fromkeys(found))[:MOST_FORMS]


def _singular_and_plural(word: str) -> list[str]:
    """Singular and plural, in English, as far as endings tell."""
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
    """Müller is muller in the index, Mueller mueller: who types one means the other as well."""
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
