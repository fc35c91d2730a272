// The data_visualization block: a title, a picture, a legend, and the numbers to read.
import { drawAlongAxis } from "./chart_axis.js";
import { pie, pieLegend } from "./chart_pie.js";
import { h } from "./dom.js";
import { unknown } from "./unknown.js";

export const shown = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 2 });

// `key` is the class that a mark and its entry in the legend have in common.
export const seriesClass = (index) => `series-${index}`;

const swatch = (index) => h("span", { class: `swatch ${seriesClass(index)}`, "aria-hidden": "true" });

const legend = (entries) =>
  h(
    "ul",
    { class: "legend" },
    entries.map(({ label, detail }, index) =>
      h("li", {}, swatch(index), h("span", {}, label), detail && h("strong", {}, detail)),
    ),
  );

export function chart({ title, chart: content }) {
  const draw = CHARTS[content.type];
  if (!draw) return unknown(`data_visualization/${content.type}`);
  const { picture, entries, table } = draw(content, title);
  return h("figure", {}, h("figcaption", {}, title), picture, entries.length > 0 && legend(entries), table);
}

const drawPie = (content, title) => ({
  picture: pie(content, title),
  entries: pieLegend(content),
  table: null,
});

const alongAxis = (content, title) => ({
  picture: drawAlongAxis(content, title),
  entries: content.series.map(({ name }) => ({ label: name })),
  table: numbers(content),
});

const CHARTS = { pie: drawPie, bar: alongAxis, line: alongAxis, area: alongAxis };

// The values behind the picture, for those who cannot see it or want them exactly.
function numbers({ series, axis_config: { categories } }) {
  const row = (category) => [
    h("th", { scope: "row" }, category),
    ...series.map(({ data }) => h("td", {}, shown(data.find(({ label }) => label === category).value))),
  ];
  return h(
    "details",
    { class: "numbers" },
    h("summary", {}, "Numbers"),
    h(
      "div",
      { class: "block-table" },
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, h("td"), series.map(({ name }) => h("th", { scope: "col" }, name)))),
        h("tbody", {}, categories.map((category) => h("tr", {}, row(category)))),
      ),
    ),
  );
}
