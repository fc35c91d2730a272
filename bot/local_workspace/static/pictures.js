// Pictures in messages, enlarged on a click, and other files to download.
import { h } from "./dom.js";
import { icon } from "./icons.js";

export function picture({ url, alt, title, width, height }) {
  const image = h("img", { src: url, alt, width, height, error: () => figure.replaceChildren(missing(alt)) });
  const figure = h(
    "figure",
    { class: "picture" },
    title && h("figcaption", {}, title),
    h(
      "button",
      { type: "button", class: "enlarge", "aria-label": `Enlarge: ${alt}`, click: () => enlarge(url, alt, title) },
      image,
    ),
  );
  return figure;
}

const missing = (alt) => h("p", { class: "missing" }, `Picture not shown: ${alt}`);

function enlarge(url, alt, title) {
  const close = () => dialog.close();
  const dialog = h(
    "dialog",
    { class: "lightbox", "aria-label": title ? String(title) : alt, close: () => dialog.remove(), click: close },
    h("button", { type: "button", class: "icon-button", "aria-label": "Close", click: close }, icon("close")),
    h("img", { src: url, alt }),
  );
  document.body.append(dialog);
  dialog.showModal();
}

const UNITS = ["bytes", "kB", "MB"];

// A size in bytes as people read it.
export function sizeOf(bytes) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const amount = bytes / 1000 ** power;
  return `${amount.toLocaleString("en-US", { maximumFractionDigits: power && amount < 10 ? 1 : 0 })} ${UNITS[power]}`;
}

export function drawFile(file) {
  const title = file.title || file.name;
  if (file.mimetype.startsWith("image/")) {
    const { url, width, height } = file;
    return picture({ url, alt: file.alt_txt || title, title, width, height });
  }
  return h(
    "a",
    { class: "file", href: file.url, download: file.name },
    h("span", { class: "file-icon" }, icon("file")),
    h("span", { class: "file-name" }, h("strong", {}, title), h("small", {}, subtitle(file, title))),
    icon("download"),
  );
}

const subtitle = ({ name, size }, title) => [title !== name && name, sizeOf(size)].filter(Boolean).join(" · ");
