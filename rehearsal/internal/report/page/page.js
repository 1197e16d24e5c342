// The filter of the tables of decisions: rows that hold every word stay. Without scripts everything is shown.
for (const input of document.querySelectorAll("input[data-filters]")) {
  const rows = document.getElementById(input.dataset.filters).tBodies[0].rows;
  const output = input.closest("p").querySelector("output");
  const texts = Array.from(rows, (row) => (row.textContent + " " + row.querySelector("[title]").title).toLowerCase());
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    texts.forEach((text, i) => {
      rows[i].hidden = !words.every((word) => text.includes(word));
      shown += rows[i].hidden ? 0 : 1;
    });
    output.textContent = words.length ? `${shown} of ${rows.length} calls` : "";
  });
  input.closest("p").hidden = false;
}
