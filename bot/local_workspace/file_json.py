"""A file in JSON: as Slack sends it to the app, and as the page shows it."""

from bot.local_workspace.records import File, Json

# Slack's `filetype` where it is not the ending of the name.
FILETYPES = {"jpeg": "jpg", "markdown": "markdown", "md": "markdown", "txt": "text", "": "binary"}


def file_json(file: File) -> Json:
    """A file as Slack sends it; its bytes are at `url_private` for the app's token only."""
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title or file.name,
        "alt_txt": file.alt_txt,
        "mimetype": file.mimetype,
        "filetype": filetype(file.name),
        "size": file.length,
        "created": file.created,
        "timestamp": file.created,
        "mode": "hosted",
        "is_external": False,
        "file_access": "visible",
        "user": file.user,
        "original_w": file.width,
        "original_h": file.height,
        "url_private": f"{file.private_url}/{file.name}",
        "url_private_download": f"{file.private_url}/download/{file.name}",
    }


def page_file(file: File) -> Json:
    """A file as the page shows it; `width` and `height` in pixels, `size` in bytes."""
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "alt_txt": file.alt_txt,
        "mimetype": file.mimetype,
        "size": file.length,
        "url": f"/files/{file.id}/{file.name}",
        "width": file.width,
        "height": file.height,
    }


def filetype(name: str) -> str:
    """Slack's name for a kind of file, from the ending of the file's name."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return FILETYPES.get(ending, ending)
