"""Files the browser can ask for: saved pictures, and what lives only as long as the app."""

from __future__ import annotations

import logging
import shutil
import tempfile
import weakref
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from PIL import Image

from .....errors import InputError
from .....generation.describe import picture_texts
from .....images import drawing_mark
from .....metadata.write_png import save_png
from ..html import file_url

if TYPE_CHECKING:
    from .....generation.picture_folder import PictureFolder
    from .....generation.request import Request
    from ...engine.sampling import Generated

#: Where saved pictures are served, relative to the page.
SAVED = "kept/"
NO_EXTRAS: Mapping[str, object] = MappingProxyType({})
_log = logging.getLogger(__name__)


class ServedFiles:
    """Finished pictures, saved for good where a folder is given, and files that go with the app.

    Attributes:
        saved: the folder pictures are saved to, which may be changed while the app runs; None
            saves none.
        problem: why the newest picture could not be saved; empty where it was.
    """

    def __init__(self, parent: Path, saved: PictureFolder | None = None) -> None:
        """Make a folder of our own below ``parent``, which Gradio serves."""
        parent.mkdir(parents=True, exist_ok=True)
        self.saved = saved
        self.problem = ""
        self._folder = tempfile.mkdtemp(prefix="seedloupe-", dir=parent)
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def keep(self, picture: Image.Image, name: str) -> str:
        """Store a picture as it is and return its address."""
        path = self._place(f"{name}.png")
        picture.save(path)
        return file_url(path.as_posix())

    def keep_drawing(self, picture: Image.Image, name: str) -> str:
        """Store a picture with something drawn over it, marked as such; return its address."""
        path = self._place(f"{name}.png")
        picture.save(path, **drawing_mark("PNG"))
        return file_url(path.as_posix())

    def keep_generated(
        self, picture: Generated, request: Request, extras: Mapping[str, object] = NO_EXTRAS
    ) -> str:
        """Save a picture with everything that is needed to draw it again; return its address.

        ``extras`` are what it says besides, such as how its seed was chosen.

        A folder that cannot be written to does not cost the picture: it is then kept for as long
        as the app runs, and :attr:`problem` says so.
        """
        texts = picture_texts(request, picture.seed, extras)
        if self.saved is not None:
            try:
                path = self.saved.save(picture.image, picture.seed, texts, now=datetime.now())
            except InputError as error:
                self.problem = f"A picture could not be saved. {error}"
                _log.warning(self.problem)
            else:
                self.problem = ""
                return saved_url(path.name)
        path = self._place(f"seed-{picture.seed}.png")
        save_png(picture.image, path, texts)
        return file_url(path.as_posix())

    def keep_bytes(self, content: bytes, name: str) -> str:
        """Store a file of any kind and return its address."""
        path = self._place(name)
        path.write_bytes(content)
        return file_url(path.as_posix())

    def find(self, url: str) -> Path:
        """Return the file an address of the page stands for.

        Raises:
            InputError: it is none that was handed out here, or it is gone.
        """
        if url.startswith(SAVED) and self.saved is not None:
            return self.saved.picture(unquote(url.removeprefix(SAVED)))
        path = Path(unquote(url.removeprefix(file_url(""))))
        if path.is_file() and Path(self._folder).resolve() in path.resolve().parents:
            return path
        raise InputError(
            "picture", expected="one of this page's", got=repr(url), advice="Reload the page."
        )

    def _place(self, name: str) -> Path:
        return Path(tempfile.mkdtemp(dir=self._folder)) / name


def saved_url(name: str) -> str:
    """Return the address of a saved picture."""
    return SAVED + quote(name, safe="")
