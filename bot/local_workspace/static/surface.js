// A surface (message, Home or modal) as the page holds it: where it came from, and what is filled in.

export class Surface {
  #controls = new Map();
  #waits = [];

  // `source` is what the workspace needs to find the element again; `page` carries names and calls.
  constructor(source, page) {
    this.source = source;
    this.page = page;
  }

  register(blockId, actionId, read) {
    const block = this.#controls.get(blockId) ?? new Map();
    this.#controls.set(blockId, block.set(actionId, read));
  }

  // `settled` answers a promise that what is on its way to a control has arrived.
  waitFor(settled) {
    this.#waits.push(settled);
  }

  get settled() {
    return Promise.all(this.#waits.map((settled) => settled()));
  }

  get state() {
    const values = (block) => Object.fromEntries([...block].map(([actionId, read]) => [actionId, read()]));
    return Object.fromEntries([...this.#controls].map(([blockId, block]) => [blockId, values(block)]));
  }

  act(blockId, actionId, value) {
    return this.page.act(this, blockId, actionId, value);
  }
}
