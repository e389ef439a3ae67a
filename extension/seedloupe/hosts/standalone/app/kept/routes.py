"""Saved pictures over HTTP: the newest ones' names, and each as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .....errors import InputError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from .served_files import ServedFiles

#: As many as a strip shows.
MOST_SHOWN = 60


def serve_saved(app: FastAPI, files: ServedFiles) -> None:
    """Serve what is in the folder of saved pictures, and nothing else."""
    from fastapi import Response
    from fastapi.responses import FileResponse, JSONResponse

    def listed() -> Response:
        names = [path.name for path in files.saved.newest(MOST_SHOWN)] if files.saved else []
        return JSONResponse(
            {"names": names, "problem": files.problem}, headers={"Cache-Control": "no-store"}
        )

    def picture(name: str) -> Response:
        try:
            if files.saved is not None:
                return FileResponse(files.saved.picture(name), media_type="image/png")
        except InputError:
            pass
        return Response(status_code=404)

    app.add_api_route("/kept", listed)
    app.add_api_route("/kept/{name}", picture)
