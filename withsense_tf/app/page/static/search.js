// What a reader chooses takes effect at once, and countries have names.
document.documentElement.classList.add("js");

const language = document.documentElement.lang;
const names = new Intl.DisplayNames([language], { type: "region" });
for (const option of document.querySelectorAll("[data-country]")) {
  option.prepend(`${names.of(option.dataset.country)}, `);
}

const country = document.getElementById("country");
country?.addEventListener("change", () => country.form.requestSubmit());

// Where one goes back to: the address changes while somebody types.
document.addEventListener("submit", (event) => {
  const next = event.target.querySelector?.("input[name=next]");
  if (next && event.target.getAttribute("action") === "/choose") next.value = location.pathname + location.search;
});

// A menu closes when one goes elsewhere, and by Escape.
const menu = document.querySelector(".menu");
document.addEventListener("click", (event) => {
  if (menu?.open && !menu.contains(event.target)) menu.open = false;
});
menu?.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && menu.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

for (const button of document.querySelectorAll("[data-open]")) {
  button.addEventListener("click", () => {
    if (menu) menu.open = false;
    document.getElementById(button.dataset.open).showModal();
  });
}

// What takes a while says so, and is asked for once.
function say(form, isBusy) {
  const line = form.querySelector?.("[data-busy]");
  if (!line) return;
  line.textContent = isBusy ? line.dataset.busy : "";
  form.setAttribute("aria-busy", isBusy);
  for (const button of form.querySelectorAll("button")) button.disabled = isBusy;
}

document.addEventListener("submit", (event) => say(event.target, true));
document.addEventListener("htmx:afterRequest", (event) => say(event.detail.elt, false));
// Who goes back to a page finds it as it was left.
window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => say(form, false)));

// What is given up for other words is no error. Where nothing answers, the page says so.
const unanswered = document.getElementById("no-answer");
if (window.htmx) {
  htmx.logger = (element, name, detail) => {
    if (/:(afterRequest|sendAbort|sendError)$/.test(name)) delete detail.error;
  };
}
document.addEventListener("htmx:beforeSend", () => (unanswered.hidden = true));
document.addEventListener("htmx:sendError", () => {
  (document.querySelector("dialog[open]") || document.body).append(unanswered);
  unanswered.hidden = false;
});

// The search form: what is empty is not sent, and what is chosen beside the words is searched by at once.
const form = document.getElementById("search");
const results = document.getElementById("results");
const status = document.getElementById("status");
const defaults = { order: "fit", show: "good", text_share: "0.5" };

form?.addEventListener("htmx:configRequest", (event) => {
  const values = event.detail.parameters;
  // Who asked for weak ones too, or for words as typed, still wants that at a filter; other words are another question.
  if (values.words !== undefined && values.words.trim() !== values.q.trim()) {
    delete values.minimum;
    delete values.literal;
  }
  delete values.words;
  for (const name of Object.keys(values)) {
    if (values[name] === "" || values[name] === defaults[name]) delete values[name];
  }
});

// Enter asks at once; what is still waiting behind the last letter is given up.
form?.addEventListener("submit", () => form.q.dispatchEvent(new Event("htmx:abort")));

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.form === form && form && field.id !== "q" && field.type !== "file") form.requestSubmit();
});

// Readers who do not see the page are told what came.
function tell() {
  const told = results.querySelector("[data-status]");
  if (told && status.textContent !== told.dataset.status) status.textContent = told.dataset.status;
}
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target === results) {
    tell();
    if (window.scrollY > 200) window.scrollTo({ top: 0 });
    const words = form?.q.value.trim();
    document.title = words ? `${words} · With Sense` : "With Sense";
  }
});
