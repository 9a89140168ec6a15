"""Pages of a procedure asked for with what there is not: 404 or a sentence, never a fault of the server."""

from __future__ import annotations

import pytest

from tests.people import WebUsers


@pytest.mark.parametrize("number", ["0", "7", "99999999999999999999", "9" * 300])
@pytest.mark.parametrize("page", ["", "/rehearsal", "/yaml", "/revise"])
def test_a_version_there_is_not_is_absent(web: WebUsers, number: str, page: str) -> None:
    assert web("admin").get(f"/procedures/school_support/{number}{page}").status_code == 404


@pytest.mark.parametrize("target", ["0", "9" * 20, "-1", "x", "٣", "1.0"])
def test_a_rehearsal_for_a_version_there_is_not_is_no_fault(web: WebUsers, target: str) -> None:
    answer = web("admin").get("/procedures/school_support/1/rehearsal", query_string={"to": target})
    assert answer.status_code < 500
