// The live part of the page. Without JavaScript the forms still work. Results are HTML that the server has escaped.
// What was typed stays in its field for the next check and is removed when the page is left; nothing is stored.

const state = document.getElementById("state");
const problem = document.getElementById("problem");
const result = document.getElementById("result");

function complain(text) {
  problem.textContent = text;
  problem.hidden = !text;
}

function show(html) {
  result.innerHTML = html;
  for (const block of result.querySelectorAll("pre.copy")) addCopyButton(block);
  for (const button of result.querySelectorAll("[data-from]")) {
    const text = document.getElementById(button.dataset.from);
    button.hidden = false;
    button.addEventListener("click", () => copy(text, text.value, button.parentElement.querySelector(".copied")));
  }
}

// Put a button next to a block that is made to be copied, such as the setting of a fix.
function addCopyButton(block) {
  const holder = document.createElement("div");
  const button = document.createElement("button");
  const message = document.createElement("span");
  holder.className = "copyable";
  button.type = "button";
  button.className = "quiet";
  button.textContent = result.dataset.copy;
  button.setAttribute("aria-label", `${result.dataset.copy}: ${block.textContent.split("\n")[0]}`);
  message.className = "copied";
  message.setAttribute("role", "status");
  block.replaceWith(holder);
  holder.append(block, button, message);
  button.addEventListener("click", () => copy(block, block.textContent, message));
}

async function copy(element, text, message) {
  let copied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // The clipboard API needs https. Select the text, so that the user can copy it.
    for (let at = element; (at = at.parentElement.closest("details")); ) at.open = true;
    element.focus();
    if (element.select) element.select();
    else getSelection().selectAllChildren(element);
    copied = document.execCommand("copy");
  }
  message.textContent = copied ? result.dataset.copied : result.dataset.notCopied;
}

// Yield the server-sent events of a response to a POST request, which EventSource does not support.
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const name = part.match(/^event: (.*)$/m);
      const data = part.match(/^data: (.*)$/m);
      if (name && data) yield [name[1], JSON.parse(data[1])];
    }
  }
}

class Timeline {
  constructor() {
    result.replaceChildren(document.getElementById("rows").content.cloneNode(true));
    this.rows = [...result.querySelectorAll("li")];
    this.times = new Map();
    this.rows[0].classList.add("running");
  }

  add({ at, html, began, ended }) {
    const holder = document.createElement("ol");
    holder.innerHTML = html;
    const row = holder.firstElementChild;
    // A probe of few apps has no row that waits for it.
    if (this.rows[at]) this.rows[at].replaceWith(row);
    else this.rows.at(-1).after(row);
    this.rows[at] = row;
    this.times.set(at, [began, ended]);
    const whole = Math.max(...[...this.times.values()].map((time) => time[1]), 1);
    for (const [index, [from, to]] of this.times) {
      const bar = this.rows[index].querySelector(".bar");
      bar?.setAttribute("x1", `${(100 * from) / whole}%`);
      bar?.setAttribute("x2", `${(100 * to) / whole}%`);
    }
    for (const other of this.rows) other.classList.remove("running");
    this.rows.find((other, index) => index > at && !this.times.has(index))?.classList.add("running");
  }
}

// Show the result from its start, and let screen readers and the keyboard go on there.
function reveal() {
  const headline = result.querySelector("h1");
  if (headline) document.title = `${headline.textContent} · llmdoctor`;
  result.focus({ preventScroll: true });
  result.parentElement.scrollIntoView({ block: "start" });
}

function send(form, accept, signal) {
  const body = new URLSearchParams(new FormData(form));
  return fetch(form.action, { method: "POST", body, headers: { Accept: accept }, signal, cache: "no-store" });
}

function errorText(response, form) {
  if (response.redirected || response.status === 401) location.reload();
  return response.status === 429 || response.status === 503 ? form.dataset.busy : response.text();
}

let running = null;

async function check(form) {
  running?.abort();
  const mine = (running = new AbortController());
  const cancel = document.getElementById("cancel");
  complain("");
  state.textContent = form.dataset.running;
  cancel.hidden = false;
  let ended = false;
  try {
    const response = await send(form, "text/event-stream", mine.signal);
    if (!response.ok) {
      complain(await errorText(response, form));
      state.textContent = "";
      return;
    }
    const timeline = new Timeline();
    result.parentElement.scrollIntoView({ block: "start" });
    for await (const [name, value] of events(response)) {
      if (name === "state") state.textContent = form.dataset[value];
      if (name === "probe") {
        state.textContent = form.dataset.running;
        timeline.add(value);
      }
      if (name === "problem") {
        complain(value);
        state.textContent = "";
        result.replaceChildren();
        ended = true;
      }
      if (name === "report") {
        ended = true;
        show(value.html);
        if (!form.curl.value.trim()) {
          form.base_url.value = value.base_url; // scrubbed: the user may have typed a key into this field
          form.model.value = value.model;
        }
        state.textContent = form.dataset.done;
        reveal();
      }
    }
    if (!ended) throw new Error("cut");
  } catch (error) {
    if (running !== mine) return;
    state.textContent = mine.signal.aborted ? form.dataset.stopped : "";
    if (!mine.signal.aborted) complain(form.dataset.lost);
  } finally {
    if (running === mine) {
      cancel.hidden = true;
      running = null;
    }
  }
}

async function explain(form) {
  complain("");
  state.textContent = form.dataset.running;
  try {
    const response = await send(form, "text/plain");
    const text = await (response.ok ? response.text() : errorText(response, form));
    if (response.ok) show(text);
    else complain(text);
    state.textContent = response.ok ? form.dataset.done : "";
    if (response.ok) reveal();
  } catch {
    state.textContent = "";
    complain(form.dataset.lost);
  }
}

for (const [name, act] of [["check", check], ["explain", explain], ["open", explain]]) {
  const form = document.getElementById(name);
  form?.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    act(form);
  });
}
// A file is read here and sent as text: the form has the same field for those without JavaScript.
const file = document.getElementById("file");
if (file) {
  document.getElementById("choose").hidden = false;
  file.addEventListener("change", async () => {
    if (!file.files.length) return;
    file.form.text.value = await file.files[0].text();
    file.value = ""; // so that the same file can be chosen again
    file.form.requestSubmit();
  });
}
document.getElementById("cancel")?.addEventListener("click", () => running?.abort());
if (result) show(result.innerHTML);
// The browser may keep a page that was left, or fill its fields again: it must hold no key then.
addEventListener("pagehide", () => {
  for (const field of document.querySelectorAll("[type=password], textarea:not([readonly])")) field.value = "";
});
