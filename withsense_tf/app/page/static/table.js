// The light table: which photos lie on it this browser alone knows; the server says which may be shown.
const KEPT = "withsense-table";
const full = document.getElementById("table-full");
const place = document.querySelector("[data-table]");

const ids = () => (localStorage.getItem(KEPT) || "").split(" ").filter(Boolean);

function keep(list) {
  localStorage.setItem(KEPT, list.join(" "));
  mark();
}

// Nothing is pushed off for what comes: who collects is told, over a photo that is open, too.
let timer = 0;
function tellFull() {
  (document.querySelector("dialog[open]") || document.body).append(full);
  full.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => (full.hidden = true), 10_000);
}

function mark() {
  const kept = new Set(ids());
  for (const button of document.querySelectorAll("[data-collect]")) {
    button.setAttribute("aria-pressed", String(kept.has(button.dataset.collect)));
  }
  const count = document.querySelector("[data-table-count]");
  if (count) {
    count.hidden = kept.size === 0;
    count.textContent = kept.size;
  }
}

function show() {
  if (place && ids().length) {
    htmx.ajax("POST", "/table/photos", { target: place, swap: "innerHTML", values: { ids: ids().join(" ") } })?.catch(() => {});
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-collect]");
  if (button) {
    const kept = ids();
    const id = button.dataset.collect;
    const isOn = kept.includes(id);
    if (!isOn && kept.length >= Number(full.dataset.most)) return tellFull();
    full.hidden = true;
    keep(isOn ? kept.filter((other) => other !== id) : [...kept, id]);
    // On the table itself a photo that is taken off goes at once.
    if (place?.contains(button)) ids().length ? show() : location.reload();
  }
  if (event.target.closest?.("[data-clear]")) {
    keep([]);
    location.reload();
  }
  if (event.target.closest?.("[data-compare]")) {
    const [a, b] = picked();
    location.assign(`/pair?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`);
  }
});

const picked = () => [...document.querySelectorAll("[data-pick]:checked")].map((box) => box.dataset.pick);

document.addEventListener("change", (event) => {
  if (!event.target.matches?.("[data-pick]")) return;
  const all = picked();
  document.querySelector("[data-compare]").disabled = all.length !== 2;
});

document.addEventListener("htmx:afterSwap", mark);
window.addEventListener("storage", mark);
mark();
if (window.htmx) show();
else window.addEventListener("load", show);
