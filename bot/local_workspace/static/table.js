// The table block: the first row is the heading, columns are aligned as their settings say.
import { h } from "./dom.js";
import { plainText } from "./mrkdwn.js";
import { drawParts } from "./rich_text.js";
import { unknown } from "./unknown.js";

const CELLS = {
  raw_text: ({ text }) => plainText(text, false),
  raw_number: ({ text }) => plainText(text, false),
  rich_text: ({ elements }, names) => drawParts(elements, names),
};

export function table(block, names) {
  const [heading, ...rows] = block.rows;
  const settings = block.column_settings ?? [];
  const cells = (tag, row) =>
    row.map((cell, column) => {
      const { align = "left", is_wrapped: wrapped = false } = settings[column] ?? {};
      const attributes = { class: `${align} ${wrapped ? "wrapped" : ""}`, scope: tag === "th" ? "col" : null };
      return h(tag, attributes, (CELLS[cell.type] ?? (() => unknown(cell.type)))(cell, names));
    });
  return h(
    "div",
    { tabindex: "0", role: "region", "aria-label": "Table" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, cells("th", heading))),
      h("tbody", {}, rows.map((row) => h("tr", {}, cells("td", row)))),
    ),
  );
}
