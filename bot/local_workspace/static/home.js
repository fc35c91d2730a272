// The app's Home tab.
import { drawBlocks } from "./blocks.js";
import { h, Kept, reconcile } from "./dom.js";
import { Surface } from "./surface.js";

export class Home {
  #kept = new Kept((blocks) => this.#draw(blocks));
  #empty = new Kept(nothingYet);

  constructor(page) {
    this.page = page;
    this.container = document.getElementById("home");
  }

  draw() {
    const { home, app, member } = this.page.state;
    const node = home ? this.#kept.node(member, home.view.blocks) : this.#empty.node("empty", app);
    reconcile(this.container, [node]);
  }

  #draw(blocks) {
    return h("div", { class: "home-page" }, drawBlocks(blocks, new Surface({ type: "home" }, this.page)));
  }
}

function nothingYet({ name, connected }) {
  const text = connected ? `Opening ${name}’s Home…` : `${name} is not connected.`;
  return h("p", { class: "nothing", role: "status" }, text);
}
