// The rich_text block: sections, lists, preformatted text and quotes.
import { h } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { link } from "./mrkdwn.js";
import { unknown } from "./unknown.js";

export const richText = (block, names) => h("div", { class: "rich-text" }, drawParts(block.elements, names));

export function drawParts(parts, names) {
  return parts.map((part) => (PARTS[part.type] ?? (() => unknown(part.type)))(part, names));
}

const PARTS = {
  rich_text_section: (part, names) => h("p", {}, drawInline(part.elements, names)),
  rich_text_quote: (part, names) => h("blockquote", {}, drawInline(part.elements, names)),
  rich_text_preformatted: (part, names) => h("pre", {}, drawInline(part.elements, names)),
  rich_text_list: list,
};

function list(part, names) {
  const ordered = part.style === "ordered";
  const attributes = { class: `indent-${part.indent ?? 0}`, start: ordered && part.offset ? part.offset + 1 : null };
  const items = part.elements.map((item) => h("li", {}, drawInline(item.elements, names)));
  return h(ordered ? "ol" : "ul", attributes, items);
}

const drawInline = (elements, names) =>
  elements.map((element) => {
    const draw = INLINE[element.type];
    return draw ? styled(draw(element, names), element.style) : unknown(element.type);
  });

const INLINE = {
  text: ({ text }) => broken(text),
  link: ({ url, text }) => link(url, text ?? url),
  emoji: ({ name, unicode }) => emojiOf(name) ?? fromUnicode(unicode) ?? `:${name}:`,
  channel: ({ channel_id: id }, names) => h("a", { class: "mention", href: `#${id}` }, `#${names.channel(id) ?? id}`),
  user: ({ user_id }, names) => h("span", { class: "mention" }, `@${names.member(user_id) ?? user_id}`),
};

const broken = (text) => text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));

const fromUnicode = (unicode) =>
  unicode && String.fromCodePoint(...unicode.split("-").map((point) => Number.parseInt(point, 16)));

const STYLES = [["code", "code"], ["strike", "s"], ["italic", "em"], ["bold", "strong"]];

const styled = (content, style = {}) =>
  STYLES.filter(([name]) => style[name]).reduce((inner, [, tag]) => h(tag, {}, inner), content);
