// Where the page is: the place its address names, the app's tabs, and places with something unread.
import { h } from "./dom.js";

// "#home", "#C01SEGMENTS", or "#C01SEGMENTS/1732.000100" for one message; the first channel when unknown.
export function placeAt(hash, { channels, direct_messages: direct, app }) {
  const [id, ts] = hash.slice(1).split("/");
  if (id === "home") return { id, name: app.name, channel: false };
  const channel = channels.find((one) => one.id === id);
  if (channel) return { ...channel, ts, channel: true };
  // Another member's direct message stands for one's own.
  if (id.startsWith("D")) return { ...(direct.find((one) => one.id === id) ?? direct[0]), ts, channel: false };
  return { ...channels[0], channel: true };
}

export const tabsOf = (place, { direct_messages: direct }) => [
  { id: "home", label: "Home", current: place.id === "home" },
  { id: direct[0].id, label: "Messages", current: place.id === direct[0].id },
];

export const drawTab = ({ id, label, current }) =>
  h("a", { href: `#${id}`, "aria-current": current ? "page" : null }, label);

// A message is unread when it came after its place was last looked at, or after the page was opened.
export class Unread {
  #since = String(Date.now() / 1000);
  #seen = new Map();

  places({ member, messages }, open) {
    const newest = (id) => messages[id].at(-1)?.ts ?? "0";
    if (messages[open]?.length) this.#seen.set(`${member}/${open}`, newest(open));
    const fresh = (id) => Number(newest(id)) > Number(this.#seen.get(`${member}/${id}`) ?? this.#since);
    return new Set(Object.keys(messages).filter((id) => id !== open && fresh(id)));
  }
}
