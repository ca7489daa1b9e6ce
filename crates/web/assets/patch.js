// Fragments: the server sends <template data-to="id" data-how="inner|replace|prepend|append|remove">,
// as the answer to a link or search form or as a live message, and this puts them in place.
const policy = globalThis.trustedTypes?.createPolicy("desk", { createHTML: (html) => html }) ?? { createHTML: (html) => html };
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

function patch(html) {
  const page = new DOMParser().parseFromString(policy.createHTML(html), "text/html");
  let first = null;
  for (const piece of $$("template[data-to]", page)) {
    const target = document.getElementById(piece.dataset.to);
    if (!target) continue;
    const focus = target.contains(document.activeElement) ? document.activeElement.id || document.activeElement.name : null;
    const body = document.importNode(piece.content, true);
    switch (piece.dataset.how) {
      case "prepend": target.prepend(body); break;
      case "append": target.append(body); break;
      case "replace": target.replaceWith(body); break;
      case "remove": target.remove(); break;
      default: target.replaceChildren(body);
    }
    if (focus) (document.getElementById(focus) ?? $(`[name="${CSS.escape(focus)}"]`, target))?.focus({ preventScroll: true });
    first ??= target;
    document.dispatchEvent(new CustomEvent("patched", { detail: target }));
  }
  return first;
}

async function send(url, options, region) {
  region?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { ...options, headers: { "x-part": "1", ...options?.headers } });
    const text = await answer.text();
    if (!patch(text) && !answer.ok) throw new Error(`${answer.status}`);
    return answer.ok;
  } finally {
    region?.removeAttribute("aria-busy");
  }
}

// Links and search forms that change one region: the address changes with it, so Back and reload work.
async function visit(url, id, push = true) {
  const region = document.getElementById(id);
  try {
    await send(url, {}, region);
    if (push) {
      // The page one came from is returned to the same way, by its region and not by loading it again.
      if (!history.state) history.replaceState({ into: id }, "");
      history.pushState({ into: id }, "", url);
    }
    region?.scrollIntoView({ block: "nearest" });
  } catch {
    location.href = url;
  }
}
addEventListener("click", (e) => {
  const link = e.target.closest("a[data-into]");
  if (!link || e.metaKey || e.ctrlKey || e.shiftKey || e.button) return;
  e.preventDefault();
  visit(link.href, link.dataset.into);
});
addEventListener("popstate", (e) => (e.state?.into ? visit(location.href, e.state.into, false) : location.reload()));
addEventListener("submit", (e) => {
  const form = e.target;
  if (form.dataset.into) {
    e.preventDefault();
    visit(`${form.action}?${new URLSearchParams(new FormData(form))}`, form.dataset.into);
  }
});
