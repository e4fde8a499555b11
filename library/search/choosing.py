"""Chooses the embedder from the settings, once per process; if the local model is not installed, its replacement."""

from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from library.search.embedders import hashing, joint, local, multilingual

SERVICES = {
    "bedrock": "library.search.embedders.bedrock.BedrockEmbedder",
    "openai": "library.search.embedders.openai.OpenAIEmbedder",
    "voyage": "library.search.embedders.openai.VoyageEmbedder",
}


@lru_cache(maxsize=4)
def make_embedder(name: str, model: str, url: str, key: str, region: str):
    more = {"model": model} if model else {}
    if name == "local":
        return _local_embedder()
    if name == "hash":
        return hashing.HashingEmbedder()
    if name in ("openai", "voyage", "bedrock"):
        embedder = import_string(SERVICES[name])
        given = {"openai": {"url": url, "key": key}, "voyage": {"key": key, "url": url}, "bedrock": {"region": region}}
        return embedder(**given[name], **more)
    return import_string(name)()


def _local_embedder():
    """The local models that are installed, combined if there are two."""
    place = local.folder()
    models = [local.LocalEmbedder(place, import_string("tokenizers.Tokenizer"))] if place else []
    models += [multilingual.make_multilingual(settings.DATA_DIR)] if multilingual.is_installed() else []
    return joint.JointEmbedder(*models) if len(models) == 2 else models[0] if models else hashing.HashingEmbedder()


def embedder():
    return make_embedder(
        settings.EMBEDDER, settings.EMBEDDING_MODEL, settings.EMBEDDING_URL, settings.EMBEDDING_KEY, settings.AWS_REGION
    )


def stands_in() -> bool:
    """Whether the local model is not installed and its replacement is used, which compares wording instead of meaning."""
    return settings.EMBEDDER == "local" and isinstance(embedder(), hashing.HashingEmbedder)


def is_word(word: str) -> bool:
    """Whether the model's vocabulary contains the word, so that it is not a misspelling even if no book has it."""
    known = getattr(embedder(), "knows", None)
    return bool(known and known(word))
