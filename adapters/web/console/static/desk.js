// What does every page do by itself? Keys, toasts, and times that count down.
const root = document.documentElement;
const offset = Date.parse(root.dataset.now) - Date.now(); // The server's hour, whatever this PC thinks.
const english = root.lang === "en";

export function now() {
  return Date.now() + offset;
}

export function long(seconds) {
  const s = Math.abs(seconds);
  if (s < 60) return Math.floor(s) + (english ? " s" : " 秒");
  if (s < 5400) return Math.floor(s / 60) + (english ? " min" : " 分");
  if (s < 172800) return Math.floor(s / 3600) + (english ? " h " : " 时 ") + String(Math.floor((s % 3600) / 60)).padStart(2, "0");
  return Math.floor(s / 86400) + (english ? " d" : " 天");
}

// <time data-due="ISO">: how long until, or how late.
function count() {
  for (const each of document.querySelectorAll("[data-due]")) {
    const left = (Date.parse(each.dataset.due) - now()) / 1000;
    const text = left < 0 ? (english ? "late " : "超 ") + long(left) : long(left);
    if (each.textContent !== text) each.textContent = text;
    const heat = left < 0 ? "late" : left < 900 ? "soon" : left < 3600 ? "hour" : "calm";
    if (each.dataset.heat !== heat) each.dataset.heat = heat;
  }
}

export function toast(text, bad) {
  const line = document.createElement("p");
  line.className = bad ? "toast bad" : "toast";
  line.textContent = text;
  const place = document.getElementById("toasts");
  place.append(line);
  setTimeout(() => line.remove(), bad ? 12000 : 5000);
}

document.body.addEventListener("toast", (event) => toast(event.detail.text, event.detail.bad));
document.body.addEventListener("htmx:sendError", () => toast(english ? "No connection. Nothing was done; try again." : "连不上服务器,没有执行。请再试一次。", true));
document.body.addEventListener("htmx:timeout", () => toast(english ? "The server takes too long. Try again." : "服务器太慢,请再试一次。", true));
document.body.addEventListener("htmx:afterSwap", count);

// What is wider than its place can be scrolled by keys, too.
function reach() {
  for (const part of document.querySelectorAll(".scroll, .wide")) if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
}
reach();
addEventListener("resize", reach);
document.body.addEventListener("htmx:afterSwap", reach);

for (const line of document.querySelectorAll("#toasts .toast")) setTimeout(() => line.remove(), 5000);
if (location.search.includes("said=")) {
  const plain = new URL(location.href);
  plain.searchParams.delete("said");
  history.replaceState(null, "", plain);
}
count();
setInterval(count, 1000);

// Rows: anything with data-row; the one that has the focus is the row.
function rows() {
  return [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement && document.activeElement.closest("[data-row]"));
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  if (!next.hasAttribute("tabindex")) next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

// After a part of the page was replaced, the row with the same id keeps the focus.
let kept = "";
document.body.addEventListener("htmx:beforeSwap", () => {
  const row = document.activeElement && document.activeElement.closest("[data-row]");
  kept = row && row.id ? row.id : "";
});
document.body.addEventListener("htmx:afterSettle", () => {
  if (!kept || (document.activeElement && document.activeElement !== document.body)) return;
  const row = document.getElementById(kept);
  if (row) { if (!row.hasAttribute("tabindex")) row.tabIndex = -1; row.focus({ preventScroll: true }); }
});

const help = document.getElementById("keys");
let going = false;

function typing(target) {
  return target.closest("input, textarea, select, [contenteditable], .cm-editor");
}

// Left alone: keys with Ctrl, Alt, Meta, and whatever is typed into a field.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.key === "Escape" && typing(event.target)) return event.target.blur();
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const key = event.key;
  if (going) {
    going = false;
    const link = document.querySelector(`.menu [data-go="${CSS.escape(key)}"]`);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  const row = event.target.closest("[data-row]");
  if (key === "?") help.showModal();
  else if (key === "g") { going = true; setTimeout(() => (going = false), 1500); }
  else if (key === "/" && document.getElementById("find")) { event.preventDefault(); document.getElementById("find").focus(); }
  else if (key === "j") move(1);
  else if (key === "k") move(-1);
  else if (key === "Enter" && row && event.target === row) { const link = row.querySelector("a[href]"); if (link) link.click(); }
  else {
    const wanted = `[data-key="${CSS.escape(key)}"]`;
    const button = (row && row.querySelector(wanted)) || [...document.querySelectorAll(wanted)].find((each) => !each.closest("[data-row]"));
    if (button) { event.preventDefault(); if (button.matches("input, select, textarea")) button.focus(); else button.click(); }
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-does='keys']")) help.showModal();
  for (const drop of document.querySelectorAll("details.drop[open]")) if (!drop.contains(event.target)) drop.open = false;
});

// <select data-sends>: choosing is enough.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-sends]")) event.target.form.requestSubmit();
});

// A form is sent once, however often one presses.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post") || form.dataset.twice) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });
