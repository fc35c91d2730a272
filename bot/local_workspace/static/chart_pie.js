// A pie, with each slice's share written in it where there is room.
import { seriesClass, shown } from "./chart.js";
import { at, svg } from "./svg.js";

const SIZE = 220;
const MIDDLE = SIZE / 2;
const RADIUS = MIDDLE - 4;
const ROOM = 0.06;

const percent = (share) => `${(share * 100).toLocaleString("en-US", { maximumFractionDigits: share < 0.1 ? 1 : 0 })}%`;

function shares(segments) {
  const total = segments.reduce((sum, { value }) => sum + value, 0);
  return segments.map(({ value }) => value / total);
}

export function pieLegend({ segments }) {
  const parts = shares(segments);
  return segments.map(({ label, value }, index) => ({ label, detail: `${shown(value)} (${percent(parts[index])})` }));
}

export function pie({ segments }, title) {
  const told = pieLegend({ segments }).map(({ label, detail }) => `${label} ${detail}`).join(", ");
  let from = 0;
  const slices = shares(segments).map((share, index) => {
    const node = slice(from, from + share, index);
    from += share;
    return node;
  });
  return svg(
    "svg",
    { viewBox: `0 0 ${SIZE} ${SIZE}`, class: "chart pie", role: "img", "aria-label": `Pie chart: ${title}. ${told}` },
    slices,
  );
}

const point = (turn, radius) => {
  const angle = (turn - 0.25) * 2 * Math.PI;
  return [MIDDLE + radius * Math.cos(angle), MIDDLE + radius * Math.sin(angle)];
};

function slice(from, to, index) {
  const share = to - from;
  const mark =
    share > 0.9999
      ? svg("circle", { cx: MIDDLE, cy: MIDDLE, r: RADIUS, class: seriesClass(index) })
      : svg("path", {
          class: seriesClass(index),
          d: `M${at(MIDDLE, MIDDLE)} L${at(...point(from, RADIUS))} A${at(RADIUS, RADIUS)} 0 ${share > 0.5 ? 1 : 0} 1 ${at(...point(to, RADIUS))} Z`,
        });
  if (share < ROOM) return [mark];
  const [x, y] = point((from + to) / 2, RADIUS * 0.66);
  return [mark, svg("text", { x, y, class: "on-mark" }, percent(share))];
}
