// The sidebar: places to go, who you are, and whether the app is connected.
import { h, Kept, redraw } from "./dom.js";
import { avatar, icon } from "./icons.js";

const element = (id) => document.getElementById(id);
const SHARED = "Shared with people outside this workspace";
const NARROW = matchMedia("(max-width: 700px)");

export class Sidebar {
  #kept = new Kept((places, current, unread) => this.#nav(places, current, new Set(unread)));

  constructor(page) {
    this.page = page;
    this.drawer = element("drawer-button");
    this.drawer.append(icon("menu"));
    this.drawer.addEventListener("click", () => this.toggle(true));
    element("scrim").addEventListener("click", () => this.toggle(false));
    element("sidebar").addEventListener("keydown", (event) => event.key === "Escape" && this.toggle(false));
    element("member").addEventListener("change", (event) => page.become(event.target.value));
    element("places").addEventListener("click", (event) => event.target.closest("a") && this.toggle(false));
    NARROW.addEventListener("change", () => this.toggle(false));
    this.toggle(false);
  }

  // On a narrow page the sidebar is a drawer; closed, it is out of reach of the keyboard, too.
  toggle(open) {
    const shown = open || !NARROW.matches;
    const was = document.body.classList.contains("drawer-open");
    document.body.classList.toggle("drawer-open", open);
    element("sidebar").inert = !shown;
    element("scrim").hidden = !open;
    this.drawer.setAttribute("aria-expanded", String(open));
    if (open) element("places").querySelector("a").focus();
    else if (was) this.drawer.focus();
  }

  draw(current, unread) {
    const { state } = this.page;
    element("workspace-name").textContent = state.workspace.name;
    element("workspace-note").textContent = `${state.app.name} local workspace`;
    const nav = this.#kept.node("nav", places(state), current, [...unread]);
    if (nav.parentNode !== element("places")) element("places").replaceChildren(nav);
    this.#drawMembers(state);
    this.#drawConnection(state.app);
  }

  #drawMembers({ members, member }) {
    const select = element("member");
    redraw(select, members, ({ id, name, title, standing }) =>
      h("option", { value: id }, [name, title, standing].filter(Boolean).join(" · ")),
    );
    select.value = member;
  }

  #drawConnection({ name, connected }) {
    const line = element("connection");
    line.classList.toggle("connected", connected);
    line.textContent = `${name} ${connected ? "connected" : "not connected"}`;
  }

  #nav(groups, current, unread) {
    return h(
      "div",
      {},
      groups.map(({ title, entries }) =>
        h(
          "section",
          {},
          h("h2", {}, title),
          h(
            "ul",
            {},
            entries.map(({ id, ...entry }) => h("li", {}, placeLink(id, entry, id === current, unread.has(id)))),
          ),
        ),
      ),
    );
  }
}

const channelEntry = ({ id, name, is_private: isPrivate, is_ext_shared: isShared }) => ({
  id,
  name,
  glyph: isPrivate ? "lock" : "hash",
  shared: isShared,
});

const places = ({ channels, direct_messages: direct, app }) => [
  { title: "Channels", entries: channels.map(channelEntry) },
  { title: "Direct messages", entries: direct.map(({ id, name }) => ({ id, name, glyph: "message" })) },
  { title: "Apps", entries: [{ id: "home", name: app.name, glyph: "app" }] },
];

function placeLink(id, { name, glyph, shared }, current, unread) {
  const picture = glyph === "app" ? avatar({ bot: true }) : icon(glyph);
  return h(
    "a",
    { href: `#${id}`, class: unread ? "unread" : "", "aria-current": current ? "page" : null },
    picture,
    h("span", {}, name),
    shared && h("span", { class: "shared", title: SHARED }, icon("outside"), h("span", { class: "visually-hidden" }, SHARED)),
    unread && h("span", { class: "dot" }, h("span", { class: "visually-hidden" }, "unread")),
  );
}
