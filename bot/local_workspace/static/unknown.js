// What the page does not know it names in red, so that nothing vanishes in silence.
import { h } from "./dom.js";

export function unknown(type) {
  console.error(`Unknown block: ${type}`);
  return h("div", { class: "unknown-block" }, `Unknown block: ${type}`);
}
