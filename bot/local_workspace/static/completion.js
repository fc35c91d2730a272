// The list of slash commands above the composer, while a command is being typed.
import { h } from "./dom.js";

const STEP = { ArrowDown: 1, ArrowUp: -1 };

export class Completion {
  #found = [];
  #current = 0;

  constructor(field, id, complete) {
    this.field = field;
    this.complete = complete;
    this.node = h("div", { class: "completion", id, role: "listbox", "aria-label": "Commands", hidden: true });
  }

  get open() {
    return !this.node.hidden;
  }

  update(commands) {
    const typed = this.field.value;
    const naming = /^\/\S*$/.test(typed);
    this.#found = naming ? commands.filter(({ command }) => command.startsWith(typed)) : [];
    this.#current = 0;
    this.#draw();
  }

  close() {
    this.#found = [];
    this.#draw();
  }

  // Whether the key was for the list.
  takes(event) {
    if (!this.open) return false;
    if (STEP[event.key]) this.#move(STEP[event.key]);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Tab" && !event.shiftKey) this.#choose(this.#current);
    else if (event.key === "Enter" && !event.shiftKey && !this.#complete()) this.#choose(this.#current);
    else return false;
    event.preventDefault();
    return true;
  }

  #complete() {
    return this.#found[this.#current].command === this.field.value;
  }

  #move(step) {
    this.#current = (this.#current + step + this.#found.length) % this.#found.length;
    this.#draw();
  }

  #choose(index) {
    this.complete(`${this.#found[index].command} `);
    this.close();
  }

  #draw() {
    const { node, field } = this;
    node.hidden = this.#found.length === 0;
    node.replaceChildren(...this.#found.map((command, index) => this.#option(command, index)));
    field.setAttribute("aria-expanded", String(this.open));
    if (this.open) field.setAttribute("aria-activedescendant", `${node.id}-${this.#current}`);
    else field.removeAttribute("aria-activedescendant");
    node.children[this.#current]?.scrollIntoView({ block: "nearest" });
  }

  #option({ command, description, usage_hint: hint }, index) {
    const choose = (event) => {
      event.preventDefault();
      this.#choose(index);
    };
    return h(
      "div",
      {
        class: "option",
        role: "option",
        id: `${this.node.id}-${index}`,
        "aria-selected": String(index === this.#current),
        mousedown: choose,
      },
      h("div", {}, h("strong", {}, command), hint && h("span", { class: "usage" }, ` ${hint}`)),
      h("small", {}, description),
    );
  }
}
