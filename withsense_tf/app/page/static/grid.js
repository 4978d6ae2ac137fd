// Rows of photos of true proportions that fill the width, as in a book of photographs.
document.documentElement.classList.add("js");

const targetHeight = (width) => (width < 500 ? 170 : width < 900 ? 210 : 250);

function layRow(row, height, heights) {
  for (const { tile, ratio } of row) {
    const box = tile.querySelector(".example img, .tile:not(.example) > .open, .seal");
    tile.style.width = `${Math.floor(ratio * height * 100) / 100}px`;
    box.style.height = `${Math.round(height)}px`;
    heights.push(height);
  }
}

function lay(grid) {
  // What a browser rounds up has no room for its last photo.
  const width = Math.floor(grid.getBoundingClientRect().width);
  if (!width) return;
  const gap = parseFloat(getComputedStyle(grid).columnGap) || 0;
  const target = targetHeight(width);
  let row = [];
  let sum = 0;
  const heights = [];
  // On a phone a notice beside photos would be cut: it gets a strip of its own, whatever it says.
  const isNarrow = width < 500;
  for (const tile of grid.querySelectorAll(":scope > .tile")) {
    if (tile.classList.contains("withheld")) {
      tile.classList.toggle("strip", isNarrow);
      if (isNarrow) {
        if (row.length) {
          const space = width - gap * (row.length - 1) - 1;
          layRow(row, Math.min(space / sum, target * 1.6), heights);
          row = [];
          sum = 0;
        }
        tile.style.width = "100%";
        tile.querySelector(".seal").style.height = "";
        continue;
      }
    }
    // Very long and very high ones would leave others no place.
    // Where a search stands below one, a word must have its place.
    const least = !tile.classList.contains("example") ? 0.5 : isNarrow ? 1 : 0.7;
    const ratio = Math.min(3.2, Math.max(least, Number(tile.dataset.ratio) || 1.5));
    row.push({ tile, ratio });
    sum += ratio;
    const space = width - gap * (row.length - 1);
    if (sum * target >= space) {
      layRow(row, space / sum, heights);
      row = [];
      sum = 0;
    }
  }
  if (row.length) {
    const space = width - gap * (row.length - 1) - 1;
    const last = heights.length ? heights[heights.length - 1] : target;
    layRow(row, Math.min(space / sum, Math.max(target, Math.min(last, target * 1.3))), heights);
  }
  grid.classList.add("laid");
}

const watched = new WeakSet();
const observer = new ResizeObserver((entries) => entries.forEach((entry) => lay(entry.target)));

function layAll() {
  for (const grid of document.querySelectorAll("[data-grid]")) {
    lay(grid);
    if (!watched.has(grid)) {
      watched.add(grid);
      observer.observe(grid);
    }
  }
}
layAll();
document.addEventListener("htmx:afterSwap", layAll);
