"""The rules of the data_visualization block: pies, and charts along an axis.

Limits are Slack's, from
https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block; lengths are in
characters.
"""

from collections import Counter
from collections.abc import Iterator

from bot.local_workspace.block_kit_checks import Check, Shape, fault, items, number, string, typed
from bot.local_workspace.block_kit_objects import ID
from bot.local_workspace.records import Json

LABEL = string(20)
AXIS_LABEL = string(50)
SERIES = 6
POINTS = 20


def labels_are_categories(chart: Json, pointer: str) -> Iterator[str]:
    """Every series has a name of its own and one value for each category."""
    categories = Counter(chart["axis_config"]["categories"])
    names = Counter(series["name"] for series in chart["series"])
    for place, series in enumerate(chart["series"]):
        if names[series["name"]] > 1:
            yield fault("series names must be unique", f"{pointer}/series/{place}/name")
        if Counter(point["label"] for point in series["data"]) != categories:
            yield fault("labels must match the categories", f"{pointer}/series/{place}/data")


SEGMENT = Shape({"label": LABEL, "value": number(above=0)})
POINT = Shape({"label": LABEL, "value": number()})
AXIS = Shape(
    {"categories": items(LABEL, most=POINTS)}, {"x_label": AXIS_LABEL, "y_label": AXIS_LABEL}
)
ALONG_AN_AXIS = Shape(
    {
        "series": items(Shape({"name": LABEL, "data": items(POINT, most=POINTS)}), most=SERIES),
        "axis_config": AXIS,
    },
    between=labels_are_categories,
)
CHARTS: dict[str, Check] = {
    "pie": Shape({"segments": items(SEGMENT, most=SERIES)}),
    "bar": ALONG_AN_AXIS,
    "area": ALONG_AN_AXIS,
    "line": ALONG_AN_AXIS,
}
DATA_VISUALIZATION = Shape({"title": string(50), "chart": typed(CHARTS)}, {"block_id": ID})
