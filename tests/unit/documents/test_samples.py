"""Examples for the doctor of templates are those the tests print, written by the script that makes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.documents.doctor.run import samples
from document_templates.build_samples import of_tests, write

MADE = of_tests()


@pytest.mark.parametrize("code", sorted(MADE))
def test_the_example_of_a_paper_is_the_one_the_tests_print(code: str, tmp_path: Path) -> None:
    name, values = MADE[code]
    assert dict(samples(code))[name] == json.loads(json.dumps(values))
    assert write(tmp_path, {code: [MADE[code]]}) == [f"{code}.json"]
    assert dict(samples(code, tmp_path)) == {name: json.loads(json.dumps(values))}
