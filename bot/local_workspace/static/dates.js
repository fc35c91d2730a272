// Times as people read them, in local time, and Slack's <!date^…> formats.

const DAY_MS = 86_400_000;
const format = (options) => (date) => new Intl.DateTimeFormat("en-US", options).format(date);

const time = format({ hour: "numeric", minute: "2-digit" });
const monthDay = { month: "short", day: "numeric" };
const long = { weekday: "long", month: "long", day: "numeric" };

export const dateOfTs = (ts) => new Date(Number(ts) * 1000);
export const clock = time;
export const fullTime = format({ ...long, year: "numeric", hour: "numeric", minute: "2-digit", second: "2-digit" });
export const sameDay = (one, other) => one.toDateString() === other.toDateString();

function relativeDay(date) {
  const start = (day) => new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
  const days = Math.round((start(date) - start(new Date())) / DAY_MS);
  return { [-1]: "yesterday", 0: "today", 1: "tomorrow" }[days];
}

const capitalised = (word) => word && word[0].toUpperCase() + word.slice(1);
const isoDay = (date) =>
  [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");

export const dayTitle = (date) => capitalised(relativeDay(date)) ?? format(long)(date);

const withYear = (options) => format({ ...options, year: "numeric" });
const pretty = (named) => (date) => relativeDay(date) ?? named(date);
const DATES = {
  date_num: isoDay,
  date: withYear({ month: "long", day: "numeric" }),
  date_short: withYear(monthDay),
  date_long: withYear(long),
};
const TOKENS = {
  ...DATES,
  ...Object.fromEntries(Object.entries(DATES).map(([name, named]) => [`${name}_pretty`, pretty(named)])),
  time,
  time_secs: format({ hour: "numeric", minute: "2-digit", second: "2-digit" }),
};

// `pattern` is Slack's, for example "{date_short_pretty} at {time}".
export function slackDate(seconds, pattern) {
  const date = new Date(seconds * 1000);
  return pattern.replace(/\{(\w+)\}/g, (whole, token) => TOKENS[token]?.(date) ?? whole);
}
