// The markdown block: ordinary Markdown, as far as Slack draws it.
import { h } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { link } from "./mrkdwn.js";

export function markdown(text) {
  const rows = text.split("\n");
  const nodes = [];
  while (rows.length) nodes.push(...takeBlock(rows));
  return nodes;
}

const FENCE = /^\s*```/;
const HEADING = /^(#{1,6})\s+(.*)$/;
const RULE = /^\s*([-*_])(\s*\1){2,}\s*$/;
const QUOTE = /^>\s?/;
const BULLET = /^\s*[-*+]\s+/;
const NUMBER = /^\s*\d+[.)]\s+/;
const TABLE = /^\s*\|.*\|\s*$/;
const SPECIAL = [FENCE, HEADING, RULE, QUOTE, BULLET, NUMBER, TABLE];

function takeWhile(rows, holds) {
  const end = rows.findIndex((row) => !holds(row));
  return rows.splice(0, end < 0 ? rows.length : end);
}

// Takes what belongs together off the top, and draws it.
function takeBlock(rows) {
  const [first] = rows;
  if (!first.trim()) return rows.splice(0, 1) && [];
  if (FENCE.test(first)) return [fenced(rows)];
  const heading = HEADING.exec(first);
  if (heading) return rows.splice(0, 1) && [h("h4", { class: `level-${heading[1].length}` }, inline(heading[2]))];
  if (RULE.test(first)) return rows.splice(0, 1) && [h("hr")];
  if (QUOTE.test(first)) {
    const quoted = takeWhile(rows, (row) => QUOTE.test(row)).map((row) => row.replace(QUOTE, ""));
    return [h("blockquote", {}, markdown(quoted.join("\n")))];
  }
  if (TABLE.test(first)) return [table(takeWhile(rows, (row) => TABLE.test(row)))];
  if (BULLET.test(first)) return [list("ul", rows, BULLET)];
  if (NUMBER.test(first)) return [list("ol", rows, NUMBER)];
  const plain = takeWhile(rows, (row) => row.trim() && !SPECIAL.some((mark) => mark.test(row)));
  return [h("p", {}, plain.flatMap((row, index) => (index ? [h("br"), ...inline(row)] : inline(row))))];
}

function fenced(rows) {
  rows.shift();
  const code = takeWhile(rows, (row) => !FENCE.test(row));
  rows.shift();
  return h("pre", {}, code.join("\n"));
}

const list = (tag, rows, mark) =>
  h(tag, {}, takeWhile(rows, (row) => mark.test(row)).map((row) => h("li", {}, inline(row.replace(mark, "")))));

function table(rows) {
  const cells = (row) => row.trim().slice(1, -1).split("|").map((cell) => cell.trim());
  const [heading, ...rest] = rows.filter((row) => !/^[\s|:-]+$/.test(row)).map(cells);
  const line = (tag, row) => h("tr", {}, row.map((cell) => h(tag, {}, inline(cell))));
  return h(
    "div",
    { class: "block-table" },
    h("table", {}, h("thead", {}, line("th", heading)), h("tbody", {}, rest.map((row) => line("td", row)))),
  );
}

const INLINE = [
  [/`([^`]+)`/y, ([, code]) => h("code", {}, code)],
  [/!?\[([^\]]*)\]\(([^)\s]+)\)/y, ([, label, url]) => link(url, label || url)],
  [/\*\*(.+?)\*\*|__(.+?)__/y, ([, one, other]) => h("strong", {}, inline(one ?? other))],
  [/~~(.+?)~~/y, ([, inner]) => h("s", {}, inline(inner))],
  [/\*(\S.*?)\*|(?<!\w)_(\S.*?)_(?!\w)/y, ([, one, other]) => h("em", {}, inline(one ?? other))],
  [/:([a-z0-9_+-]+):/y, ([whole, code]) => emojiOf(code) ?? whole],
  [/https?:\/\/[^\s<>]*[^\s<>.,;:!?)'"]/y, ([url]) => link(url, url)],
];

function inline(text) {
  const nodes = [];
  let from = 0;
  for (let place = 0; place < text.length; ) {
    const found = firstMatch(text, place);
    if (!found) {
      place += 1;
      continue;
    }
    nodes.push(text.slice(from, place), found.node);
    place = from = found.end;
  }
  return [...nodes, text.slice(from)].filter((node) => node !== "");
}

function firstMatch(text, place) {
  for (const [rule, draw] of INLINE) {
    rule.lastIndex = place;
    const match = rule.exec(text);
    if (match) return { node: draw(match), end: place + match[0].length };
  }
  return null;
}
