// Interactive elements of Block Kit: what is pressed, chosen and typed.
import { confirmed } from "./confirm.js";
import { h, newId } from "./dom.js";
import { fileInput } from "./file_input.js";
import { icon } from "./icons.js";
import { menus } from "./menus.js";
import { openMenu } from "./menu.js";
import { drawText, plainString } from "./mrkdwn.js";
import { unknown } from "./unknown.js";

// A cell is the place an element stands in: its surface, block, label and whether changes are told at once.
export function drawElement(element, cell) {
  const draw = ELEMENTS[element.type];
  if (!draw) return unknown(element.type);
  const { node, read } = draw(element, cell);
  if (read) cell.surface.register(cell.blockId, element.action_id, read);
  return node;
}

// Answers whether the element acted: a confirm may hold it back, and so does an earlier press under way.
async function tell(node, element, cell, value) {
  const { surface, blockId } = cell;
  if (node.getAttribute("aria-busy") === "true") return false;
  if (element.confirm && !(await confirmed(element.confirm, surface.page.names))) return false;
  node.setAttribute("aria-busy", "true");
  const told = await surface.act(blockId, element.action_id, value);
  node.removeAttribute("aria-busy");
  return told;
}

const fieldAttributes = (element, cell) => ({
  id: cell.id ?? newId("field"),
  name: `${cell.blockId}/${element.action_id}`,
  "data-action-id": element.action_id,
  "aria-label": cell.id ? null : (element.placeholder && plainString(element.placeholder)) || cell.label,
  "aria-describedby": cell.describedBy,
  "aria-required": cell.required ? "true" : null,
});

function button(element, cell) {
  const press = async () => {
    const told = await tell(node, element, cell, element.value ?? null);
    if (told && element.url) window.open(element.url, "_blank", "noopener");
  };
  const node = h(
    "button",
    {
      type: "button",
      class: `button ${element.style ?? ""}`,
      "data-action-id": element.action_id,
      "aria-label": element.accessibility_label,
      click: press,
    },
    drawText(element.text, cell.surface.page.names),
  );
  return { node };
}

function typed(tag, extra) {
  return (element, cell) => {
    const node = h(tag, {
      ...fieldAttributes(element, cell),
      ...extra(element),
      class: "field",
      placeholder: element.placeholder && plainString(element.placeholder),
      autocomplete: "off",
      keydown: (event) => {
        const enter = event.key === "Enter" && !event.isComposing && !element.multiline;
        if (!enter || !cell.tells) return;
        event.preventDefault();
        tell(node, element, cell, node.value || null);
      },
    });
    node.value = element.initial_value ?? "";
    return { node, read: () => node.value || null };
  };
}

// A text box even for numbers: a number box would swallow what it cannot read, and no error could name it.
const numberInput = typed("input", (element) => ({
  type: "text",
  inputmode: element.is_decimal_allowed ? "decimal" : "numeric",
}));

const textInput = (element, cell) =>
  element.multiline
    ? typed("textarea", () => ({ rows: 4 }))(element, cell)
    : typed("input", () => ({ type: "text" }))(element, cell);

const picked = (type, initial) => (element, cell) => {
  const node = h("input", {
    ...fieldAttributes(element, cell),
    type,
    class: "field short",
    change: () => cell.tells && tell(node, element, cell, node.value || null),
  });
  node.value = element[initial] ?? "";
  return { node, read: () => node.value || null };
};

const toggles = (type) => (element, cell) => {
  const initial = new Set([element.initial_options ?? element.initial_option ?? []].flat().map(({ value }) => value));
  const name = `${cell.blockId}/${element.action_id}`;
  const { names } = cell.surface.page;
  const boxes = element.options.map((option) => ({
    option,
    box: h("input", {
      type,
      name,
      value: option.value,
      checked: initial.has(option.value),
      "data-action-id": element.action_id,
    }),
  }));
  const chosen = () => boxes.filter(({ box }) => box.checked).map(({ option }) => option);
  const read = type === "checkbox" ? chosen : () => chosen()[0] ?? null;
  const node = h(
    "div",
    {
      class: "toggles",
      role: type === "radio" ? "radiogroup" : "group",
      "aria-labelledby": cell.labelledBy,
      "aria-label": cell.labelledBy ? null : cell.label,
      "aria-describedby": cell.describedBy,
      change: () => cell.tells && tell(node, element, cell, read()),
    },
    boxes.map(({ option, box }) =>
      h(
        "label",
        {},
        box,
        h(
          "span",
          {},
          drawText(option.text, names),
          option.description && h("small", {}, drawText(option.description, names)),
        ),
      ),
    ),
  );
  return { node, read };
};

function overflow(element, cell) {
  const choose = (option) => {
    if (option.url) window.open(option.url, "_blank", "noopener");
    return tell(node, element, cell, option);
  };
  const entries = element.options.map((option) => [plainString(option.text), () => choose(option)]);
  const node = h(
    "button",
    {
      type: "button",
      class: "button overflow",
      "data-action-id": element.action_id,
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      click: () => openMenu(node, entries),
    },
    icon("more"),
  );
  return { node };
}

const ELEMENTS = {
  button,
  number_input: numberInput,
  plain_text_input: textInput,
  ...menus({ tell, fieldAttributes }),
  file_input: (element, cell) => fileInput(element, cell, { ...fieldAttributes(element, cell), name: null }),
  checkboxes: toggles("checkbox"),
  radio_buttons: toggles("radio"),
  overflow,
  datepicker: picked("date", "initial_date"),
  timepicker: picked("time", "initial_time"),
};
