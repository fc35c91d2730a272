// Calls that Slack refuses, each named after the error that it gives.

import { form, home, section, told } from "./blocks.js";

export const MISTAKES = {
  invalid_blocks: ({ client, channel }) =>
    client.chat.postMessage({ channel, text: "Empty", blocks: [section("")] }),

  invalid_arguments: ({ client, trigger_id }) =>
    client.views.open({ trigger_id, view: { ...form(), submit: undefined } }),

  missing_scope: ({ client, user }) => client.conversations.open({ users: user }),

  unknown_method: ({ client }) => client.apiCall("chat.shout", { text: "Hello" }),

  not_in_channel: ({ client }) => client.chat.postMessage({ channel: "C02QUIET", text: "Hello" }),

  message_not_found: ({ client, channel }) =>
    client.chat.update({ channel, ts: "1.000001", text: "Hello" }),

  exchanged_trigger_id: async ({ client, trigger_id }) => {
    await client.views.open({ trigger_id, view: told("Once") });
    await client.views.open({ trigger_id, view: told("Twice") });
  },

  hash_conflict: async ({ client, user }) => {
    await client.views.publish({ user_id: user, view: home("Hello") });
    await client.views.publish({ user_id: user, view: home("Hello"), hash: "old" });
  },
};
