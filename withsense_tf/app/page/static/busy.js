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
