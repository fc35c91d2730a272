"""A file system that, like an object store, cannot rename folders, and outlives a process.

Its files lie in the folder that SHELF names.
"""

import os
from typing import Any

from fsspec import register_implementation
from fsspec.implementations.dirfs import DirFileSystem
from fsspec.implementations.local import LocalFileSystem


class Shelf(DirFileSystem):
    """shelf://a/b is a/b in that folder."""

    protocol = "shelf"

    def __init__(self, **options: Any) -> None:
        super().__init__(os.environ["SHELF"], LocalFileSystem(auto_mkdir=True), **options)


register_implementation("shelf", Shelf, clobber=True)
