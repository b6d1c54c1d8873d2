"use strict";
// Tables that sort, and the ledger's filter. Without this script the tables are as complete.
// What the ledger shows stays in the address (#verdict=contradicted&sort=measured), to be shared.

const plain = (text) => text.normalize("NFKD").toLowerCase();

/** Return an element with properties, attributes and children. */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Return a labelled choice among the values that rows have in one of their data attributes. */
function choice(name, all, rows) {
  const values = [...new Set(rows.map((row) => row.dataset[name]))].sort();
  const options = [make("option", { value: "", textContent: all })];
  options.push(...values.map((value) => make("option", { value, textContent: value })));
  return make("label", {}, name, make("select", { name }, ...options));
}

/** Return the form above a ledger, and a line that says how many rows are left. */
function filterBar(rows) {
  const search = make("input", { type: "search", name: "q", placeholder: "words of a claim" });
  const status = make("p", { className: "cs25-count" });
  status.setAttribute("role", "status");
  const form = make("form", { className: "cs25-filter" }, make("label", {}, "find", search));
  form.setAttribute("aria-label", "Filter the claims");
  form.append(choice("verdict", "all verdicts", rows));
  const lectures = choice("lecture", "all lectures", rows);
  if (lectures.querySelectorAll("option").length > 2) form.append(lectures);
  form.append(make("button", { type: "reset", textContent: "show all" }));
  form.addEventListener("submit", (event) => event.preventDefault());
  return { form, status };
}

/** Show the rows that have all words and every chosen value; say how many there are. */
function applyFilter(form, rows, status) {
  const wanted = Object.fromEntries(new FormData(form));
  const words = plain(wanted.q).split(/\s+/);
  for (const row of rows) {
    const text = plain(row.textContent);
    const chosen = ["verdict", "lecture"].every((n) => !wanted[n] || row.dataset[n] === wanted[n]);
    row.hidden = !(chosen && words.every((word) => text.includes(word)));
  }
  const left = rows.filter((row) => !row.hidden).length;
  status.textContent = `${left} of ${rows.length} claims`;
}

/** Return the order of two cells: by number where there is one, and what has none comes last. */
function compare(a, b, direction) {
  const [x, y] = [a, b].map((cell) => cell.dataset.sort ?? cell.textContent.replace("–", "").trim());
  if (!x || !y) return !x - !y;
  const [m, n] = [Number(x), Number(y)];
  const order = Number.isNaN(m) || Number.isNaN(n) ? x.localeCompare(y, "en") : m - n;
  return direction === "descending" ? -order : order;
}

function sortRows(table, header, direction) {
  for (const other of header.parentNode.cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", direction);
  const [body, column] = [table.tBodies[0], header.cellIndex];
  body.append(
    ...[...body.rows].sort((a, b) => compare(a.cells[column], b.cells[column], direction)),
  );
}

/** Make a button of each heading; a second click turns the order round. */
function addSorting(table, changed) {
  for (const header of table.tHead.rows[0].cells) {
    const button = make("button", { type: "button" }, ...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => {
      const turn = header.getAttribute("aria-sort") === "ascending";
      sortRows(table, header, turn ? "descending" : "ascending");
      changed();
    });
  }
}

/** Put the filter above a ledger, as the address says it was left; return what notes its state. */
function addFilter(table) {
  const rows = [...table.tBodies[0].rows];
  const headers = [...table.tHead.rows[0].cells];
  const names = headers.map((header) => plain(header.textContent.trim()));
  for (const row of rows) {
    [...row.cells].slice(1).forEach((cell, i) => (cell.dataset.label = names[i + 1]));
  }
  const { form, status } = filterBar(rows);
  (table.closest(".table-wrapper") ?? table).before(form, status);

  const remember = () => {
    const state = new URLSearchParams(new FormData(form));
    const sorted = headers.findIndex((header) => header.hasAttribute("aria-sort"));
    if (sorted >= 0) state.set("sort", names[sorted]);
    if (headers[sorted]?.getAttribute("aria-sort") === "descending") state.set("order", "down");
    for (const [name, value] of [...state]) if (!value) state.delete(name);
    history.replaceState(null, "", `${state}` ? `#${state}` : location.pathname + location.search);
  };
  const changed = () => {
    applyFilter(form, rows, status);
    remember();
  };
  form.addEventListener("input", changed);
  form.addEventListener("reset", () => setTimeout(changed)); // the fields are emptied after this

  const state = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
  for (const field of form.elements) if (state.has(field.name)) field.value = state.get(field.name);
  const sorted = headers[names.indexOf(state.get("sort"))];
  if (sorted) sortRows(table, sorted, state.get("order") ? "descending" : "ascending");
  applyFilter(form, rows, status);
  return remember;
}

/** Let the keyboard reach what scrolls sideways: wide tables, long lines of code, long formulas. */
function reachable(element) {
  const wide = element.scrollWidth > element.clientWidth;
  if (wide) element.tabIndex = 0;
  else element.removeAttribute("tabindex");
}

/** Return a search field for the page of results, which is empty until something is asked. */
function searchField() {
  const field = make("input", { type: "search", name: "q", required: true });
  const button = make("button", { type: "submit", textContent: "search" });
  const form = make("form", { className: "cs25-filter" }, make("label", {}, "find", field), button);
  form.setAttribute("role", "search");
  form.setAttribute("aria-label", "In the whole book");
  return [make("h1", { textContent: "Search" }), form];
}

const results = document.getElementById("search-results");
if (results && !new URLSearchParams(location.search).get("q")) results.before(...searchField());
for (const table of document.querySelectorAll("table.sortable")) {
  addSorting(table, table.classList.contains("cs25-ledger") ? addFilter(table) : () => {});
}
const watch = new ResizeObserver((entries) => entries.forEach(({ target }) => reachable(target)));
document
  .querySelectorAll(".table-wrapper, .math-wrapper, .highlight pre")
  .forEach((element) => watch.observe(element));
