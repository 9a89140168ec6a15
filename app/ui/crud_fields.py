"""Makes FAB's reference-book pages use our fields, and its search ignore what is left empty."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.forms import FieldConverter
from flask_appbuilder.models.filters import Filters

from app.ui.fields import DateField, NumberField


class _CrudDate(DateField):
    """DateField with the constructor FAB's converter calls."""

    def __init__(self, label: Any, validators: Any = (), **kwargs: Any) -> None:
        kwargs.pop("widget", None)
        super().__init__(label, validators=validators, **kwargs)
        self.validators = list(validators)


class _CrudNumber(NumberField):
    def __init__(self, label: Any, validators: Any = (), **kwargs: Any) -> None:
        kwargs.pop("widget", None)
        super().__init__(label, validators=validators, **kwargs)
        self.validators = list(validators)


class _CrudWhole(_CrudNumber):
    def __init__(self, label: Any, validators: Any = (), **kwargs: Any) -> None:
        super().__init__(label, validators, whole=True, **kwargs)


def teach_crud_forms() -> None:
    """Make FAB's generated forms use the browser's calendar and take «12,5»; called once by the factory."""
    ours = {
        "is_date": ("is_date", _CrudDate, None),
        "is_integer": ("is_integer", _CrudWhole, None),
        "is_numeric": ("is_numeric", _CrudNumber, None),
    }
    FieldConverter.conversion_table = tuple(ours.get(row[0], row) for row in FieldConverter.conversion_table)
    if Filters.add_filter_index is not _add_filter_unless_empty:
        Filters.add_filter_index = _add_filter_unless_empty


_add_filter_index = Filters.add_filter_index


def _add_filter_unless_empty(self: Any, column: str, index: int, values: Any) -> Any:
    # Our search is one plain form: fields nobody filled arrive empty and mean «any», not «equals nothing».
    given = [value for value in (values if isinstance(values, list) else [values]) if value not in ("", None)]
    # Of the words of a column that is yes or no FAB reads «y» only: «n» would be compared as a text and find nothing.
    if self.get_search_filters()[column][index].datamodel.is_boolean(column):
        given = [value == "y" for value in given]
    return _add_filter_index(self, column, index, given) if given else self
