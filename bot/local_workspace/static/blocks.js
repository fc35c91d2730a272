// Block Kit blocks as DOM nodes.
import { chart } from "./chart.js";
import { drawElement } from "./elements.js";
import { h, newId } from "./dom.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { drawText, plainString } from "./mrkdwn.js";
import { picture } from "./pictures.js";
import { richText } from "./rich_text.js";
import { table } from "./table.js";
import { unknown } from "./unknown.js";

export const drawBlocks = (blocks, surface) => blocks.map((block) => drawBlock(block, surface));

function drawBlock(block, surface) {
  const draw = BLOCKS[block.type];
  if (!draw) return unknown(block.type);
  const node = draw(block, surface);
  node.classList.add("block", `block-${block.type}`);
  if (block.block_id) node.dataset.blockId = block.block_id;
  return node;
}

const cellIn = (block, surface, label) => ({ surface, blockId: block.block_id, label, tells: true });

const header = (block, { page }) => h("h3", {}, drawText(block.text, page.names));

const divider = () => h("hr");

function section(block, surface) {
  const { names } = surface.page;
  const label = block.text ? plainString(block.text).slice(0, 80) : null;
  return h(
    "div",
    {},
    h(
      "div",
      { class: "section-text" },
      block.text && h("div", { class: "text" }, drawText(block.text, names)),
      block.fields && h("div", { class: "fields" }, block.fields.map((field) => h("div", {}, drawText(field, names)))),
    ),
    block.accessory && h("div", { class: "accessory" }, accessory(block, surface, label)),
  );
}

function accessory(block, surface, label) {
  const element = block.accessory;
  if (element.type !== "image") return drawElement(element, cellIn(block, surface, label));
  return h("img", { class: "thumbnail", src: urlOf(element), alt: element.alt_text });
}

const urlOf = ({ image_url: url, slack_file: file }) => url ?? `/files/${file.id}/raw`;

function context(block, { page }) {
  const draw = (element) =>
    element.type === "image"
      ? h("img", { src: urlOf(element), alt: element.alt_text })
      : h("span", {}, drawText(element, page.names));
  return h("div", {}, block.elements.map(draw));
}

const actions = (block, surface) =>
  h("div", {}, block.elements.map((element) => drawElement(element, cellIn(block, surface, "Choose"))));

const image = (block) =>
  picture({
    url: urlOf(block),
    alt: block.alt_text,
    title: block.title && plainString(block.title),
  });

const GROUPED = new Set(["checkboxes", "radio_buttons"]);

function input(block, surface) {
  const { names } = surface.page;
  const ids = { control: newId("input"), label: newId("label"), hint: newId("hint"), error: newId("error") };
  const label = [drawText(block.label, names), block.optional && h("span", { class: "optional" }, " (optional)")];
  const grouped = GROUPED.has(block.element.type);
  const control = drawElement(block.element, {
    surface,
    blockId: block.block_id,
    id: ids.control,
    label: plainString(block.label),
    labelledBy: ids.label,
    describedBy: [block.hint && ids.hint, ids.error].filter(Boolean).join(" "),
    required: !block.optional,
    tells: block.dispatch_action === true,
  });
  return h(
    "div",
    {},
    grouped
      ? h("div", { class: "label", id: ids.label }, label)
      : h("label", { class: "label", id: ids.label, for: ids.control }, label),
    control,
    h("p", { class: "field-error", id: ids.error, hidden: true }),
    block.hint && h("p", { class: "hint", id: ids.hint }, drawText(block.hint, names)),
  );
}

function card(block, surface) {
  const { names } = surface.page;
  const { hero_image: hero, icon: small, title, subtitle, body, actions: buttons = [] } = block;
  return h(
    "div",
    { role: "group", "aria-label": title ? plainString(title) : "Card" },
    hero && h("img", { class: "hero", src: urlOf(hero), alt: hero.alt_text }),
    h(
      "div",
      { class: "card-head" },
      small && h("img", { class: "card-icon", src: urlOf(small), alt: small.alt_text }),
      h(
        "div",
        {},
        title && h("strong", {}, drawText(title, names)),
        subtitle && h("small", {}, drawText(subtitle, names)),
      ),
    ),
    body && h("div", { class: "text" }, drawText(body, names)),
    buttons.length > 0 &&
      h("div", { class: "block-actions" }, buttons.map((element) => drawElement(element, cellIn(block, surface, "Choose")))),
  );
}

const ALERTS = {
  default: ["info", "Note"],
  info: ["info", "Note"],
  success: ["check", "Success"],
  warning: ["warning", "Warning"],
  error: ["stop", "Error"],
};

function alert({ text, level = "default" }, { page }) {
  const [glyph, word] = ALERTS[level];
  return h(
    "div",
    { role: "note", "data-level": level },
    icon(glyph),
    h("div", { class: "text" }, h("span", { class: "visually-hidden" }, `${word}: `), drawText(text, page.names)),
  );
}

const BLOCKS = {
  header,
  section,
  context,
  divider,
  actions,
  image,
  input,
  rich_text: (block, { page }) => richText(block, page.names),
  table: (block, { page }) => table(block, page.names),
  card,
  alert,
  data_visualization: (block) => chart(block),
  markdown: ({ text }) => h("div", {}, markdown(text)),
};
