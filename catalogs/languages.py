"""Languages as ISO 639-1. Libraries and book services use ISO 639-2 (both kinds), tags or words.

https://www.loc.gov/standards/iso639-2/php/code_list.php
"""

import re

from django.conf.locale import LANG_INFO

_THREE = """
afr:af alb:sq sqi:sq amh:am ara:ar arg:an arm:hy hye:hy aze:az baq:eu eus:eu bel:be ben:bn bos:bs bre:br bul:bg bur:my mya:my
cat:ca chi:zh zho:zh cos:co cym:cy wel:cy cze:cs ces:cs dan:da deu:de ger:de dut:nl nld:nl ell:el gre:el eng:en epo:eo est:et
fao:fo fas:fa per:fa fin:fi fra:fr fre:fr fry:fy geo:ka kat:ka gla:gd gle:ga glg:gl guj:gu hau:ha heb:he hin:hi hrv:hr hun:hu
ice:is isl:is ibo:ig ind:id ita:it jav:jv jpn:ja kan:kn kaz:kk khm:km kin:rw kir:ky kor:ko kur:ku lao:lo lat:la lav:lv lit:lt
ltz:lb mac:mk mkd:mk mal:ml mao:mi mri:mi mar:mr may:ms msa:ms mlg:mg mlt:mt mon:mn nep:ne nor:no nob:nb nno:nn oci:oc ori:or
pan:pa pol:pl por:pt pus:ps que:qu roh:rm rum:ro ron:ro rus:ru san:sa scc:sr srp:sr scr:hr sin:si slo:sk slk:sk slv:sl som:so
spa:es swa:sw swe:sv tam:ta tat:tt tel:te tgk:tg tgl:tl tha:th tib:bo bod:bo tuk:tk tur:tr uig:ug ukr:uk urd:ur uzb:uz vie:vi
xho:xh yid:yi yor:yo zul:zu
"""
CODES: dict[str, str] = dict(re.findall(r"(\w+):(\w+)", _THREE)) | {"cmn": "zh", "fil": "tl"}
# All of ISO 639-1, and the codes that it has given up.
TWO = frozenset(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee "
    "el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is "
    "it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms "
    "mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk "
    "sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi "
    "yo za zh zu".split()
)
GIVEN_UP = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "sh": "sr"}


def iso(code: str) -> str:
    """`eng`, `/languages/eng`, `en-US` or `EN` as `en`. Returns "" for a language without a two-letter code."""
    code = re.split(r"[-_]", code.strip().rsplit("/", 1)[-1].lower())[0] if isinstance(code, str) else ""
    code = GIVEN_UP.get(code, code)
    return code if code in TWO else CODES.get(code, "")


NAMES = {code: info["name"] for code, info in LANG_INFO.items() if "name" in info and len(code) == 2} | {
    "zh": "Chinese", "la": "Latin", "no": "Norwegian", "yi": "Yiddish", "mi": "Māori", "gu": "Gujarati", "sa": "Sanskrit",
}  # fmt: skip


# In English and as its own speakers call it.
BY_NAME = {info[key].lower(): code[:2] for code, info in LANG_INFO.items() for key in ("name", "name_local") if key in info} | {
    "mandarin": "zh", "chinese": "zh", "norwegian": "no", "castilian": "es", "farsi": "fa", "latin": "la", "ancient greek": "el",
    "englisch": "en", "französisch": "fr", "spanisch": "es", "italienisch": "it", "anglais": "en", "allemand": "de",
    "espagnol": "es", "italien": "it", "inglés": "en", "francés": "fr", "alemán": "de", "portuguese": "pt", "slovene": "sl",
}  # fmt: skip


def language_of(text: str) -> str:
    """A language by its code or its name: `eng`, `English` or `Deutsch`; "" where it is none that is known here."""
    return BY_NAME.get(text.strip().lower()) or iso(text)


def language_name(code: str) -> str:
    """`en` as `English`; unknown codes stay as they are."""
    return NAMES.get(code, code)
