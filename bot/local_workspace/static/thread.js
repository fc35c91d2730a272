// The panel beside the conversation: one message, its replies, and a box for another.
import { Composer } from "./composer.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { isReply, MessageList } from "./messages.js";

export class Thread {
  #root = null;
  #count = 0;

  constructor(page) {
    this.page = page;
    this.panel = document.getElementById("thread");
    this.composer = new Composer({
      id: "thread-composer",
      commands: () => [],
      member: () => page.member,
      send: (text, files) => page.send(this.#root.channel, text, { files, threadTs: this.#root.ts }),
    });
    const messages = h("div", { class: "messages" });
    this.scroll = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Replies" }, messages);
    this.list = new MessageList(page, messages, { threads: false });
    this.panel.append(this.#header(), this.scroll, h("div", { class: "composer-place" }, this.composer.node));
    this.panel.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  open(message) {
    this.#root = { channel: message.channel, ts: message.ts };
    this.draw();
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.composer.field.focus();
  }

  close() {
    this.#root = null;
    this.panel.hidden = true;
    document.getElementById("composer").focus();
  }

  draw() {
    const all = this.#root ? this.page.state.messages[this.#root.channel] ?? [] : [];
    const root = all.find(({ ts }) => ts === this.#root?.ts);
    this.panel.hidden = !root;
    if (!root) return;
    const replies = all.filter((message) => isReply(message) && message.thread_ts === root.ts);
    const more = replies.length > this.#count;
    this.#count = replies.length;
    this.list.draw([root, ...replies], () => []);
    this.composer.open(`${this.page.state.member}/${root.ts}`, "Reply");
    if (more) this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  #header() {
    const close = () => this.close();
    return h(
      "header",
      { class: "place-header" },
      h("div", { class: "place-title" }, h("h2", {}, "Thread")),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close thread", click: close }, icon("close")),
    );
  }
}
