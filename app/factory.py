"""The web application: Flask, Flask-AppBuilder in our shell, and the rooms' pages."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, g, request
from flask import session as cookie
from flask_appbuilder import AppBuilder
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.routing import IntegerConverter, Map

from app import config, wiring
from app.access.memberships import actor_for
from app.access.security import runtime
from app.core.clock import TrainingClock, local_date
from app.core.errors import NotFound
from app.core.i18n import LOCALES, gettext, ngettext, set_locale
from app.core.unit_of_work import Runtime
from app.ui import crud, errors, fab_texts, filters
from app.ui.base import MAX_ID
from app.ui.crud_fields import teach_crud_forms
from app.ui.signs import CleanRequest, is_clean

MAX_BODY = 25 * 1024 * 1024  # a scan of 20 MB and a form around it


def create_app(system: Runtime | None = None) -> Flask:
    """The Flask application over a running system (built from the environment when none is given)."""
    system = system or wiring.build(config.load())
    settings = system.settings
    ui = Path(__file__).parent / "ui"
    app = Flask("app", root_path=str(ui), template_folder="templates", static_folder="static")
    app.request_class = CleanRequest
    app.config.update(
        SECRET_KEY=settings.secret_key,
        APP_NAME="Опора",
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_PARTS=5000,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        # Only an answer that changed the session carries it: one to a picture, sent meanwhile, would bring the old one
        # back (a language chosen, a login), and what is cached for everybody must hold nobody's cookie.
        SESSION_REFRESH_EACH_REQUEST=False,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        BABEL_DEFAULT_LOCALE="ru",
        LANGUAGES={"ru": {"flag": "ru", "name": "Русский"}, "en": {"flag": "gb", "name": "English"}},
        FAB_BASE_TEMPLATE="ui/base.html",
        FAB_INDEX_VIEW="app.dashboards.views.IndexView",
        FAB_SECURITY_MANAGER_CLASS="app.admin.accounts.OporaSecurity",
        FAB_CREATE_DB=False,
        FAB_UPDATE_PERMS=False,
        FAB_ADD_SECURITY_API=False,
        FAB_API_SWAGGER_UI=False,
        FAB_PASSWORD_COMPLEXITY_ENABLED=True,
        FAB_PASSWORD_COMPLEXITY_VALIDATOR=_password_rule,
        AUTH_ROLE_ADMIN="Platform",
        AUTH_ROLE_PUBLIC="Public",
        AUTH_USER_REGISTRATION=False,
        WTF_CSRF_TIME_LIMIT=None,  # a form left open over lunch still sends; the token lives with the session
    )
    app.extensions["opora"] = system
    app.url_map.converters["int"] = RowKey
    _prepare_templates(app)
    CSRFProtect(app)
    with app.app_context():
        appbuilder = AppBuilder(app, system.database.session)
        from app.menu import register_rooms

        register_rooms(app, appbuilder)
        _merge_translations(app)
        fab_texts.lay_over_babel()
    _prepare_requests(app, system)
    errors.register(app)
    return app


class RowKey(IntegerConverter):
    """A key in an address: a number no table can hold is no page (404), not an error of the database."""

    def __init__(self, url_map: Map, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max", MAX_ID)
        super().__init__(url_map, *args, **kwargs)


def _password_rule(password: str) -> None:
    from app.access.passwords import check_for_fab

    check_for_fab(password)


def _prepare_templates(app: Flask) -> None:
    from jinja2 import ChoiceLoader, FileSystemLoader

    rooms = sorted(path for path in Path(__file__).parent.glob("*/templates") if path.parent.name != "ui")
    own = FileSystemLoader([str(Path(app.root_path) / "templates"), *map(str, rooms)])
    app.jinja_loader = ChoiceLoader([own])
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        csp_nonce=lambda: g.get("nonce", ""), n_=_plural, my_tasks_count=_my_tasks_count,
        unread_notices=_unread_notices, case_tabs=_case_tabs, case_turn=_case_turn, search_url=_search_url,
        clock_note=_clock_note,
    )  # fmt: skip
    filters.register(app, app.extensions["opora"].settings.zone)
    teach_crud_forms()


def _search_url() -> str:
    """Where the search in the head of a page leads; nowhere for those who open no cases."""
    from app.access.permissions import page_roles

    return "/cases/" if g.get("actor") and g.actor.has(*page_roles("Cases", "read")) else ""


def _my_tasks_count() -> int:
    """The badge of «Мои задачи»."""
    from app.dashboards.views import tasks_counted

    return tasks_counted()


def _unread_notices() -> int:
    """The badge of the bell: one query, once per request."""
    from app.notifications.queries import unread_count

    if "unread_notices" not in g:
        user_id = g.actor.user_id if g.get("actor") else None
        g.unread_notices = unread_count(runtime().read(g.actor), user_id) if user_id else 0
    count: int = g.unread_notices
    return count


def _case_tabs(case: Any) -> list[tuple[str, str]]:
    from app.cases.views import case_tabs

    return [(str(title), url) for title, url in case_tabs(runtime().read(g.actor), case)]


def _case_turn(case: Any, tab: str) -> Any:
    from app.cases.turns import turn_of

    return turn_of(runtime().read(g.actor), case, tab)


def _clock_note() -> Any:
    """The training date, when the clock of the copy is not the real one but may be moved."""
    clock = runtime().clock
    return clock.now() if isinstance(clock, TrainingClock) else None


def _plural(singular: str, plural: str, n: int, **params: Any) -> str:
    return ngettext(singular, plural, n) % {"n": n, **params}


def _merge_translations(app: Flask) -> None:
    """Let FAB and Flask-Babel find our sentences too: our catalogues are laid over theirs."""
    from flask_babel import get_domain

    def own_first(msgid: str, **params: Any) -> str:
        sentence = gettext(msgid)
        if sentence == msgid:
            sentence = theirs(msgid)
        return sentence % params if params else sentence

    def theirs(msgid: str) -> str:
        return get_domain().get_translations().gettext(msgid)

    def own_first_plural(singular: str, plural: str, n: int, **params: Any) -> str:
        return ngettext(singular, plural, n) % {"num": n, "n": n, **params}

    app.jinja_env.globals.update(_=own_first, gettext=own_first, ngettext=own_first_plural)


def _prepare_requests(app: Flask, system: Runtime) -> None:
    @app.before_request
    def who_asks() -> None:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=secrets.token_hex(6))
        g.nonce = secrets.token_urlsafe(16)
        set_locale(cookie.get("locale", "ru") if cookie.get("locale", "ru") in LOCALES else "ru")
        g.actor = None
        if not is_clean(request.path):
            raise NotFound  # signs no address has: nothing is called so
        if request.endpoint == "static" or (request.endpoint or "").endswith(".static"):
            return
        if not cookie.permanent:
            cookie.permanent = True
        session = system.database.session()
        if current_user.is_authenticated:
            today = local_date(system.clock.now(), system.ports.zone)
            g.actor = actor_for(session, current_user.id, current_user.get_full_name(), today)
        session.info["actor"] = g.actor
        crud.reject_odd_parameters()
        view = app.view_functions.get(request.endpoint or "")
        if (
            request.method == "POST"
            and not getattr(view, "_opens_own_work", False)
            and request.path != "/login/"
        ):
            # FAB's own forms write through the same session; on SQLite a writer says so at the beginning.
            session.rollback()
            session.connection(execution_options={"writes": True})

    @app.after_request
    def harden(response: Response) -> Response:
        if request.endpoint == "static" or (request.endpoint or "").endswith(".static"):
            response.headers["Cache-Control"] = "public, max-age=86400"
        else:
            response.headers["Cache-Control"] = "no-store"
        response.headers.setdefault(
            "Content-Security-Policy",
            f"default-src 'self'; script-src 'self' 'nonce-{g.get('nonce', '')}'; style-src 'self'; "
            "style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; object-src 'none'; "
            "base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        if runtime().settings.https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response

    @app.teardown_request
    def end(error: BaseException | None) -> None:
        system.database.session.remove()
