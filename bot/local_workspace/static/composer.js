// The box that messages and commands are typed into; it remembers drafts and what was sent.
import { Completion } from "./completion.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

const MAX_HEIGHT_PX = 220;

export class Composer {
  #drafts = new Map();
  #sent = [];
  #recalled = 0;
  #place = null;

  // `commands` answers what can be completed; `send` whether the text was taken.
  constructor({ id, commands, send }) {
    this.commands = commands;
    this.send = send;
    this.field = h("textarea", {
      id,
      rows: 1,
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-controls": `${id}-commands`,
      autocomplete: "off",
      disabled: true, // until a place is open, there is nothing to complete and nowhere to send
      input: () => this.#typed(),
      keydown: (event) => this.#key(event),
      blur: () => this.completion.close(),
    });
    this.completion = new Completion(this.field, `${id}-commands`, (text) => this.fill(text));
    this.hint = h("p", { class: "usage-hint", hidden: true });
    this.button = h(
      "button",
      { type: "button", class: "send", "aria-label": "Send", disabled: true, click: () => this.#submit() },
      icon("send"),
    );
    this.node = h("div", { class: "composer" }, this.completion.node, this.hint, this.field, this.button);
  }

  // Takes up the draft of another place.
  open(place, label) {
    this.field.disabled = false;
    this.field.placeholder = label;
    this.field.setAttribute("aria-label", label);
    if (place === this.#place) return;
    if (this.#place) this.#drafts.set(this.#place, this.field.value);
    this.#place = place;
    this.#set(this.#drafts.get(place) ?? "");
    this.completion.close();
  }

  fill(text) {
    this.#set(text);
    this.field.focus();
    this.field.setSelectionRange(text.length, text.length);
  }

  #set(text) {
    this.field.value = text;
    this.#fit();
  }

  #typed() {
    this.#recalled = this.#sent.length;
    this.#fit();
    this.completion.update(this.commands());
  }

  #fit() {
    const { field } = this;
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, MAX_HEIGHT_PX)}px`;
    this.button.disabled = field.value.trim() === "";
    this.#showUsage();
  }

  #showUsage() {
    const [name] = this.field.value.split(/\s/, 1);
    const command = this.field.value.length > name.length && this.commands().find(({ command }) => command === name);
    this.hint.hidden = !command;
    this.hint.textContent = command ? `${command.command} ${command.usage_hint ?? ""}` : "";
  }

  #key(event) {
    if (event.isComposing || this.completion.takes(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      this.#recall(event, event.key === "ArrowUp" ? -1 : 1);
    }
  }

  // Only from an empty box, or while going through what was recalled: arrows otherwise move in the text.
  #recall(event, step) {
    const going = this.#sent[this.#recalled] === this.field.value;
    const next = this.#recalled + step;
    if ((!going && this.field.value !== "") || next < 0 || next > this.#sent.length) return;
    event.preventDefault();
    this.#recalled = next;
    this.fill(this.#sent[next] ?? "");
  }

  async #submit() {
    const text = this.field.value.trim();
    if (!text) return;
    this.#sent.push(text);
    this.#recalled = this.#sent.length;
    this.#set("");
    const taken = await this.send(text);
    if (!taken && this.field.value === "") this.fill(text);
  }
}
