// The messages of the place that is open: where it is scrolled, what is pending, what to read aloud.
import { h, Kept } from "./dom.js";
import { icon } from "./icons.js";
import { isReply, MessageList } from "./messages.js";
import { mrkdwn } from "./mrkdwn.js";

const NEAR_END_PX = 80;
const element = (id) => document.getElementById(id);

export class Conversation {
  #pending = new Kept((text, app) => pendingLine(text, app));
  #place = null;
  #newest = "";
  #atEnd = true;
  #top = 0;

  constructor(page) {
    this.page = page;
    this.scroll = element("scroll");
    this.list = new MessageList(page, element("messages"), { threads: true });
    this.button = element("newest");
    this.button.prepend(icon("down"));
    this.button.addEventListener("click", () => this.toEnd());
    this.scroll.addEventListener("scroll", () => this.#scrolled());
    // Pictures arrive after their message, and the keyboard of a phone takes half of the room.
    const follow = new ResizeObserver(() => this.#atEnd && this.toEnd());
    follow.observe(element("messages"));
    follow.observe(this.scroll);
  }

  draw(place) {
    const { state } = this.page;
    const all = state.messages[place.id] ?? [];
    const replies = Map.groupBy(all.filter(isReply), (message) => message.thread_ts);
    const shown = all.filter((message) => !isReply(message));
    const moved = this.#place !== `${state.member}/${place.id}`;
    this.list.draw(shown, (ts) => replies.get(ts) ?? [], {
      head: [this.#beginning(place)],
      tail: this.#tail(place.id),
    });
    if (moved) this.#arrive(place, shown);
    else this.#follow(shown);
  }

  toEnd() {
    this.#atEnd = true;
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  show(ts) {
    const message = this.scroll.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
    if (!message) return;
    this.#atEnd = false;
    message.scrollIntoView({ block: "center" });
    message.classList.add("found");
  }

  #arrive(place, shown) {
    this.#place = `${this.page.state.member}/${place.id}`;
    this.#newest = shown.at(-1)?.ts ?? "";
    this.toEnd();
  }

  #follow(shown) {
    const fresh = shown.filter((message) => message.ts > this.#newest);
    if (!fresh.length) return;
    this.#newest = fresh.at(-1).ts;
    this.#announce(fresh);
    if (this.#atEnd || fresh.some((message) => message.user === this.page.state.member)) this.toEnd();
    else this.button.hidden = false;
  }

  #announce(fresh) {
    const spoken = ({ name, text }) => `${name}: ${h("p", {}, mrkdwn(text, this.page.names)).textContent}`;
    element("announcements").replaceChildren(...fresh.map((message) => h("p", {}, spoken(message))));
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroll;
    // What grows below leaves the end behind, too; only a member who scrolls up has left it.
    if (scrollHeight - scrollTop - clientHeight < NEAR_END_PX) this.#atEnd = true;
    else if (scrollTop < this.#top) this.#atEnd = false;
    if (this.#atEnd) this.button.hidden = true;
    this.#top = scrollTop;
  }

  #beginnings = new Kept((title, text) => h("div", { class: "beginning" }, h("h3", {}, title), h("p", {}, text)));

  #beginning({ id, name, topic, channel }) {
    const { app } = this.page.state;
    const text = channel
      ? `This is the very beginning of #${name}. ${topic ?? ""}`
      : `This is the very beginning of your messages with ${app.name}.`;
    return this.#beginnings.node(id, channel ? `#${name}` : name, text);
  }

  #tail(id) {
    const { app, pending } = this.page.state;
    return pending
      .filter(({ channel }) => channel === id)
      .map(({ text, since }) => this.#pending.node(`${since}/${text}`, text, app.name));
  }
}

const pendingLine = (text, app) =>
  h(
    "p",
    { class: "pending", role: "status" },
    h("code", {}, text),
    h("span", {}, `${app} is thinking`),
    h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
  );
