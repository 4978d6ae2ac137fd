// A photo that is dropped, pasted or chosen is what is looked for.
const here = document.getElementById("drop-here");
const chooser = document.getElementById("by-photo");
const results = document.getElementById("results");
const form = document.getElementById("search");

let own = null; // so that it can be sent again with what it shows

async function ask(file, says = "") {
  if (!file || !file.type.startsWith("image/")) return;
  own = file;
  const data = new FormData();
  data.append("photo", file);
  data.append("q", form?.q.value || "");
  data.append("says", says);
  form?.classList.add("htmx-request");
  try {
    const answer = await fetch("/by-photo", { method: "POST", body: data, headers: { "HX-Request": "true" } });
    htmx.swap(results, await answer.text(), { swapStyle: "innerHTML" });
    show(file);
    document.dispatchEvent(new CustomEvent("htmx:afterSwap", { detail: { target: results } }));
    results.focus();
  } finally {
    form?.classList.remove("htmx-request");
  }
}

function show(file) {
  const picture = results.querySelector("[data-own-photo]");
  if (picture) picture.src = URL.createObjectURL(file);
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-own-photo-says]")) return;
  event.preventDefault();
  ask(own, event.target.elements.says.value);
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
