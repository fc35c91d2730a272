"""A file in JSON: as Slack sends it to the app, and as the page shows it."""

from bot.local_workspace.records import File, Json

# Slack's `filetype` where it is not the ending of the name.
FILETYPES = {"jpeg": "jpg", "markdown": "markdown", "md": "markdown", "txt": "text", "": "binary"}


def file_json(file: File, bot_user_id: str, team_id: str) -> Json:
    """A file as Slack sends it; its bytes are at `url_private` for the app's token only."""
    private = f"{file.host}files-pri/{team_id}-{file.id}"
    return {
        **page_file(file),
        "title": file.title or file.name,
        "filetype": filetype(file.name),
        "size": file.length,
        "created": file.created,
        "timestamp": file.created,
        "mode": "hosted",
        "is_external": False,
        "file_access": "visible",
        "user": file.user or bot_user_id,
        "original_w": file.width,
        "original_h": file.height,
        "url_private": f"{private}/{file.name}",
        "url_private_download": f"{private}/download/{file.name}",
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
