"""The filters of templates: the whole vocabulary a template may use. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.documents.language.dates import date_full, date_long, date_quoted, date_short, period
from app.documents.language.names import form, full_name, initials_first, initials_last
from app.documents.language.typography import capital, ends, lines, nbsp, no_dot, quoted, quotes, small
from app.documents.language.words import (
    acting,
    agree,
    approved,
    count,
    counted,
    join_and,
    join_list,
    named,
    numbered,
    plural,
    school_list,
)
from app.engine.wording import inner

FILTERS: Mapping[str, Callable[..., Any]] = {
    "acting": acting,
    "agree": agree,
    "approved": approved,
    "capital": capital,
    "count": count,
    "counted": counted,
    "date_full": date_full,
    "date_long": date_long,
    "date_quoted": date_quoted,
    "date_short": date_short,
    "ends": ends,
    "form": form,
    "full_name": full_name,
    "initials_first": initials_first,
    "initials_last": initials_last,
    "inner": inner,
    "join_and": join_and,
    "join_list": join_list,
    "lines": lines,
    "named": named,
    "nbsp": nbsp,
    "no_dot": no_dot,
    "numbered": numbered,
    "period": period,
    "plural": plural,
    "quoted": quoted,
    "quotes": quotes,
    "school_list": school_list,
    "small": small,
}
