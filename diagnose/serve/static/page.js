// The live part of the page. Without JavaScript the forms still work. Results are HTML that the server has escaped.
// The key is removed from its field when it is sent, and is not stored anywhere.

const state = document.getElementById("state");
const problem = document.getElementById("problem");
const result = document.getElementById("result");

function complain(text) {
  problem.textContent = text;
  problem.hidden = !text;
}

function show(html) {
  result.innerHTML = html;
  for (const button of result.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

async function copy(button) {
  const text = document.getElementById(button.dataset.copy);
  const message = button.parentElement.querySelector(".copied");
  try {
    await navigator.clipboard.writeText(text.value);
    message.textContent = button.dataset.copied;
  } catch {
    // The clipboard API needs https. Select the text, so that the user can copy it.
    text.closest("details").open = true;
    text.focus();
    text.select();
    message.textContent = document.execCommand("copy") ? button.dataset.copied : button.dataset.notCopied;
  }
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
    this.rows[at].replaceWith(row);
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

function send(form, accept, signal) {
  const body = new URLSearchParams(new FormData(form));
  for (const field of form.querySelectorAll("[type=password], textarea")) field.value = "";
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
        form.base_url.value = value.base_url; // scrubbed: the user may have typed a key into this field
        form.model.value = value.model;
        state.textContent = form.dataset.done;
        result.focus({ preventScroll: true });
        result.scrollIntoView({ block: "start" });
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
    if (response.ok) result.focus({ preventScroll: true });
  } catch {
    state.textContent = "";
    complain(form.dataset.lost);
  }
}

for (const [name, act] of [["check", check], ["explain", explain]]) {
  const form = document.getElementById(name);
  form?.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    act(form);
  });
}
document.getElementById("cancel")?.addEventListener("click", () => running?.abort());
if (result) show(result.innerHTML);
