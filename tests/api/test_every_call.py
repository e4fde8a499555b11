"""Every call with everything that the OpenAPI allows and more: no server error, no status that is not documented, no answer that
does not fit its form. `THOROUGH=1` asks each call 500 times, half of them as it is allowed; without it is a look in passing."""

import os
from collections import Counter
from functools import cache

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts import jwts
from tests.api.conftest import ROOT
from tests.api.openapi import CALLS
from tests.api.test_permissions import Things, name_of
from tests.requirements import THOROUGH

EVERYWHERE = {404, 405, 422}  # of an address that is none, as `as not allowed` makes them
EXAMPLES = int(os.environ.get("API_EXAMPLES", 250 if THOROUGH else 3))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("connection_kept")]  # it takes minutes
PATIENT = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=EXAMPLES < 100,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


@cache
def described():
    """Asked for once, and within a test: the answer comes from the database's side of the world."""
    pages = get_wsgi_application()
    return schemathesis.openapi.from_wsgi(
        f"{ROOT}/openapi.json", lambda world, start: pages({**world, "REMOTE_ADDR": "127.0.0.1"}, start)
    )


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as allowed", "as not allowed"])
@pytest.mark.parametrize("call", CALLS, ids=name_of)
def test_a_call_answers_as_it_is_described(call, mode, owner):
    operation = described()[ROOT + call.path][call.method.upper()]
    things = Things(owner).of(call)
    headers = {"Authorization": f"Bearer {jwts.begin_token_family(owner)['access']}"} if call.needs_sign_in else {}

    asked = Counter()

    @PATIENT
    @given(case=operation.as_strategy(generation_mode=mode), of_olive=st.booleans())
    def ask(case, of_olive):
        if of_olive and call.keys:
            case.path_parameters = {key: str(things[key]) for key in call.keys}
        with transaction.atomic():  # what one call does is not in the way of the next
            answer = case.call(headers=headers)
            transaction.set_rollback(True)
        case.validate_response(answer, checks=CHECKS)
        asked[answer.status_code] += 1

    ask()
    assert sum(asked.values()) > 0, "the call was asked at all"
    assert max(asked) < 500, asked
    wrong = set(asked) - {int(status) for status in call.details["responses"]}
    assert wrong <= EVERYWHERE, f"answers that are not described: {wrong}"
