// The open modal: drawn once for each hash of a view, so that what is typed stays while the view stays.
import { post } from "./api.js";
import { drawBlocks } from "./blocks.js";
import { h, newId } from "./dom.js";
import { icon } from "./icons.js";
import { drawText } from "./mrkdwn.js";
import { Surface } from "./surface.js";
import { reported } from "./toasts.js";

const FIELDS = "input:not([type=file]), select, textarea, .file-input > button";

export class Modal {
  #drawn = new Map();
  #left = new Set();
  #shown = null;

  constructor(page) {
    this.page = page;
    this.dialog = h("dialog", { class: "modal", close: () => this.#shown && this.#leave() });
    document.body.append(this.dialog);
  }

  show(modal) {
    if (!modal || this.#left.has(modal.view_id)) {
      if (!modal) this.#drawn.clear();
      this.#hide();
      return;
    }
    const before = this.#drawn.get(modal.view_id);
    const entry = before?.hash === modal.hash ? before : this.#draw(modal);
    if (entry === this.#shown) return;
    this.#swap(entry, before);
  }

  #swap(entry, before) {
    const sameView = before && before === this.#shown;
    if (before && before !== entry) carryOver(before.form, entry.form);
    const scrolled = before && names(before.form) === names(entry.form) ? before.body.scrollTop : 0;
    const focused = sameView ? document.activeElement?.dataset.actionId : null;
    this.#shown = entry;
    this.dialog.replaceChildren(entry.form);
    this.dialog.setAttribute("aria-labelledby", entry.titleId);
    if (!this.dialog.open) this.dialog.showModal();
    entry.body.scrollTop = scrolled;
    entry.fieldToFocus(focused)?.focus({ preventScroll: true });
  }

  #hide() {
    this.#shown = null;
    if (this.dialog.open) this.dialog.close();
  }

  // The cross closes everything that is open, the button and Escape the topmost view.
  async #leave(everything = false) {
    const { viewId } = this.#shown;
    const closed = everything ? [...this.#drawn.keys()] : [viewId];
    closed.forEach((id) => this.#left.add(id));
    this.#hide();
    const body = { member: this.page.member, view_id: viewId, everything };
    if (!reported(await post("close", body))) closed.forEach((id) => this.#left.delete(id));
    await this.page.refresh();
  }

  #draw({ view_id: viewId, hash, view }) {
    const surface = new Surface({ type: "view", view_id: viewId }, this.page);
    const entry = { viewId, hash, surface, titleId: newId("modal") };
    entry.banner = h("p", { class: "banner", role: "alert", hidden: true });
    entry.body = h("div", { class: "modal-body" }, drawBlocks(view.blocks, surface));
    entry.submit = view.submit && h("button", { type: "submit", class: "button primary" }, drawText(view.submit, {}));
    entry.form = this.#form(entry, view);
    entry.fieldToFocus = (actionId) =>
      [...entry.form.querySelectorAll("[data-action-id]")].find((node) => node.dataset.actionId === actionId) ??
      entry.body.querySelector(FIELDS) ??
      entry.submit;
    this.#drawn.set(viewId, entry);
    return entry;
  }

  #form(entry, view) {
    const leave = () => this.#leave();
    const leaveAll = () => this.#leave(true);
    const submitted = (event) => {
      event.preventDefault();
      this.#submit(entry);
    };
    return h(
      "form",
      { novalidate: true, submit: submitted },
      h(
        "header",
        {},
        h("h2", { id: entry.titleId }, drawText(view.title, {})),
        h("button", { type: "button", class: "icon-button", "aria-label": "Close", click: leaveAll }, icon("close")),
      ),
      entry.body,
      entry.banner,
      h(
        "footer",
        {},
        h(
          "button",
          { type: "button", class: "button", click: leave },
          view.close ? drawText(view.close, {}) : entry.submit ? "Cancel" : "Close",
        ),
        entry.submit,
      ),
    );
  }

  async #submit(entry) {
    if (!entry.submit || entry.submit.getAttribute("aria-busy") === "true") return;
    entry.submit.setAttribute("aria-busy", "true");
    const { page } = this;
    await entry.surface.settled;
    const body = { member: page.member, view_id: entry.viewId, state: entry.surface.state };
    const { errors = {}, error } = await post("submit", body);
    entry.submit.removeAttribute("aria-busy");
    showErrors(entry, errors, error);
    await page.refresh();
  }
}

// As in Slack, a field whose ids stay keeps what was entered; an initial value is for an empty or new one.
function carryOver(before, after) {
  const fields = [...after.querySelectorAll("[name]")];
  for (const field of before.querySelectorAll("[name]")) {
    const toggle = field.type === "checkbox" || field.type === "radio";
    const same = fields.find(
      ({ name, type, value }) => name === field.name && type === field.type && (!toggle || value === field.value),
    );
    if (!same) continue;
    if (toggle) same.checked = field.checked;
    else if (field.value && holds(same, field.value)) same.value = field.value;
  }
}

// What a form asks for; another form is read from its top.
const names = (form) => [...form.querySelectorAll("[name]")].map(({ name }) => name).join();

const holds = ({ options }, wanted) => !options || [...options].some(({ value }) => value === wanted);

function showErrors(entry, errors, error) {
  const unplaced = { ...errors };
  const wrong = [];
  for (const block of entry.body.querySelectorAll(".block-input")) {
    const message = errors[block.dataset.blockId];
    delete unplaced[block.dataset.blockId];
    showError(block, message);
    if (message) wrong.push(block);
  }
  showBanner(entry.banner, [error, ...Object.values(unplaced)].filter(Boolean));
  wrong[0]?.querySelector(FIELDS).focus({ preventScroll: true });
  wrong[0]?.scrollIntoView({ block: "nearest", behavior: "smooth" });
}

function showError(block, message) {
  const place = block.querySelector(".field-error");
  place.textContent = message ?? "";
  place.hidden = !message;
  for (const field of block.querySelectorAll(FIELDS)) {
    if (message) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}

function showBanner(banner, sentences) {
  banner.textContent = sentences.join(" ");
  banner.hidden = sentences.length === 0;
}
