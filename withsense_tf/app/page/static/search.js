// The search form: what is empty is not sent, and what is chosen beside the words is searched by at once.
const form = document.getElementById("search");
const results = document.getElementById("results");
const status = document.getElementById("status");
const defaults = { order: "fit", text_share: "0.5" };

form?.addEventListener("htmx:configRequest", (event) => {
  const values = event.detail.parameters;
  for (const name of Object.keys(values)) {
    if (values[name] === "" || values[name] === defaults[name]) delete values[name];
  }
  // Who asked for weak ones too, and now filters or orders them, still wants them; other words are another question.
  const before = new URLSearchParams(location.search);
  if (before.has("minimum") && before.get("q") === values.q) values.minimum = before.get("minimum");
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
