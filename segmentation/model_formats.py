"""Model files of earlier formats, brought to the present form; their text stays as it is."""

from typing import Any, Final

FORMAT: Final = 3


def in_present_form(data: dict[str, Any]) -> dict[str, Any]:
    """What a `model.json` of any format says, as the present format says it.

    What a format did not keep is left empty. ValueError for a format that there never was;
    KeyError or TypeError where the file is none.
    """
    while data["format"] in _NEXT:
        data = _NEXT[data["format"]](data)
    if data["format"] != FORMAT:
        raise ValueError(f"it has format {data['format']}")
    return data


def _second(first: dict[str, Any]) -> dict[str, Any]:
    """Format 2 tells how often labels hold, and the bins of drift, in which nobody was counted."""
    columns = [feature["column"] for feature in first["features"]]
    empty = [{"column": column, "edges": [], "counts": [0, 0]} for column in columns]
    return (
        {
            "calibration": None,
            "k_evidence": None,
            "drift": {"customers": 0, "features": empty},
        }
        | first
        | {"format": 2}
    )


def _third(second: dict[str, Any]) -> dict[str, Any]:
    """Format 3 has limits, other algorithms than KMeans, and the claims of the summaries."""
    return second | {
        "format": 3,
        "provenance": {"algorithm": "kmeans"} | second["provenance"],
        "features": [{"low": None, "high": None} | feature for feature in second["features"]],
        "segments": [{"variant": None, "claims": []} | segment for segment in second["segments"]],
    }


_NEXT: Final = {1: _second, 2: _third}
