// The frame: dialogs, the jump list and single-key shortcuts (never while typing).
const openDialog = (id) => {
  for (const d of $$("dialog[open]")) d.close();
  const d = document.getElementById(id);
  if (!d) return; // At the door there is nothing to jump to.
  d.showModal();
  const input = $("input", d);
  if (input) {
    input.value = "";
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
};
addEventListener("click", (e) => {
  const opener = e.target.closest("[data-open]");
  if (opener && !e.metaKey && !e.ctrlKey) {
    e.preventDefault();
    openDialog(opener.dataset.open);
  } else if (e.target.matches("dialog")) e.target.close();
});

// What is no page's name may be an incident, a notice, an address or a threat.
const place = (q) => {
  const number = q.toUpperCase();
  if (/^INC-[0-9-]+$/.test(number)) return `/incidents/${number}`;
  if (/^NTC-[0-9-]+$/.test(number)) return `/notices/${number}`;
  return `/sightings?${/^[0-9a-f:.]+(\/[0-9]+)?$/i.test(q) && /[.:]/.test(q) ? "q" : "threat"}=${encodeURIComponent(q)}`;
};
addEventListener("input", (e) => {
  if (!e.target.dataset.filter) return;
  const q = e.target.value.trim();
  for (const li of $$(`${e.target.dataset.filter} > li`)) li.hidden = !li.textContent.toLowerCase().includes(q.toLowerCase());
  const jump = $("[data-jump]");
  jump.hidden = !q;
  jump.href = place(q);
  $("span", jump).textContent = `${jump.dataset.jump} “${q}”`;
});

const jumps = Object.fromEntries($$("[data-go]").map((k) => [`g${k.dataset.go}`, k.dataset.to]));
let lead = "";
addEventListener("keydown", (e) => {
  if ((e.metaKey || e.ctrlKey) && e.key.toLowerCase() === "k") {
    e.preventDefault();
    return openDialog("palette");
  }
  const dialog = $("dialog[open]");
  if (dialog?.id === "palette") {
    const choices = $$("li:not([hidden]) > *, [data-jump]:not([hidden])", dialog);
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      const k = choices.indexOf(document.activeElement) + (e.key === "ArrowDown" ? 1 : -1);
      (choices[k] ?? $("input", dialog)).focus();
    } else if (e.key === "Enter" && e.target.matches("input")) {
      e.preventDefault();
      choices[0]?.click();
    } else if (e.key === "Escape") {
      // The search box would take the first Escape for itself, to empty itself.
      e.preventDefault();
      dialog.close();
    }
  }
  if (dialog || e.metaKey || e.ctrlKey || e.altKey || e.target.matches("input, textarea, select")) return;
  const rows = rowsOf();
  const act = {
    "?": () => openDialog("keys"),
    "/": () => ($("[data-slash]") ? $("[data-slash]").focus() : openDialog("palette")),
    j: () => move(1),
    k: () => move(-1),
    Enter: () => e.target === document.body && rows[at] && $("a", rows[at])?.click(),
  };
  const jump = jumps[lead + e.key];
  lead = e.key === "g" ? "g" : "";
  if (jump) location.href = jump;
  else if (Object.hasOwn(act, e.key)) {
    if (e.key !== "Enter") e.preventDefault();
    act[e.key]();
  }
});
