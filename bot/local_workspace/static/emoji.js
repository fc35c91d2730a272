// The emoji short codes this page can show; Slack, too, shows a code it does not know as typed.

const CODES = {
  "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", wave: "👋", eyes: "👀", tada: "🎉", clap: "👏",
  pray: "🙏", muscle: "💪", point_right: "👉", point_down: "👇", point_up: "☝️", raised_hands: "🙌",
  smile: "😄", slightly_smiling_face: "🙂", thinking_face: "🤔", sweat_smile: "😅", cry: "😢", robot_face: "🤖",
  heart: "❤️", star: "⭐", sparkles: "✨", fire: "🔥", zap: "⚡", boom: "💥", rocket: "🚀", bulb: "💡",
  warning: "⚠️", no_entry: "⛔", no_entry_sign: "🚫", x: "❌", white_check_mark: "✅", heavy_check_mark: "✔️",
  ballot_box_with_check: "☑️", question: "❓", exclamation: "❗", grey_question: "❔", information_source: "ℹ️",
  rotating_light: "🚨", bell: "🔔", no_bell: "🔕", mega: "📣", loudspeaker: "📢", speech_balloon: "💬",
  red_circle: "🔴", large_blue_circle: "🔵", large_green_circle: "🟢", large_yellow_circle: "🟡",
  large_orange_circle: "🟠", large_purple_circle: "🟣", large_brown_circle: "🟤", white_circle: "⚪",
  black_circle: "⚫", red_square: "🟥", large_red_square: "🟥", large_blue_square: "🟦", large_green_square: "🟩",
  large_yellow_square: "🟨", large_orange_square: "🟧", large_purple_square: "🟪", white_large_square: "⬜",
  black_large_square: "⬛", white_square_button: "🔳", small_blue_diamond: "🔹", large_blue_diamond: "🔷",
  small_orange_diamond: "🔸", arrow_up: "⬆️", arrow_down: "⬇️", arrow_right: "➡️", arrow_left: "⬅️",
  arrow_upper_right: "↗️", arrow_lower_right: "↘️", small_red_triangle: "🔺", small_red_triangle_down: "🔻",
  arrows_counterclockwise: "🔄", repeat: "🔁", heavy_plus_sign: "➕", heavy_minus_sign: "➖",
  chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", bar_chart: "📊", moneybag: "💰",
  credit_card: "💳", dollar: "💵", euro: "💶", money_with_wings: "💸", bank: "🏦", atm: "🏧", receipt: "🧾",
  shopping_trolley: "🛒", shopping_bags: "🛍️", gift: "🎁", handshake: "🤝", scales: "⚖️", shield: "🛡️",
  lock: "🔒", unlock: "🔓", key: "🔑", mag: "🔍", mag_right: "🔎", link: "🔗", pushpin: "📌", paperclip: "📎",
  clipboard: "📋", memo: "📝", pencil: "✏️", pencil2: "✏️", page_facing_up: "📄", bookmark_tabs: "📑",
  file_folder: "📁", open_file_folder: "📂", inbox_tray: "📥", outbox_tray: "📤", package: "📦",
  email: "✉️", envelope: "✉️", calendar: "📅", date: "📅", spiral_calendar_pad: "🗓️", clock9: "🕘",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", alarm_clock: "⏰", stopwatch: "⏱️", gear: "⚙️", wrench: "🔧",
  hammer_and_wrench: "🛠️", test_tube: "🧪", microscope: "🔬", dart: "🎯", compass: "🧭", world_map: "🗺️",
  house: "🏠", busts_in_silhouette: "👥", bust_in_silhouette: "👤", seedling: "🌱", snowflake: "❄️", zzz: "💤",
  sleeping: "😴", one: "1️⃣", two: "2️⃣", three: "3️⃣", four: "4️⃣", recycle: "♻️", construction: "🚧",
};

export const emojiOf = (code) => CODES[code.replace(/::skin-tone-\d$/, "")];
