// The editor: what is typed is kept in the draft and checked a moment later; marks, list, and the two views beside it follow.
const host = document.getElementById("editor");
const chinese = document.documentElement.lang.startsWith("zh");
const WORDS = {
  "Find": "查找", "Replace": "替换", "next": "下一个", "previous": "上一个", "all": "全选", "match case": "区分大小写", "by word": "整词", "regexp": "正则",
  "replace": "替换", "replace all": "全部替换", "close": "关闭", "current match": "当前", "replaced $ matches": "替换了 $ 处", "on line": "在行", "Diagnostics": "问题", "No diagnostics": "没有问题",
};
const PAUSE = 700;
let editor, timer, sent = 0, kept;

function marks() {
  const rows = [...document.querySelectorAll("#check [data-problem]")];
  editor.mark(rows.map(({ dataset }) => ({ line: +dataset.line, column: +dataset.column, width: +dataset.width, severity: dataset.severity, message: dataset.message })));
}

async function check() {
  clearTimeout(timer);
  const number = ++sent, text = editor.text();
  const note = document.getElementById("kept");
  if (note) note.textContent = host.dataset.checking;
  await htmx.ajax("POST", host.dataset.check, { target: "#check", swap: "innerHTML", values: { file: host.dataset.path, text } });
  if (number !== sent) return;
  kept = text;
  marks();
  for (const part of document.querySelectorAll("details[data-part][open]")) load(part);
}

function load(part) {
  htmx.ajax("GET", part.dataset.part, { target: part.querySelector(".said"), swap: "innerHTML" });
}

async function begin() {
  const field = document.getElementById("text");
  const { edit } = await import(host.dataset.module);
  const doc = field.value;
  field.remove();
  editor = edit({
    parent: host, doc, nonce: host.dataset.nonce, words: chinese ? WORDS : {}, saves: check,
    changed() { clearTimeout(timer); timer = setTimeout(check, PAUSE); },
  });
  const typed = host.querySelector(".cm-content");
  typed.setAttribute("aria-label", host.dataset.path);
  typed.tabIndex = 0;
  kept = doc;
  marks();
  go();
}

function go() {
  const place = location.hash.match(/^#L(\d+)$/);
  if (place) editor.goto(+place[1], 1);
}

if (host) {
  begin();
  addEventListener("hashchange", go);
  addEventListener("beforeunload", (event) => { if (editor && editor.text() !== kept) event.preventDefault(); });
  for (const part of document.querySelectorAll("details[data-part]")) part.addEventListener("toggle", () => { if (part.open) load(part); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-goto]");
    if (!link) return;
    event.preventDefault();
    const [line, column] = link.dataset.goto.split(":");
    editor.goto(+line, +column);
  });
}
