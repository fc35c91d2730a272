// The page: fetches the workspace's state on every change, and hands it to the parts that draw it.
import { fetchState, listen, post } from "./api.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { h, redraw } from "./dom.js";
import { Greeting } from "./greeting.js";
import { icon } from "./icons.js";
import { Home } from "./home.js";
import { Modal } from "./modal.js";
import { drawTab, placeAt, tabsOf, Unread } from "./places.js";
import { Sidebar } from "./sidebar.js";
import { Thread } from "./thread.js";
import { reported, sentAnyway } from "./toasts.js";

const RETRY_MS = 1500;
const element = (id) => document.getElementById(id);

const page = {
  state: null,
  get member() {
    return wanted;
  },
  get place() {
    return placeAt(location.hash, page.state).id;
  },
  names: {
    member: (id) =>
      id === page.state.app.bot_user_id ? page.state.app.name : page.state.members.find((one) => one.id === id)?.name,
    channel: (id) => page.state.channels.find((one) => one.id === id)?.name,
  },
  refresh,
  become,
  send,
  act,
  useShortcut,
  openThread: (message) => thread.open(message),
};

const sidebar = new Sidebar(page);
const conversation = new Conversation(page);
const thread = new Thread(page);
const home = new Home(page);
const modal = new Modal(page);
const unread = new Unread();
const composer = new Composer({
  id: "composer",
  commands: () => page.state.commands,
  shortcuts: () => globalShortcuts(),
  member: () => page.member,
  send: (text, files) => {
    greeting.shorten();
    conversation.toEnd();
    return send(page.place, text, { files });
  },
});
const greeting = new Greeting(page, (text) => composer.fill(text));

const askedMember = () => new URLSearchParams(location.search).get("member");

let wanted = askedMember();
let stopListening = () => {};
let opened = null;
let waiting = null;
let last = Promise.resolve();

// At most one fetch runs and one waits; whoever asks gets a state at least as new as the asking.
function refresh() {
  const run = () => {
    waiting = null;
    return load();
  };
  waiting ??= last = last.then(run, run);
  return waiting;
}

async function load() {
  const asked = wanted;
  let state;
  try {
    state = await fetchState(asked);
  } catch {
    showDropped(true);
    return;
  }
  if (asked !== wanted) return;
  if (!page.state && state.modal) {
    // A page that was loaded anew has lost what was typed, and Slack would show no modal either.
    await post("close", { member: state.member, view_id: state.modal.view_id, everything: true });
    return load();
  }
  wanted = state.member;
  page.state = state;
  showDropped(false);
  draw();
}

function showDropped(dropped) {
  element("link-note").hidden = !dropped;
}

function draw() {
  const place = placeAt(location.hash, page.state);
  const atHome = place.id === "home";
  const fresh = unread.places(page.state, place.id);
  sidebar.draw(place.id, fresh);
  drawHeader(place, fresh);
  element("conversation").hidden = atHome;
  element("home").hidden = !atHome;
  if (atHome) home.draw();
  else drawConversation(place);
  thread.draw();
  modal.show(page.state.modal);
  arrive(place);
}

function drawConversation(place) {
  composer.open(`${page.member}/${place.id}`, place.channel ? `Message #${place.name}` : `Message ${place.name}`);
  const open = place.channel || page.state.app.takes_messages;
  composer.node.hidden = !open;
  element("read-only").hidden = open;
  for (const id of ["greeting", "greeting-button"]) element(id).classList.toggle("gone", !open);
  conversation.draw(place);
  greeting.draw();
}

function drawHeader(place, fresh) {
  const { app } = page.state;
  const title = place.channel ? `# ${place.name}` : place.name;
  redraw(element("place-name"), [[title, place.is_ext_shared]], placeName);
  element("place-topic").textContent = place.topic ?? "";
  element("greeting-button").classList.toggle("gone", place.id === "home");
  element("tabs").hidden = place.channel;
  redraw(element("tabs"), tabsOf(place, page.state), drawTab);
  document.title = `${fresh.size ? "• " : ""}${title} | ${app.name} local workspace`;
}

const placeName = ([title, isShared]) =>
  h("span", {}, title, isShared && [" ", h("span", { class: "badge shared" }, icon("outside"), "External people")]);

// What is due once when a place is opened.
function arrive(place) {
  const here = `${page.member}/${place.id}/${place.ts}`;
  if (opened === here) return;
  opened = here;
  if (!place.channel) openTab(place.id === "home" ? "home" : "messages");
  if (place.id === "home") return;
  if (place.ts) conversation.show(place.ts);
  else if (takesFocus()) composer.field.focus();
}

const openTab = (tab) => post("home_opened", { member: page.member, tab }).then(reported).then(refresh);

// A phone would open its keyboard over the messages.
const takesFocus = () =>
  matchMedia("(pointer: fine)").matches && !element("thread").contains(document.activeElement);

async function become(member) {
  wanted = member;
  if (askedMember() !== member) history.pushState(null, "", addressOf(member));
  thread.close();
  conversation.list.clear();
  await start();
}

function addressOf(member) {
  const address = new URL(location.href);
  address.searchParams.set("member", member);
  return address;
}

async function send(channel, text, { files, threadTs } = {}) {
  const body = { member: page.member, channel, text, files, ...(threadTs && { thread_ts: threadTs }) };
  const answer = await post("send", body);
  const taken = sentAnyway(answer.error) || reported(answer);
  await refresh();
  return taken;
}

async function act({ source, state }, blockId, actionId, value) {
  const body = { member: page.member, source, block_id: blockId, action_id: actionId, value, state };
  const taken = reported(await post("action", body));
  await refresh();
  return taken;
}

// `message` is what a message shortcut acts on; a global one has none.
async function useShortcut({ callback_id: callbackId }, message) {
  const atHome = page.place === "home";
  const where = message ? { channel: message.channel, ts: message.ts } : { in_view: atHome ? null : page.place };
  reported(await post("shortcut", { member: page.member, callback_id: callbackId, ...where }));
  await refresh();
}

const globalShortcuts = () =>
  page.state.shortcuts
    .filter(({ type }) => type === "global")
    .map((shortcut) => [shortcut.name, () => useShortcut(shortcut)]);

async function start() {
  stopListening();
  await refresh();
  if (!page.state) {
    setTimeout(start, RETRY_MS);
    return;
  }
  if (!askedMember()) history.replaceState(null, "", addressOf(page.member));
  stopListening = listen(page.member, { changed: refresh, dropped: () => showDropped(true) });
}

element("composer-place").append(composer.node);
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  composer.field.focus();
});
addEventListener("hashchange", () => page.state && draw());
addEventListener("popstate", () => {
  const asked = askedMember();
  if (asked && asked !== page.member) become(asked);
});
start();
