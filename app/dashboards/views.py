"""«Мои задачи», everyone's first page."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import IndexView as FabIndexView

from app.dashboards.queries import my_tasks
from app.ui.base import RoomView, page


class IndexView(RoomView, FabIndexView):
    """The first page: the queue of the person who logged in."""

    route_base = ""
    class_permission_name = "Tasks"

    @page("/")
    def index(self) -> Any:
        work = self.read()
        return self.render("dashboards/tasks.html", items=my_tasks(work), today=work.today)


