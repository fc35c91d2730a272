// Files picked for a message or a form: a button to pick them, a place to drop them, and a chip for each.
import { upload } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { sizeOf } from "./pictures.js";
import { reported } from "./toasts.js";

export class Attachments {
  #files = [];
  #underWay = new Set();

  // `member` answers who picks; `changed` hears of every change; `accept` and `most` restrict what is picked.
  constructor({ member, changed = () => {}, accept = "", most = Infinity }) {
    this.member = member;
    this.changed = changed;
    this.most = most;
    this.picker = h("input", {
      type: "file",
      class: "visually-hidden",
      tabindex: "-1",
      "aria-hidden": "true",
      accept,
      multiple: most > 1,
      change: () => this.#picked(),
    });
    this.chips = h("ul", { class: "chips", "aria-label": "Attached files", hidden: true });
  }

  get files() {
    return this.#files;
  }

  get ids() {
    return this.#files.map(({ id }) => id);
  }

  // Resolves once nothing is on its way any more.
  get settled() {
    return Promise.all(this.#underWay);
  }

  pick() {
    this.picker.click();
  }

  // What is attached, taken out.
  take() {
    return this.set([]);
  }

  // Puts other files in their place; answers what was there.
  set(files) {
    const before = this.#files;
    this.#files = files;
    this.#draw();
    return before;
  }

  // Lets files be dropped on a node.
  dropOn(node) {
    const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
    node.addEventListener("dragover", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      node.classList.add("dropping");
    });
    node.addEventListener("dragleave", (event) => {
      if (!node.contains(event.relatedTarget)) node.classList.remove("dropping");
    });
    node.addEventListener("drop", (event) => {
      node.classList.remove("dropping");
      if (!carriesFiles(event)) return;
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    });
  }

  async add(files) {
    const room = this.most - this.#files.length - this.#underWay.size;
    if (files.length > room) reported({ ok: false, error: `No more than ${this.most} files can be attached here.` });
    await Promise.all(files.slice(0, Math.max(0, room)).map((file) => this.#send(file)));
  }

  #picked() {
    const files = [...this.picker.files];
    this.picker.value = "";
    this.add(files);
  }

  async #send(file) {
    const sending = upload(this.member(), file);
    this.#underWay.add(sending);
    this.#draw();
    const answer = await sending;
    this.#underWay.delete(sending);
    if (reported(answer)) this.#files = [...this.#files, answer.file];
    this.#draw();
  }

  #draw() {
    const waiting = [...this.#underWay].map(() => h("li", { class: "chip" }, "Uploading…"));
    this.chips.replaceChildren(...this.#files.map((file) => this.#chip(file)), ...waiting);
    this.chips.hidden = this.chips.children.length === 0;
    this.changed();
  }

  #chip(file) {
    const remove = () => this.set(this.#files.filter(({ id }) => id !== file.id));
    return h(
      "li",
      { class: "chip" },
      icon("file"),
      h("span", { class: "chip-name" }, h("strong", {}, file.name), h("small", {}, sizeOf(file.size))),
      h(
        "button",
        { type: "button", class: "icon-button", "aria-label": `Remove ${file.name}`, click: remove },
        icon("close"),
      ),
    );
  }
}
