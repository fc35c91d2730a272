// An app on Bolt for JavaScript that repeats what it hears, in each of the ways an app can speak.

import bolt from "@slack/bolt";

import { button, entered, form, home, row, section, told } from "./blocks.js";
import { MISTAKES } from "./mistakes.js";

const { SLACK_API_URL, SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, PORT } = process.env;

const app = new bolt.App({
  token: SLACK_BOT_TOKEN,
  logLevel: bolt.LogLevel.ERROR,
  clientOptions: { slackApiUrl: SLACK_API_URL, retryConfig: { retries: 1, minTimeout: 0 } },
  ...(PORT
    ? { signingSecret: SLACK_SIGNING_SECRET }
    : { socketMode: true, appToken: SLACK_APP_TOKEN }),
});

const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=",
  "base64",
);

// What `/parrot WORD …` does, once it is acknowledged.
const WORDS = {
  repeat: ({ respond, text }) => respond(text),

  aloud: ({ respond, text }) => respond({ text, response_type: "in_channel" }),

  form: ({ client, trigger_id }) => client.views.open({ trigger_id, view: form() }),

  cage: ({ client, channel }) =>
    client.chat.postMessage({
      channel,
      text: "Count: 0",
      blocks: [section("Count: 0"), row(button("count", "1"), button("leave"))],
    }),

  whisper: ({ client, channel, user, text }) =>
    client.chat.postEphemeral({
      channel,
      user,
      text,
      blocks: [section(text, button("hush", text))],
    }),

  picture: ({ client, channel, text }) =>
    client.files.uploadV2({
      channel_id: channel,
      initial_comment: text,
      file_uploads: [
        { file: PIXEL, filename: "parrot.png", title: "Parrot" },
        { file: Buffer.from("word\npolly\n"), filename: "words.csv", title: "Words" },
      ],
    }),

  look: async ({ client, respond, user, channel }) => {
    const { user: member } = await client.users.info({ user });
    const { channel: place } = await client.conversations.info({ channel });
    const names = [];
    for await (const page of client.paginate("conversations.list", { limit: 1 })) {
      names.push(...page.channels.map((each) => each.name));
    }
    await respond(`${member.real_name} in ${place.name} of ${names}`);
  },

  mistake: async ({ respond, text, ...context }) => {
    try {
      await MISTAKES[text](context);
    } catch (error) {
      if (error.code !== bolt.webApi.ErrorCode.PlatformError) throw error;
      const { error: name, needed = "", response_metadata } = error.data;
      await respond([name, needed, ...(response_metadata?.messages ?? [])].join(" "));
    }
  },
};

app.command("/parrot", async ({ ack, client, command, respond }) => {
  const [word, ...rest] = command.text.split(" ");
  const text = rest.join(" ");
  if (word === "silence") return;
  if (!(word in WORDS)) {
    await ack(`I cannot ${word}`);
    return;
  }
  await ack();
  const { channel_id: channel, user_id: user, trigger_id } = command;
  await WORDS[word]({ client, respond, channel, user, trigger_id, text });
});

app.action("count", async ({ ack, action, body, client }) => {
  await ack();
  const text = `Count: ${action.value}`;
  const next = button("count", String(Number(action.value) + 1));
  await client.chat.update({
    channel: body.channel.id,
    ts: body.message.ts,
    text,
    blocks: [section(text), row(next, button("leave"))],
  });
});

app.action("leave", async ({ ack, respond }) => {
  await ack();
  await respond({ delete_original: true });
});

app.action("hush", async ({ ack, action, respond }) => {
  await ack();
  await respond({ replace_original: true, text: `Hushed: ${action.value}` });
});

app.action("recount", async ({ ack, action, body, client }) => {
  await ack();
  const view = form();
  view.blocks[0].element.initial_value = action.value;
  await client.views.update({ view_id: body.view.id, hash: body.view.hash, view });
});

app.view("form", async ({ ack, view }) => {
  const { times, word, colour } = entered(view);
  if (Number(times) > 9) {
    await ack({ response_action: "errors", errors: { times: "Nine times at most." } });
  } else if (colour) {
    await ack({ response_action: "push", view: told(`${colour} ${word}`) });
  } else if (word === "bye") {
    await ack({ response_action: "clear" });
  } else {
    const said = Array(Number(times)).fill(word).join(" ");
    await ack({ response_action: "update", view: told(`${said}, ${view.private_metadata}`) });
  }
});

app.view({ callback_id: "form", type: "view_closed" }, async ({ ack, body, client }) => {
  await ack();
  await client.chat.postMessage({ channel: body.user.id, text: "You closed the form" });
});

app.event("app_home_opened", async ({ client, event }) => {
  await client.views.publish({ user_id: event.user, view: home(`Welcome, ${event.user}`) });
});

app.action("greet", async ({ ack, action, body, client }) => {
  await ack();
  const { hash } = body.view;
  await client.views.publish({ user_id: body.user.id, hash, view: home(`Said ${action.value}`) });
});

app.shortcut("repeat", async ({ ack, client, shortcut }) => {
  await ack();
  const { channel, message } = shortcut;
  const text = `Again: ${message.text}`;
  await client.chat.postMessage({ channel: channel.id, thread_ts: message.ts, text });
});

app.shortcut("ask", async ({ ack, client, shortcut }) => {
  await ack();
  await client.views.open({ trigger_id: shortcut.trigger_id, view: form() });
});

app.message(bolt.subtype("file_share"), async ({ message, say }) => {
  const [file] = message.files;
  const headers = { Authorization: `Bearer ${SLACK_BOT_TOKEN}` };
  const content = await fetch(file.url_private_download, { headers });
  await say(`${file.name} says ${await content.text()}`);
});

app.function("echo", async ({ client, complete, fail, inputs }) => {
  if (inputs.word === "silence") {
    await fail({ error: "There is nothing to say" });
    return;
  }
  await client.chat.postMessage({ channel: inputs.where, text: inputs.word });
  await complete({ outputs: { said: inputs.word.repeat(inputs.times) } });
});

app.message("hello", async ({ message, say }) => {
  await say(`Hello, <@${message.user}>`);
});

await app.start(...(PORT ? [{ port: Number(PORT), host: "127.0.0.1" }] : []));
console.log("ready");
