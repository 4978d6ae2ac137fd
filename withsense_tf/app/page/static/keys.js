// Keys: arrows from photo to photo, / to the search, S and C for the photo that is open or has the focus, ? for help.
const SWITCH = "withsense-keys";
const box = document.getElementById("keys-on");
const on = () => localStorage.getItem(SWITCH) !== "off";

if (box) {
  box.checked = on();
  box.addEventListener("change", () => localStorage.setItem(SWITCH, box.checked ? "on" : "off"));
}

const stops = () => [...document.querySelectorAll("#results .tile .open, #results .tile .seal")];

function middle(element) {
  const box = element.getBoundingClientRect();
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}

// Up and down lead to the photo in the next row that is nearest.
function vertical(all, at, by) {
  const from = middle(all[at]);
  let best = null;
  for (const other of by > 0 ? all.slice(at + 1) : all.slice(0, at).reverse()) {
    const to = middle(other);
    if (Math.abs(to.y - from.y) < 40) continue;
    if (best && Math.abs(to.y - best.y) > 40) break;
    const far = Math.abs(to.x - from.x);
    if (!best || far < best.far) best = { other, far, y: to.y };
  }
  return best?.other;
}

function move(event) {
  const all = stops();
  const at = all.indexOf(document.activeElement);
  const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
  if (!by || !all.length) return;
  const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
  let next = null;
  if (at < 0) next = by > 0 ? all[0] : null;
  else next = sideways ? all[at + by] : vertical(all, at, by);
  if (next) {
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  } else if (at >= 0 && by < 0 && !sideways) {
    event.preventDefault();
    document.getElementById("q")?.focus();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const dialog = document.querySelector("dialog[open]");
  const typing = event.target.matches("input, textarea, select");
  if (event.target.id === "q") {
    if (event.key === "ArrowDown") move(event);
    if (event.key === "Escape") event.target.blur();
    // Who presses it to come here is here already.
    if (event.key === "/" && !event.target.value) event.preventDefault();
    return;
  }
  if (typing || (dialog && dialog.id !== "viewer")) return;
  if (event.key.startsWith("Arrow")) return dialog || move(event);
  if (!on()) return;
  const tile = dialog || document.activeElement.closest?.(".tile");
  if (dialog && (event.key === "/" || event.key === "?")) return;
  if (event.key === "/") {
    event.preventDefault();
    const q = document.getElementById("q");
    q?.focus();
    q?.select();
  } else if (event.key === "?") {
    document.getElementById("keys-help").showModal();
  } else if (tile && (event.code === "KeyS")) {
    tile.querySelector("[data-similar]")?.click();
  } else if (tile && (event.code === "KeyC")) {
    tile.querySelector("[data-collect]")?.click();
  }
});
