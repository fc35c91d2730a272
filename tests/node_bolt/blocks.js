// The blocks and views that the parrot sends.

export const plain = (text) => ({ type: "plain_text", text });

export const section = (text, accessory) => ({
  type: "section",
  text: { type: "mrkdwn", text },
  ...(accessory && { accessory }),
});

export const button = (action_id, value) => ({
  type: "button",
  text: plain(`Press ${action_id}`),
  action_id,
  value,
});

export const row = (...elements) => ({ type: "actions", elements });

/** The form: a number, a word, a colour that may stay open, and a button that updates the view. */
export const form = () => ({
  type: "modal",
  callback_id: "form",
  title: plain("How often?"),
  submit: plain("Say it"),
  close: plain("Never mind"),
  private_metadata: "kept",
  notify_on_close: true,
  blocks: [
    input("times", { type: "number_input", is_decimal_allowed: false, min_value: "1" }),
    input("word", { type: "plain_text_input", max_length: 20, initial_value: "polly" }),
    input("colour", { type: "static_select", options: ["red", "green"].map(option) }, true),
    row(button("recount", "7")),
  ],
});

/** A view without a form, in which something is said. */
export const told = (text) => ({
  type: "modal",
  callback_id: "told",
  title: plain("The parrot says"),
  blocks: [section(text)],
});

export const home = (text) => ({ type: "home", blocks: [section(text, button("greet", "hello"))] });

/** What was entered in a form, by block_id. */
export const entered = (view) =>
  Object.fromEntries(
    Object.entries(view.state.values).map(([block_id, { value }]) => [
      block_id,
      value.selected_option?.value ?? value.value ?? null,
    ]),
  );

const option = (value) => ({ text: plain(value), value });

const input = (block_id, element, optional = false) => ({
  type: "input",
  block_id,
  label: plain(block_id),
  element: { ...element, action_id: "value" },
  optional,
});
