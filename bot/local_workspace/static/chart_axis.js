// Charts along an axis: groups of bars, lines, and areas in layers.
import { seriesClass, shown } from "./chart.js";
import { at, svg } from "./svg.js";

const NARROW = matchMedia("(max-width: 520px)");
const HEIGHT = 250;
const LETTER = 6.6;
const STEPS = [1, 2, 2.5, 5, 10];
const NAMES = { bar: "Bar chart", line: "Line chart", area: "Area chart" };

const short = (value) => value.toLocaleString("en-US", { notation: "compact", maximumFractionDigits: 2 });

export function drawAlongAxis(chart, title) {
  const plot = layout(chart);
  return svg(
    "svg",
    {
      viewBox: `0 0 ${plot.width} ${plot.height}`,
      class: "chart",
      role: "img",
      "aria-label": `${NAMES[chart.type]}: ${title}. ${told(chart)}`,
    },
    grid(plot),
    MARKS[chart.type](chart, plot),
    axis(chart.axis_config, plot),
  );
}

const told = ({ series }) =>
  series.map(({ name, data }) => `${name}: ${data.map(({ label, value }) => `${label} ${shown(value)}`).join(", ")}`).join(". ");

function ticksOf(values) {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values) || 1;
  const power = 10 ** Math.floor(Math.log10((high - low) / 4));
  const step = STEPS.map((size) => size * power).find((size) => (high - low) / size <= 4.5);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

function layout({ series, axis_config: { categories, x_label: xLabel, y_label: yLabel } }) {
  const width = NARROW.matches ? 330 : 560;
  const ticks = ticksOf(series.flatMap(({ data }) => data.map(({ value }) => value)));
  const left = Math.max(...ticks.map((tick) => short(tick).length)) * LETTER + (yLabel ? 30 : 12);
  const band = (width - left - 8) / categories.length;
  const longest = Math.max(...categories.map(({ length }) => length)) * LETTER;
  const slanted = longest > band - 6;
  const below = (slanted ? longest * 0.6 + 16 : 22) + (xLabel ? 20 : 0);
  const bottom = HEIGHT - 30;
  const [low, high] = [ticks[0], ticks.at(-1)];
  return {
    width,
    height: bottom + below,
    left,
    bottom,
    band,
    slanted,
    ticks,
    y: (value) => bottom - ((value - low) / (high - low)) * (bottom - 16),
    x: (index) => left + band * (index + 0.5),
  };
}

const grid = ({ ticks, y, left, width }) =>
  ticks.map((tick) => [
    svg("line", { x1: left, x2: width - 4, y1: y(tick), y2: y(tick), class: tick === 0 ? "zero" : "grid" }),
    svg("text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, short(tick)),
  ]);

function axis({ categories, x_label: xLabel, y_label: yLabel }, { x, bottom, slanted, height, width, left }) {
  const names = categories.map((category, index) =>
    slanted
      ? svg("text", { transform: `translate(${at(x(index) + 4, bottom + 14)}) rotate(-38)`, "text-anchor": "end" }, category)
      : svg("text", { x: x(index), y: bottom + 17, "text-anchor": "middle" }, category),
  );
  return [
    names,
    xLabel && svg("text", { x: (left + width) / 2, y: height - 5, "text-anchor": "middle", class: "axis-label" }, xLabel),
    yLabel &&
      svg("text", { transform: `translate(${at(12, bottom / 2)}) rotate(-90)`, "text-anchor": "middle", class: "axis-label" }, yLabel),
  ];
}

// Values in the order of the categories.
const ordered = ({ data }, { categories }) => categories.map((name) => data.find(({ label }) => label === name).value);

function bars({ series, axis_config: config }, { x, y, band }) {
  const wide = Math.min(46, (band * 0.78) / series.length);
  const longest = Math.max(...series.flatMap(({ data }) => data.map(({ value }) => short(value).length)));
  const written = longest * LETTER < wide + 2;
  return series.map((one, place) =>
    ordered(one, config).map((value, index) => {
      const left = x(index) + (place - series.length / 2) * wide;
      const top = Math.min(y(value), y(0));
      return [
        svg("rect", {
          x: left + 1,
          y: top,
          width: wide - 2,
          height: Math.max(1, Math.abs(y(value) - y(0))),
          rx: 2,
          class: seriesClass(place),
        }),
        written && svg("text", { x: left + wide / 2, y: top - 4, "text-anchor": "middle", class: "value" }, short(value)),
      ];
    }),
  );
}

const path = (points) => points.map((point, index) => `${index ? "L" : "M"}${at(...point)}`).join("");

const lines = ({ series, axis_config: config }, { x, y }) =>
  series.map((one, place) => {
    const points = ordered(one, config).map((value, index) => [x(index), y(value)]);
    return [
      svg("path", { d: path(points), class: `stroke ${seriesClass(place)}` }),
      points.map(([cx, cy]) => svg("circle", { cx, cy, r: 3.2, class: seriesClass(place) })),
    ];
  });

const areas = (chart, plot) => [
  chart.series.map((one, place) => {
    const { x, y } = plot;
    const points = ordered(one, chart.axis_config).map((value, index) => [x(index), y(value)]);
    const ground = [[x(points.length - 1), y(0)], [x(0), y(0)]];
    return svg("path", { d: `${path([...points, ...ground])}Z`, class: `fill ${seriesClass(place)}` });
  }),
  lines(chart, plot),
];

const MARKS = { bar: bars, line: lines, area: areas };
