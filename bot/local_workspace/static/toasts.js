// What went wrong, said for a few seconds, above an open modal too.
import { h } from "./dom.js";

const SHOWN_MS = 8000;
const APP_FAILED = {
  operation_timeout: "The app did not answer in time. Try again?",
  dispatch_failed: "The app could not be reached. Is it still running?",
};

// Names of errors after which what was typed has been sent all the same, and a notice tells the rest.
export const sentAnyway = (error) => error === "unknown_command" || error in APP_FAILED;

function complain(error) {
  const toasts = document.getElementById("toasts");
  const toast = h("p", { class: "toast" }, APP_FAILED[error] ?? error);
  toasts.hidePopover();
  toasts.append(toast);
  toasts.showPopover();
  setTimeout(() => toast.remove(), SHOWN_MS);
}

export function reported({ ok, error }) {
  if (!ok) complain(error);
  return ok;
}
