// The file_input element: a button, a place to drop files on, and what was picked, kept while its view is open.
import { Attachments } from "./attachments.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

const picked = new Map();

const ending = (type) => `.${type === "text" ? "txt" : type}`;

// `attributes` are those of the control that the label belongs to.
export function fileInput(element, cell, attributes) {
  const { surface, blockId } = cell;
  const key = `${surface.source.view_id}/${blockId}/${element.action_id}`;
  const most = element.max_files ?? 10;
  const files = new Attachments({
    member: () => surface.page.member,
    accept: (element.filetypes ?? []).map(ending).join(),
    most,
    changed: () => picked.set(key, files.files),
  });
  const what = (element.filetypes ?? []).map((type) => type.toUpperCase()).join(", ");
  const note = [what, most === 1 ? "one file" : `up to ${most} files`, "10 MB each"].filter(Boolean).join(" · ");
  const node = h(
    "div",
    { class: "file-input" },
    h(
      "button",
      { ...attributes, type: "button", class: "button", click: () => files.pick() },
      icon("attach"),
      most === 1 ? "Choose a file" : "Choose files",
    ),
    h("small", {}, note),
    files.picker,
    files.chips,
  );
  files.dropOn(node);
  files.set(picked.get(key) ?? []);
  surface.waitFor(() => files.settled);
  return { node, read: () => files.ids };
}
