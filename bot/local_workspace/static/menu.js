// A small menu below a button: arrow keys, Enter, Escape.
import { h } from "./dom.js";

const STEP = { ArrowDown: 1, ArrowUp: -1 };
const MARGIN = 8;

// `entries` are [label, run].
export function openMenu(anchor, entries) {
  const items = entries.map(([label, run]) =>
    h("button", { type: "button", role: "menuitem", click: () => finish(run) }, label),
  );
  const menu = h("div", { class: "menu", role: "menu", popover: "auto", keydown: move, toggle: removed }, items);
  const finish = (run) => {
    menu.hidePopover();
    anchor.focus();
    run();
  };

  function move(event) {
    const step = STEP[event.key];
    if (!step) return;
    event.preventDefault();
    const next = items.indexOf(document.activeElement) + step;
    items[(next + items.length) % items.length].focus();
  }

  function removed(event) {
    if (event.newState === "closed") menu.remove();
  }

  // Beside the anchor, because an open dialog makes everything outside it inert.
  anchor.after(menu);
  menu.showPopover();
  place(menu, anchor.getBoundingClientRect());
  items[0].focus();
}

function place(menu, anchor) {
  const { width, height } = menu.getBoundingClientRect();
  const below = anchor.bottom + 4 + height < innerHeight;
  menu.style.left = `${Math.max(MARGIN, Math.min(anchor.left, innerWidth - width - MARGIN))}px`;
  menu.style.top = `${below ? anchor.bottom + 4 : Math.max(MARGIN, anchor.top - 4 - height)}px`;
}
