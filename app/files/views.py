"""Downloading a file: as an attachment, with its Russian name, for whoever may see it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Response

from app.access.scopes import get_visible
from app.audit import service as audit
from app.files.models import StoredFile
from app.ui.base import RoomView, page


def attachment(data: bytes, name: str, media_type: str, *, inline: bool = False) -> Response:
    """The answer that gives bytes out: never interpreted by the browser, named in any alphabet."""
    response = Response(data, mimetype=media_type)
    kind = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = f"{kind}; filename=\"file\"; filename*=UTF-8''{quote(name)}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'self'"
    return response


class FileView(RoomView):
    route_base = "/files"
    class_permission_name = "Cases"

    @page("/<int:file_id>")
    def download(self, file_id: int) -> Any:
        work = self.read()  # the storage may be slow: it is read before the write begins
        stored = get_visible(work.session, StoredFile, file_id)
        data = work.ports.storage.get(stored.sha256)
        answer, case_id = attachment(data, stored.name, stored.media_type), stored.case_id
        with self.write() as work:  # who took which file is part of the journal
            audit.record(work, "file:download", (StoredFile.__tablename__, file_id), case_id=case_id)
        return answer


VIEWS = [FileView]
