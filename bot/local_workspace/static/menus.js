// The menus of Block Kit: options, conversations and people, to choose one or several of.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { plainString } from "./mrkdwn.js";

// A choice is [key, label, value]; what is told and read is the value. Groups are [title, choices].
const choiceOf = (option) => [option.value, plainString(option.text), option];

const OPTIONS = {
  groups: ({ options, option_groups: groups }) =>
    groups
      ? groups.map((group) => [plainString(group.label), group.options.map(choiceOf)])
      : [["", options.map(choiceOf)]],
  initial: ({ initial_option: one, initial_options: several }) => [several ?? one ?? []].flat().map(({ value }) => value),
};

const kindOf = ({ is_private: isPrivate }) => (isPrivate ? "private" : "public");

function offered({ channels, direct_messages: direct }, { include, ...exclude }) {
  const kinds = include ?? ["public", "private", "im"];
  const wanted = (channel) =>
    kinds.includes(kindOf(channel)) && !(exclude.exclude_external_shared_channels && channel.is_ext_shared);
  const apps = kinds.includes("im") && !exclude.exclude_bot_users ? direct : [];
  return [
    ...channels.filter(wanted).map((channel) => [channel.id, `#${channel.name}`, channel.id]),
    ...apps.map(({ id, name }) => [id, name, id]),
  ];
}

const CONVERSATIONS = {
  groups: (element, { state }) => [["", offered(state, element.filter ?? {})]],
  initial: (element, page) => [
    element.initial_conversations ??
      element.initial_conversation ??
      (element.default_to_current_conversation ? page.place : []),
  ].flat(),
};

const CHANNELS = {
  groups: (_element, { state }) => [["", offered(state, { include: ["public"] })]],
  initial: (element) => [element.initial_channels ?? element.initial_channel ?? []].flat(),
};

const USERS = {
  groups: (_element, { state }) => [["", state.members.map(({ id, name }) => [id, name, id])]],
  initial: (element) => [element.initial_users ?? element.initial_user ?? []].flat(),
};

const CONTENTS = {
  static_select: OPTIONS,
  conversations_select: CONVERSATIONS,
  channels_select: CHANNELS,
  users_select: USERS,
};

// `tell` and `fieldAttributes` are what all elements share.
export function menus(shared) {
  return Object.fromEntries(
    Object.entries(CONTENTS).flatMap(([type, contents]) => [
      [type, (element, cell) => single(element, cell, contents, shared)],
      [`multi_${type}`, (element, cell) => multiple(element, cell, contents, shared)],
    ]),
  );
}

const optionNodes = (groups) =>
  groups.map(([title, choices]) => {
    const nodes = choices.map(([key, label]) => h("option", { value: key }, label));
    return title ? h("optgroup", { label: title }, nodes) : nodes;
  });

const valuesOf = (groups) =>
  new Map(groups.flatMap(([, choices]) => choices.map(([key, label, value]) => [key, { label, value }])));

const placeholderOf = ({ placeholder }, fallback) => (placeholder ? plainString(placeholder) : fallback);

function single(element, cell, contents, { tell, fieldAttributes }) {
  const groups = contents.groups(element, cell.surface.page);
  const values = valuesOf(groups);
  const read = () => values.get(node.value)?.value ?? null;
  const node = h(
    "select",
    { ...fieldAttributes(element, cell), class: "field", change: () => cell.tells && tell(node, element, cell, read()) },
    h("option", { value: "" }, placeholderOf(element, "Choose an option")),
    optionNodes(groups),
  );
  const [initial] = contents.initial(element, cell.surface.page);
  node.value = values.has(initial) ? initial : "";
  return { node, read };
}

const chosenIn = new Map();

// A menu to add from, and a chip for each that was chosen.
function multiple(element, cell, contents, { tell, fieldAttributes }) {
  const { surface, blockId } = cell;
  const place = JSON.stringify([surface.source, blockId, element.action_id]);
  const groups = contents.groups(element, surface.page);
  const values = valuesOf(groups);
  const most = element.max_selected_items ?? Infinity;
  let chosen = (chosenIn.get(place) ?? contents.initial(element, surface.page)).filter((key) => values.has(key));
  const read = () => chosen.map((key) => values.get(key).value);
  const add = h(
    "select",
    {
      ...fieldAttributes(element, cell),
      name: null,
      class: "field",
      change: () => changed([...chosen, add.value]),
    },
    h("option", { value: "" }, placeholderOf(element, "Choose options")),
    optionNodes(groups),
  );
  const chips = h("ul", { class: "chips", "aria-label": "Chosen" });
  const node = h("div", { class: "several" }, add, chips);

  function changed(keys) {
    chosen = keys;
    chosenIn.set(place, chosen);
    draw();
    if (cell.tells) tell(add, element, cell, read());
  }

  function draw() {
    for (const option of add.querySelectorAll("option")) option.hidden = chosen.includes(option.value);
    add.value = "";
    add.disabled = chosen.length >= most;
    chips.hidden = chosen.length === 0;
    chips.replaceChildren(...chosen.map(chip));
  }

  function chip(key) {
    const { label } = values.get(key);
    const remove = () => {
      changed(chosen.filter((other) => other !== key));
      add.focus();
    };
    return h(
      "li",
      { class: "chip" },
      h("span", { class: "chip-name" }, label),
      h("button", { type: "button", class: "icon-button", "aria-label": `Remove ${label}`, click: remove }, icon("close")),
    );
  }

  draw();
  return { node, read };
}
