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
CODES: dict[str, str] = dict(re.findall(r"(\w+):(\w+)", _THREE))


def iso(code: str) -> str:
    """`eng`, `/languages/eng`, `en-US` or `EN` as `en`; "" for anything without a two-letter code."""
    code = re.split(r"[-_]", (code or "").strip().rsplit("/", 1)[-1].lower())[0]
    return code if len(code) == 2 and code.isalpha() else CODES.get(code, "")


NAMES = {code: info["name"] for code, info in LANG_INFO.items() if "name" in info and len(code) == 2} | {
    "zh": "Chinese", "la": "Latin", "no": "Norwegian", "yi": "Yiddish", "mi": "Māori", "gu": "Gujarati", "sa": "Sanskrit",
}  # fmt: skip


def language_name(code: str) -> str:
    """`en` as `English`; unknown codes stay as they are."""
    return NAMES.get(code, code)
