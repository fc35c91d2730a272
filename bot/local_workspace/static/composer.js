// The box that messages and commands are typed into; it remembers drafts and what was sent.
import { Attachments } from "./attachments.js";
import { Completion } from "./completion.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";

const MAX_HEIGHT_PX = 220;

export class Composer {
  #drafts = new Map();
  #sent = [];
  #recalled = 0;
  #place = null;

  // `commands` answers what can be completed; `send` whether the text and files were taken; `member` who writes.
  // `shortcuts` answers [label, run] for the menu of shortcuts, which is not there without any.
  constructor({ id, commands, send, member, shortcuts = () => [] }) {
    this.shortcuts = shortcuts;
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
    this.attachments = new Attachments({ member, changed: () => this.#enable() });
    this.attach = h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": "Attach files",
        title: "Attach files",
        disabled: true,
        click: () => this.attachments.pick(),
      },
      icon("attach"),
    );
    this.bolt = h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": "Shortcuts",
        title: "Shortcuts",
        "aria-haspopup": "menu",
        hidden: true,
        click: () => openMenu(this.bolt, this.shortcuts()),
      },
      icon("bolt"),
    );
    this.tools = h("div", { class: "composer-tools" }, this.attach, this.bolt, this.attachments.picker);
    this.button = h(
      "button",
      { type: "button", class: "send", "aria-label": "Send", disabled: true, click: () => this.#submit() },
      icon("send"),
    );
    const { chips } = this.attachments;
    this.node = h(
      "div", { class: "composer" }, this.completion.node, this.hint, chips, this.tools, this.field, this.button);
    this.attachments.dropOn(this.node);
  }

  // Takes up the draft of another place.
  open(place, label) {
    this.field.disabled = this.attach.disabled = false;
    this.bolt.hidden = this.shortcuts().length === 0;
    this.field.placeholder = label;
    this.field.setAttribute("aria-label", label);
    if (place === this.#place) return;
    const draft = this.#drafts.get(place) ?? { text: "", files: [] };
    const files = this.attachments.set(draft.files);
    if (this.#place) this.#drafts.set(this.#place, { text: this.field.value, files });
    this.#place = place;
    this.#set(draft.text);
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
    this.#enable();
    this.#showUsage();
  }

  #enable() {
    this.button.disabled = this.field.value.trim() === "" && this.attachments.ids.length === 0;
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
    await this.attachments.settled;
    const text = this.field.value.trim();
    const files = this.attachments.take();
    if (!text && !files.length) return;
    if (text) this.#sent.push(text);
    this.#recalled = this.#sent.length;
    this.#set("");
    const taken = await this.send(text, files.map(({ id }) => id));
    if (taken || this.field.value !== "") return;
    this.fill(text);
    this.attachments.set(files);
  }
}
