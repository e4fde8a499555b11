"""How Amazon's services are asked: retried with jitter by botocore, left alone after failures in a row, errors as sentences.

Loaded only where a setting names one of them. Addresses and keys are found as boto3 finds them everywhere."""

from functools import cache

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError, PartialCredentialsError
from botocore.parsers import ResponseParserError
from circuitbreaker import CircuitBreaker

FAILURES_TO_OPEN = 5
OPEN_SECONDS = 60
CONNECT_SECONDS = 5
NAMES = {"textract": "Amazon Textract", "bedrock-runtime": "Amazon Bedrock", "sns": "Amazon SNS"}
# What is said, and whether trying again later may help. https://docs.aws.amazon.com/textract/latest/dg/API_DetectDocumentText.html
NO_ENTRY = ("{name} refused access: the account has no permission to use it.", True)
BAD_KEYS = ("{name} rejected our credentials: they are wrong or have expired.", False)
BAD_PHOTO = ("{name} cannot read this picture.", True)
BUSY = ("{name} is too busy at the moment.", False)
SENTENCES = {
    "AccessDeniedException": NO_ENTRY,
    "UnrecognizedClientException": BAD_KEYS,
    "InvalidSignatureException": BAD_KEYS,
    "InvalidClientTokenId": BAD_KEYS,
    "MissingAuthenticationTokenException": BAD_KEYS,
    "ExpiredTokenException": BAD_KEYS,
    "ExpiredToken": BAD_KEYS,
    "BadDocumentException": BAD_PHOTO,
    "UnsupportedDocumentException": BAD_PHOTO,
    "DocumentTooLargeException": BAD_PHOTO,
    "InvalidParameterException": BAD_PHOTO,
    "ThrottlingException": BUSY,
    "ProvisionedThroughputExceededException": BUSY,
    "LimitExceededException": BUSY,
    "ServiceQuotaExceededException": BUSY,
    "ServiceUnavailableException": BUSY,
    "ModelNotReadyException": ("The model at {name} is still starting.", False),
    "ModelTimeoutException": ("The model at {name} took too long.", False),
    "ModelErrorException": ("The model at {name} failed.", False),
    "ResourceNotFoundException": ("{name} does not offer this model, or no longer does: set BEDROCK_MODEL_ID to another.", True),
    "ValidationException": ("{name} rejected the request to this model: {detail}", True),
}
OUT_OF_ORDER = ("{name} is out of service.", False)
LOST = "{name} received the request, but its response was lost."
# What breaks once the question is on its way; it may have been answered, and charged. A failure to connect does not count.
ON_ITS_WAY = (HTTPClientError, ResponseParserError)
PAID = ("textract", "bedrock-runtime")
WHOLE = {"detect_document_text": "Blocks", "converse": "output"}  # of an answer that breaks off botocore makes an empty one


class Failed(Exception):
    """No answer: a sentence why, whether that is for good, and whether the question may have been charged all the same."""

    def __init__(self, sentence: str, permanent: bool = False, uncertain: bool = False):
        super().__init__(sentence)
        self.permanent, self.uncertain = permanent, uncertain


def ask_service(service: str, operation: str, region: str, seconds: float, **request) -> dict:
    """The answer as it comes, without what only concerns the connection. Raises Failed."""
    name = NAMES[service]
    if breaker(service).opened:
        raise Failed(f"{name} failed several times in a row and is paused for a minute.")
    try:
        with breaker(service):
            reply = getattr(client(service, region, seconds), operation)(**request)
    except ClientError as error:
        raise _service_failure(name, error) from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise Failed(BAD_KEYS[0].format(name=name)) from error
    except ON_ITS_WAY as error:
        raise Failed(LOST.format(name=name), uncertain=True) from error
    except BotoCoreError as error:
        raise Failed(f"{name} cannot be reached.") from error
    if WHOLE.get(operation) not in (None, *reply):
        raise Failed(LOST.format(name=name), uncertain=True)
    reply.pop("ResponseMetadata", None)
    return reply


def _service_failure(name: str, error: ClientError) -> Failed:
    values = error.response.get("Error", {})
    sentence, permanent = SENTENCES.get(values.get("Code", ""), OUT_OF_ORDER)
    return Failed(sentence.format(name=name, detail=values.get("Message", "")[:200]), permanent)


def _is_their_trouble(kind: type[Exception], error: Exception) -> bool:
    """Whether an error speaks of the service's health, and not of our question."""
    return not (isinstance(error, ClientError) and _service_failure("", error).permanent)


@cache
def breaker(service: str) -> CircuitBreaker:
    """One a process and service."""
    return CircuitBreaker(FAILURES_TO_OPEN, OPEN_SECONDS, _is_their_trouble)


@cache
def client(service: str, region: str, seconds: float):
    """One a process. "standard": up to three tries, or AWS_MAX_ATTEMPTS of them, with growing pauses of random length."""
    timeouts = {"connect_timeout": CONNECT_SECONDS, "read_timeout": seconds}
    made = boto3.Session(region_name=region).client(service, config=Config(retries={"mode": "standard"}, **timeouts))
    if service in PAID:
        made.meta.events.register_first("needs-retry.*", _not_paid_twice)
    return made


def _not_paid_twice(caught_exception: Exception | None = None, **_) -> bool | None:
    """botocore would send a question again whose answer got lost. False is the last word; None leaves it to the others."""
    return False if isinstance(caught_exception, ON_ITS_WAY) else None
