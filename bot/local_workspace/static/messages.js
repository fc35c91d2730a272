// One message as a DOM node, and a list of them with day dividers, grouped by who wrote them.
import { drawBlocks } from "./blocks.js";
import { clock, dateOfTs, dayTitle, fullTime, sameDay } from "./dates.js";
import { h, Kept, reconcile } from "./dom.js";
import { avatar, icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { drawFile } from "./pictures.js";
import { Surface } from "./surface.js";

const GROUP_SECONDS = 300;

export const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;

export class MessageList {
  #kept = new Kept((message, compact, replies) => this.#message(message, compact, replies));

  // `threads` tells whether messages offer and count their replies.
  constructor(page, container, { threads }) {
    this.page = page;
    this.container = container;
    this.threads = threads;
  }

  // `tail` are nodes that stand below the messages.
  draw(messages, replies, { head = [], tail = [] } = {}) {
    const rows = messages.flatMap((message, index) => this.#row(message, messages[index - 1], replies(message.ts)));
    reconcile(this.container, [...head, ...rows, ...tail]);
  }

  clear() {
    this.#kept.clear();
  }

  #row(message, previous, replies) {
    const date = dateOfTs(message.ts);
    const newDay = !previous || !sameDay(date, dateOfTs(previous.ts));
    const summary = this.threads ? replies.map(({ ts, name }) => ({ ts, name })) : [];
    const node = this.#kept.node(
      `${message.channel}/${message.ts}`, message, !newDay && continues(message, previous), summary);
    return this.threads && newDay ? [divider(date), node] : [node];
  }

  #message(message, compact, replies) {
    const classes = ["message", compact && "compact", message.ephemeral && "ephemeral", message.system && "system"];
    return h(
      "article",
      {
        class: classes.filter(Boolean).join(" "),
        "data-ts": message.ts,
        "aria-label": `${message.name}, ${clock(dateOfTs(message.ts))}`,
      },
      h("div", { class: "gutter" }, compact ? timeOf(message) : avatar({ ...message, id: message.user })),
      h(
        "div",
        { class: "content" },
        message.ephemeral && h("p", { class: "only-you" }, icon("eye"), "Only visible to you"),
        !compact && byline(message),
        this.#body(message),
        message.unfurls.map((unfurl) => this.#unfurl(message, unfurl)),
        message.files.map(drawFile),
        replies.length > 0 && this.#repliesButton(message, replies),
      ),
      !message.ephemeral && this.threads && this.#tools(message),
    );
  }

  #body(message) {
    const { page } = this;
    const source = { type: "message", channel: message.channel, ts: message.ts };
    const drawn = message.blocks.length
      ? drawBlocks(message.blocks, new Surface(source, page))
      : message.text && h("div", { class: "text" }, mrkdwn(message.text, page.names));
    return h("div", { class: "body" }, drawn, message.edited && h("span", { class: "edited" }, "(edited)"));
  }

  #unfurl({ channel, ts }, { url, blocks }) {
    const surface = new Surface({ type: "message", channel, ts }, this.page);
    return h("div", { class: "unfurl", role: "group", "aria-label": `Preview of ${url}` }, drawBlocks(blocks, surface));
  }

  #tools(message) {
    const { page } = this;
    const shortcuts = page.state.shortcuts.filter(({ type }) => type === "message");
    const entries = shortcuts.map((shortcut) => [shortcut.name, () => page.useShortcut(shortcut, message)]);
    const more = toolButton("More actions", "more", () => openMenu(more, entries));
    return h(
      "div",
      { class: "message-tools" },
      toolButton("Reply in thread", "thread", () => page.openThread(message)),
      entries.length > 0 && more,
    );
  }

  #repliesButton(message, replies) {
    const last = dateOfTs(replies.at(-1).ts);
    const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
    return h(
      "button",
      { type: "button", class: "replies", click: () => this.page.openThread(message) },
      icon("thread"),
      h("strong", {}, count),
      h("span", {}, `Last reply ${clock(last)}`),
    );
  }
}

const toolButton = (label, glyph, click) =>
  h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, click }, icon(glyph));

// A card stands by itself, with its author.
const continues = (message, previous) =>
  message.blocks.length === 0 &&
  message.user === previous.user &&
  message.bot === previous.bot &&
  message.name === previous.name &&
  message.ephemeral === previous.ephemeral &&
  message.system === previous.system &&
  Number(message.ts) - Number(previous.ts) < GROUP_SECONDS;

function timeOf({ ts }) {
  const date = dateOfTs(ts);
  return h("time", { datetime: date.toISOString(), title: fullTime(date) }, clock(date));
}

const byline = (message) =>
  h(
    "div",
    { class: "byline" },
    h("strong", {}, message.name),
    message.bot && h("span", { class: "badge" }, "APP"),
    timeOf(message),
  );

const dividers = new Kept((title) =>
  h("div", { class: "day", role: "separator", "aria-label": title }, h("span", {}, title)),
);

const divider = (date) => dividers.node(date.toDateString(), dayTitle(date));
