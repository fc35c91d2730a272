// SVG nodes from data, as h makes HTML nodes.

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return node;
}

// Coordinates to a tenth of a pixel.
export const at = (...numbers) => numbers.map((number) => Math.round(number * 10) / 10).join(" ");
