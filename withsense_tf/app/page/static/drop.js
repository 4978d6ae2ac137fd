// A photo that is dropped, pasted or chosen is what is looked for.
const TAKEN = ["image/jpeg", "image/png", "image/webp"];
const here = document.getElementById("drop-here");
const chooser = document.getElementById("by-photo");
const results = document.getElementById("results");
const form = document.getElementById("search");

const status = document.getElementById("status");
const notTaken = document.getElementById("not-taken");
let own = null; // so that it can be sent again with what it shows, or with other words
let shows = "";
let picture = "";
let running = null;

async function ask(file, says = "", isTyping = false) {
  if (!file) return;
  notTaken.hidden = TAKEN.includes(file.type);
  if (!notTaken.hidden) return;
  if (file !== own) {
    URL.revokeObjectURL(picture);
    picture = URL.createObjectURL(file);
  }
  own = file;
  shows = says;
  running?.abort();
  const mine = (running = new AbortController());
  const data = new FormData();
  data.append("photo", file);
  data.append("q", form?.q.value || "");
  data.append("says", says);
  data.append("search_fields", form ? new URLSearchParams(new FormData(form)) : "");
  if (isTyping) busy(true);
  else look(says);
  try {
    const headers = { "HX-Request": "true" };
    const answer = await fetch("/by-photo", { method: "POST", body: data, headers, signal: mine.signal });
    const page = await answer.text();
    if (mine === running) put(page);
  } catch (error) {
    if (mine === running) fail();
  } finally {
    if (mine === running) busy(false);
  }
}

function busy(isBusy) {
  results.setAttribute("aria-busy", isBusy);
  form?.classList.toggle("htmx-request", isBusy);
}

// It may take seconds: what was there goes at once, and who has described nothing may do so meanwhile.
function look(says) {
  results.replaceChildren(document.getElementById("own-photo").content.cloneNode(true));
  show();
  if (says) results.querySelector("[data-own-photo-says]")?.remove();
  status.textContent = results.querySelector("[data-looking]").textContent;
  busy(true);
  toTop();
}

function put(page) {
  const before = results.querySelector("[name=says]");
  const typed = before?.value || "";
  const isTyping = document.activeElement === before;
  htmx.swap(results, page, { swapStyle: "innerHTML" });
  show();
  document.dispatchEvent(new CustomEvent("htmx:afterSwap", { detail: { target: results } }));
  status.textContent = results.querySelector("[data-status]")?.dataset.status || "";
  const field = results.querySelector("[name=says]");
  if (field && !field.value) field.value = typed;
  toTop();
  if (field && isTyping) field.focus({ preventScroll: true });
}

function fail() {
  const line = results.querySelector("[data-looking]");
  if (line) status.textContent = line.textContent = line.dataset.failed;
}

// Else the answer would begin under the bar. Who types goes on typing.
function toTop() {
  if (!form?.contains(document.activeElement)) results.focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
}

function show() {
  for (const place of results.querySelectorAll("[data-own-place]")) {
    const image = new Image();
    image.dataset.ownPhoto = "";
    image.alt = place.dataset.ownPlace;
    place.replaceWith(image);
  }
  for (const image of results.querySelectorAll("[data-own-photo]")) image.src = picture;
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-own-photo-says]")) return;
  event.preventDefault();
  ask(own, event.target.elements.says.value);
});

// Words and filters that come after a photo go with it, as those do that were there before.
form?.addEventListener("htmx:beforeRequest", (event) => {
  if (!own || !results.querySelector("[data-own-photo]")) return;
  event.preventDefault();
  ask(own, shows, true);
});

chooser?.addEventListener("change", () => {
  ask(chooser.files[0]);
  chooser.value = "";
});

const hasFile = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
document.addEventListener("dragover", (event) => {
  if (!hasFile(event)) return;
  event.preventDefault();
  here.hidden = false;
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) here.hidden = true;
});
document.addEventListener("drop", (event) => {
  if (!hasFile(event)) return;
  event.preventDefault();
  here.hidden = true;
  ask(event.dataTransfer.files[0]);
});
document.addEventListener("paste", (event) => {
  const file = [...(event.clipboardData?.files || [])][0];
  if (file) {
    event.preventDefault();
    ask(file);
  }
});
