// Inline SVG icons on a 20 × 20 grid, and the avatars of members and bots.
import { h } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  hash: "M7.5 3 6 17M14 3l-1.5 14M3.5 7.5h14M2.5 12.5h14",
  eye: "M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5zM10 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z",
  info: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM10 9.2v4.3M10 6.4v.1",
  close: "m5 5 10 10M15 5 5 15",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  send: "M3 3.5 17 10 3 16.5 5 10zM5 10h6",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  file: "M5 2.5h6.5L15.5 6.5v11h-10.5zM11.5 2.5v4h4",
  download: "M10 3v9M6 8.5l4 4 4-4M4 16.5h12",
  thread: "M3 4h14v9H9l-4 3.5V13H3z",
  attach: "m15.5 9-6 6a3.6 3.6 0 0 1-5-5l6.2-6.2a2.4 2.4 0 0 1 3.4 3.4L8 13.2a1.2 1.2 0 0 1-1.7-1.7l5.4-5.4",
  bolt: "M11 2.5 4.5 11.5H10l-1 6 6.5-9H10z",
  check: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM6.5 10.3l2.4 2.4 4.6-5",
  stop: "M7 2.5h6L17.5 7v6L13 17.5H7L2.5 13V7zM10 6.2v4.6M10 13.4v.1",
  warning: "M10 3 2.5 16.5h15zM10 8v4M10 14.4v.1",
  lock: "M5 9h10v8H5zM7 9V6a3 3 0 0 1 6 0v3",
  outside: "M8 5H4v11h11v-4M11 4h5v5M16 4l-7 7",
  down: "M10 4v12M5 11l5 5 5-5",
  message: "M3 4h14v10H8l-3.5 3V14H3z",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  const attributes = { viewBox: "0 0 20 20", class: `icon icon-${name}`, "aria-hidden": "true" };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

export function avatar({ bot, system, name, id }) {
  if (bot) return h("img", { class: "avatar", src: "/static/icon.svg", alt: "" });
  if (system) return h("span", { class: "avatar notice", "aria-hidden": "true" }, icon("info"));
  const hue = [...(id ?? name)].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 6;
  return h("span", { class: `avatar hue-${hue}`, "aria-hidden": "true" }, initials(name));
}

function initials(name) {
  const words = name.trim().split(/\s+/);
  return (words.length > 1 ? [words[0], words.at(-1)] : words)
    .map((word) => word[0])
    .join("")
    .toUpperCase();
}
