// A photo opens over the page; arrows go on to its neighbours, and Escape goes back to where one was.
const viewer = document.getElementById("viewer");
const content = document.getElementById("viewer-content");
let opener = null;

const links = () => [...document.querySelectorAll("#results .tile [data-photo]")];

export function open(link) {
  opener = link;
  htmx.ajax("GET", link.getAttribute("href"), { target: content, swap: "innerHTML" })?.catch(() => {}); // search.js says it
}

function step(by) {
  const all = links();
  // Not by what is shown: a photo that is withheld by now shows no name of its own.
  const at = all.indexOf(opener);
  const next = all[at + by];
  if (at >= 0 && next) {
    next.scrollIntoView({ block: "nearest" });
    open(next);
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-photo]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    open(link);
  }
  const button = event.target.closest?.("[data-step]");
  if (button) step(Number(button.dataset.step));
  if (event.target.closest?.("[data-close]") || event.target === viewer) viewer.close();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== content) return;
  if (viewer.open) return;
  viewer.showModal();
  viewer.querySelector("[data-close]").focus();
});

viewer.addEventListener("keydown", (event) => {
  if (event.target.matches("input, textarea, select")) return;
  if (event.key === "ArrowLeft") step(-1);
  if (event.key === "ArrowRight") step(1);
});

viewer.addEventListener("close", () => {
  content.replaceChildren();
  if (opener?.isConnected) opener.focus();
});
