// Slack's mrkdwn and plain text as DOM nodes.
import { slackDate } from "./dates.js";
import { h } from "./dom.js";
import { emojiOf } from "./emoji.js";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const decoded = (text) => text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);

// A text object of Block Kit; `names` knows members and channels by id.
export const drawText = (object, names) =>
  object.type === "mrkdwn" ? mrkdwn(object.text, names) : plainText(object.text, object.emoji !== false);

export function plainText(text, emoji = true) {
  const shown = emoji ? text.replace(/:([a-z0-9_+-]+):/g, (whole, code) => emojiOf(code) ?? whole) : text;
  return lines(decoded(shown), (line) => [line]);
}

export const plainString = (object) =>
  decoded(object.text).replace(/:([a-z0-9_+-]+):/g, (whole, code) => emojiOf(code) ?? whole);

export function mrkdwn(text, names) {
  const parts = text.split("```");
  if (parts.length % 2 === 0) parts.splice(-2, 2, parts.slice(-2).join("```"));
  return parts.flatMap((part, index) => {
    const trimmed = parts.length > 1 ? part.replace(/^\n|\n$/g, "") : part;
    return index % 2 ? [h("pre", {}, decoded(trimmed))] : quotesAndLines(trimmed, names);
  });
}

const QUOTE = /^(?:&gt;|>) ?/;
const QUOTE_REST = /^(?:&gt;|>){3} ?/;

function quotesAndLines(text, names) {
  const nodes = [];
  const rows = text.split("\n");
  const inline = (line) => formatted(line, names);
  while (rows.length) {
    if (QUOTE_REST.test(rows[0])) {
      rows[0] = rows[0].replace(QUOTE_REST, "");
      nodes.push(h("blockquote", {}, lines(rows.splice(0).join("\n"), inline)));
      continue;
    }
    const quoted = QUOTE.test(rows[0]);
    const end = rows.findIndex((row) => QUOTE.test(row) !== quoted);
    const run = rows.splice(0, end < 0 ? rows.length : end);
    if (quoted) nodes.push(h("blockquote", {}, lines(run.map((row) => row.replace(QUOTE, "")).join("\n"), inline)));
    else nodes.push(...lines(run.join("\n"), inline));
  }
  return nodes;
}

const lines = (text, inline) =>
  text.split("\n").flatMap((line, index) => (index ? [h("br"), ...inline(line)] : inline(line)));

const SPAN = String.raw`(?:\x60[^\x60]*\x60|<[^<>]*>|.)+?`;
const styled = (mark) =>
  new RegExp(String.raw`(?<![\p{L}\p{N}])${mark}(?=\S)(${SPAN})(?<=\S)${mark}(?![\p{L}\p{N}])`, "yu");

const RULES = [
  [/`([^`]+)`/y, ([, code]) => h("code", {}, decoded(code))],
  [/<([^<>]+)>/y, ([, inside], names) => reference(inside, names)],
  [/:([a-z0-9_+-]+(?:::skin-tone-\d)?):/y, ([whole, code]) => emojiOf(code) ?? whole],
  [/https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)'"*_~]/y, ([url]) => link(decoded(url), decoded(url))],
  [styled(String.raw`\*`), ([, inner], names) => h("strong", {}, formatted(inner, names))],
  [styled("_"), ([, inner], names) => h("em", {}, formatted(inner, names))],
  [styled("~"), ([, inner], names) => h("s", {}, formatted(inner, names))],
];

function formatted(text, names) {
  const nodes = [];
  let plainFrom = 0;
  let at = 0;
  while (at < text.length) {
    const found = firstMatch(text, at);
    if (!found) {
      at += 1;
      continue;
    }
    nodes.push(decoded(text.slice(plainFrom, at)), found.draw(found.match, names));
    at += found.match[0].length;
    plainFrom = at;
  }
  return [...nodes, decoded(text.slice(plainFrom))].filter((node) => node !== "");
}

function firstMatch(text, at) {
  for (const [rule, draw] of RULES) {
    rule.lastIndex = at;
    const match = rule.exec(text);
    if (match) return { match, draw };
  }
  return null;
}

const mention = (text, mass = false) => h("span", { class: mass ? "mention mass" : "mention" }, text);

function reference(inside, names) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? null : decoded(inside.slice(bar + 1));
  const id = target.slice(1);
  if (target[0] === "@") return mention(`@${names.member(id) ?? label ?? id}`);
  if (target[0] === "#") return h("a", { class: "mention", href: `#${id}` }, `#${names.channel(id) ?? label ?? id}`);
  if (target[0] === "!") return special(id, label);
  return link(decoded(target), label ?? decoded(target));
}

function special(command, label) {
  const [name, ...parts] = command.split("^");
  if (name === "date") return h("time", { title: label }, dated(parts));
  if (name === "subteam") return mention(label ?? "@group");
  return mention(`@${name}`, true);
}

function dated([seconds, pattern, target]) {
  const shown = slackDate(Number(seconds), decoded(pattern));
  return target ? link(target, shown) : shown;
}

const SAFE = /^(?:https?:|mailto:|tel:)/i;

// A page may not run what a message links to, so only ordinary addresses become links.
export function link(url, label) {
  if (!SAFE.test(url)) return label === url ? `<${url}>` : `${label} (${url})`;
  const here = url.startsWith(`${location.origin}/`);
  return h("a", here ? { href: url } : { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}
