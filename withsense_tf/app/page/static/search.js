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
