// DOM nodes from data: text enters as text, never as HTML, and nodes that still fit are kept.

export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return node;
}

let lastId = 0;
export const newId = (prefix) => `${prefix}-${++lastId}`;

// Moves as little as it can: a node that is moved loses focus and scroll position.
export function reconcile(parent, nodes) {
  nodes.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
  while (parent.children.length > nodes.length) parent.lastElementChild.remove();
}

// Draws again only what has changed, and puts the focus back on the control that was replaced.
export class Kept {
  #drawn = new Map();

  constructor(draw) {
    this.draw = draw;
  }

  node(key, ...data) {
    const print = JSON.stringify(data);
    const before = this.#drawn.get(key);
    if (before?.print === print) return before.node;
    const node = this.draw(...data);
    this.#drawn.set(key, { print, node });
    if (before) replaceKeepingFocus(before.node, node);
    return node;
  }

  clear() {
    this.#drawn.clear();
  }
}

const prints = new WeakMap();

// Fills a parent with one node for each item, when the items have changed.
export function redraw(parent, items, draw) {
  const print = JSON.stringify(items);
  if (prints.get(parent) === print) return;
  prints.set(parent, print);
  parent.replaceChildren(...items.map(draw));
}

const nameOf = (node) => node.dataset.actionId ?? node.getAttribute("href") ?? node.getAttribute("aria-label");

function replaceKeepingFocus(before, after) {
  const focused = before.contains(document.activeElement) ? document.activeElement : null;
  before.replaceWith(after);
  if (!focused) return;
  const controls = [...after.querySelectorAll("a, button, input, select, textarea")];
  (controls.find((node) => nameOf(node) === nameOf(focused)) ?? controls[0])?.focus({ preventScroll: true });
}
