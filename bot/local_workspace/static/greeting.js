// The card that greets a newcomer with things to try; a click puts one into the composer, or goes to a place.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";

const CLOSED = "greeting-closed";

export class Greeting {
  #shown = null;
  #brief = false;

  constructor(page, fill) {
    this.page = page;
    this.fill = fill;
    this.card = document.getElementById("greeting");
    this.button = document.getElementById("greeting-button");
    this.button.addEventListener("click", () => this.#open(this.card.hidden));
  }

  draw() {
    const { greeting } = this.page.state;
    const print = JSON.stringify([greeting, this.#brief]);
    this.button.hidden = !greeting;
    if (!greeting || print === this.#shown) return;
    const first = this.#shown === null;
    this.#shown = print;
    this.card.classList.toggle("brief", this.#brief);
    this.card.replaceChildren(...this.#content(greeting));
    if (first) this.#show(!sessionStorage.getItem(CLOSED));
  }

  // Once something was tried, the words have done their work and only the things to try remain.
  shorten() {
    this.#brief = true;
    this.draw();
  }

  #open(open) {
    sessionStorage.setItem(CLOSED, open ? "" : "yes");
    this.#brief = false;
    this.draw();
    this.#show(open);
  }

  #show(open) {
    this.card.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
  }

  // A place by the name it has in the sidebar.
  #told(text) {
    if (text === "#home") return "Home";
    return text.startsWith("#") ? `#${this.page.names.channel(text.slice(1)) ?? "channel"}` : text;
  }

  #content({ title, text, tries }) {
    const close = () => this.#open(false);
    const fill = (text) => () => (text.startsWith("#") ? (location.hash = text) : this.fill(text));
    return [
      h("button", { type: "button", class: "icon-button", "aria-label": "Close", click: close }, icon("close")),
      !this.#brief && h("h3", {}, title),
      !this.#brief && h("div", { class: "text" }, mrkdwn(text, this.page.names)),
      h(
        "ul",
        { class: "tries" },
        tries.map(({ label, text }) =>
          h("li", {}, h("button", { type: "button", title: label, click: fill(text) }, label, h("code", {}, this.#told(text)))),
        ),
      ),
    ].filter(Boolean);
  }
}
