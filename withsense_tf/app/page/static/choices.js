// What a reader chooses takes effect at once, and countries have names.
document.documentElement.classList.add("js");

const language = document.documentElement.lang;
const names = new Intl.DisplayNames([language], { type: "region" });
for (const option of document.querySelectorAll("[data-country]")) {
  option.textContent = `${names.of(option.dataset.country)} (${option.dataset.country})`;
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
