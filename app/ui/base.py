"""The ancestor of every page: who asks, may he, and one unit of work around what he does."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from time import monotonic
from typing import Any, TypeVar

from flask import flash, g, has_request_context, redirect, render_template, request, url_for
from flask_appbuilder import BaseView
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access.security import confirm_rights, runtime
from app.core.actor import Actor
from app.core.asked_once import only_looking
from app.core.errors import Forbidden, Invalid, NotFound, Reason, Refusal, SessionEnded
from app.core.i18n import Text, _
from app.core.unit_of_work import Runtime, Work

LONG = 1.0  # seconds: whoever has waited longer for others is asked once more whether he may
MAX_ID = 2**31 - 1  # keys are 32 bits wide on PostgreSQL
F = TypeVar("F", bound=Callable[..., Any])


def page(rule: str, *, permission: str = "read", methods: tuple[str, ...] = ("GET",)) -> Callable[[F], F]:
    """Expose a method under `rule` to roles that hold `permission` on the view's permission name.

    Without a login the visitor is sent to log in, and who sends a form gets it back (401); without the permission
    the answer is 403.
    """

    def declare(view: F) -> F:
        @functools.wraps(view)
        def guarded(self: RoomView, *args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                if request.method != "GET":
                    raise SessionEnded
                return redirect(self.appbuilder.get_url_for_login_with(request.full_path.rstrip("?")))
            if not self.appbuilder.sm.has_access(f"can_{permission}", self.class_permission_name):
                if not g.actor.roles and request.path == "/":
                    flash(str(_("No role is given to you yet. Ask the administrator.")), "warning")
                    return redirect("/profile/")
                raise Forbidden
            if any(isinstance(value, int) and value > MAX_ID for value in kwargs.values()):
                raise NotFound  # a number no database column holds
            if request.method != "GET":
                return view(self, *args, **kwargs)
            with only_looking(self.runtime.database.session()):
                return view(self, *args, **kwargs)

        guarded._permission_name = permission  # type: ignore[attr-defined]
        guarded._opens_own_work = True  # type: ignore[attr-defined]
        guarded._urls = [*getattr(view, "_urls", []), (rule, methods)]  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return declare


def int_arg(name: str) -> int | None:
    """A whole number of the address (`?programme=3`), or None for anything that is no key of a row."""
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and int(value) <= MAX_ID else None


def day_arg(name: str) -> tuple[date | None, Text | None]:
    """A day of the address, as the calendar of a browser sends it or as people write it; else what is wrong with it."""
    given = request.args.get(name, "").strip()
    if not given:
        return None, None
    try:
        if "." in given:
            return datetime.strptime(given, "%d.%m.%Y").date(), None  # noqa: DTZ007 - a date without a time
        return date.fromisoformat(given), None
    except ValueError:
        return None, _("Give the date as day, month and year, for example 22.01.2025.")


class RoomView(BaseView):
    """A room's pages. `class_permission_name` is one of access.permissions.PAGES."""

    default_view = "index"

    @property
    def runtime(self) -> Runtime:
        return runtime()

    @property
    def actor(self) -> Actor:
        # FAB reads every attribute of a view when it registers it, outside of any request
        actor: Actor = g.get("actor")
        return actor

    def read(self) -> Work:
        """A unit of work that only looks."""
        return self.runtime.read(self.actor)

    @contextmanager
    def write(self) -> Iterator[Work]:
        """One unit of work with one commit at its end."""
        begun = monotonic()
        with self.runtime.work(self.actor) as work:
            yield work
            if monotonic() - begun > LONG:
                confirm_rights(work)

    def render(self, template: str, status: int = 200, **context: Any) -> Any:
        return render_template(template, appbuilder=self.appbuilder, **context), status

    def refuse_at_once(self, reason: Reason | None) -> None:
        """A form that can only be refused is not shown: the page says why. One that was sent keeps what it says."""
        if reason is not None and request.method == "GET":
            raise Refusal([reason], _("This form cannot be sent now."))

    def done(self, url: str, message: Text | str | None = None, category: str = "ok") -> Response:
        """Tell that it is done and go on: 303, so that a reload repeats nothing."""
        if message is not None:
            flash(str(message), category)
        return redirect(url, code=303)

    def expected_version(self) -> int:
        """The version the person's form was filled from. Raises Invalid when the form carries none."""
        try:
            return int(request.form["expected_version"])
        except (KeyError, ValueError) as error:
            raise Invalid from error


def link(endpoint: str, **values: Any) -> Callable[[int], str]:
    """A page of a case by its endpoint: `link("PlanView.show")(17)` → «/cases/17/plan»."""
    # the command line and the workers ask for reasons too; they have no pages to point to
    return lambda case_id: url_for(endpoint, case_id=case_id, **values) if has_request_context() else ""
