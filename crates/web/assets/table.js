// Tables: walk the rows by keyboard. Charts: a tooltip that reads the chart's own table.
let at = -1;
const rowsOf = () => $$("[data-keys] tbody tr").filter((r) => r.offsetParent);
function move(step) {
  const rows = rowsOf();
  rows[at]?.classList.remove("at");
  at = Math.min(rows.length - 1, Math.max(0, at + step));
  rows[at]?.classList.add("at");
  rows[at]?.scrollIntoView({ block: "nearest" });
}
document.addEventListener("patched", () => (at = -1));

function tooltip(chart) {
  const plot = $(".plot", chart), tip = $(".tip", chart), cross = $(".cross", chart);
  const heads = $$("thead th", chart).map((h) => h.textContent);
  const rows = $$("tbody tr", chart).map((r) => [...r.cells].map((c) => c.textContent));
  const { x0, x1, w } = chart.dataset;
  plot.addEventListener("pointermove", (e) => {
    const area = plot.getBoundingClientRect();
    const x = ((e.clientX - area.left) / area.width) * w;
    const k = Math.min(rows.length - 1, Math.max(0, Math.round(((x - x0) / (x1 - x0)) * (rows.length - 1))));
    const at = +x0 + ((x1 - x0) * k) / Math.max(1, rows.length - 1);
    cross.setAttribute("x1", at);
    cross.setAttribute("x2", at);
    cross.classList.add("on");
    const list = document.createElement("ul");
    rows[k].slice(1).forEach((value, s) => {
      const item = document.createElement("li");
      item.className = `s${s + 1}`;
      const name = document.createElement("span");
      name.textContent = heads[s + 1];
      const figure = document.createElement("b");
      figure.textContent = value;
      item.append(name, figure);
      list.append(item);
    });
    const name = document.createElement("b");
    name.textContent = rows[k][0];
    tip.replaceChildren(name, list);
    tip.hidden = false;
    tip.style.left = at / w > 0.6 ? "auto" : `${(at / w) * 100 + 2}%`;
    tip.style.right = at / w > 0.6 ? `${100 - (at / w) * 100 + 2}%` : "auto";
  });
  plot.addEventListener("pointerleave", () => {
    tip.hidden = true;
    cross.classList.remove("on");
  });
}
$$("[data-chart]").forEach(tooltip);
