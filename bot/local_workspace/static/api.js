// The page's calls to the local workspace; one that fails answers with a sentence, never an exception.

export async function fetchState(member) {
  const query = member ? `?member=${encodeURIComponent(member)}` : "";
  const response = await fetch(`/page/state${query}`, { cache: "no-store" });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

export async function post(path, body) {
  try {
    const response = await fetch(`/page/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return await answer(response);
  } catch {
    return { ok: false, error: "The local workspace does not answer. Is it still running?" };
  }
}

// Hands a picked file to the workspace; its id comes back, to be sent or submitted later.
export async function upload(member, file) {
  const query = new URLSearchParams({ member, name: file.name });
  try {
    const response = await fetch(`/page/upload?${query}`, {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream" },
      body: file,
    });
    return await answer(response);
  } catch {
    return { ok: false, error: `${file.name} could not be read or sent.` };
  }
}

async function answer(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { ok: false, error: text || `The local workspace answered ${response.status}.` };
  }
}

const RETRY_MS = 1500;

// EventSource gives up for good when it is answered with an error; a restarting server does that.
export function listen(member, { changed, dropped }) {
  let source = null;
  let retry = null;
  const connect = () => {
    source = new EventSource(`/page/events?member=${encodeURIComponent(member)}`);
    source.onopen = changed;
    source.onmessage = changed;
    source.onerror = () => {
      dropped();
      source.close();
      retry = setTimeout(connect, RETRY_MS);
    };
  };
  connect();
  return () => {
    clearTimeout(retry);
    source.close();
  };
}
