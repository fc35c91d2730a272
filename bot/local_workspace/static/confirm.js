// The question a confirm object asks before its element acts.
import { h, newId } from "./dom.js";
import { drawText } from "./mrkdwn.js";

// Resolves to whether the member confirmed.
export function confirmed(question, names) {
  const title = newId("confirm");
  const answer = (value) => () => dialog.close(value);
  const dialog = h(
    "dialog",
    { class: "confirm", "aria-labelledby": title },
    h("h2", { id: title }, drawText(question.title, names)),
    h("div", { class: "text" }, drawText(question.text, names)),
    h(
      "footer",
      {},
      h("button", { type: "button", class: "button", click: answer("no") }, drawText(question.deny, names)),
      h(
        "button",
        { type: "button", class: `button ${question.style ?? "primary"}`, click: answer("yes"), autofocus: true },
        drawText(question.confirm, names),
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
