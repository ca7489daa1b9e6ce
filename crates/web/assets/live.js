// Live messages: one stream per visible page; it stops while the page is hidden and catches up on return.
const url = document.body.dataset.live;
const lamp = $("#live");
let source, last, held = false;
const waiting = [];

function show(state) {
  if (lamp && lamp.dataset.is !== state) {
    lamp.dataset.is = state;
    lamp.textContent = lamp.dataset[state];
  }
}
function arrived(html) {
  patch(html);
  const list = $("#stream");
  while (list && list.children.length > 60) list.lastElementChild.remove();
}
function open() {
  // The page says which entry it shows last; after a pause the stream goes on from what came since.
  source = new EventSource(last ? `${url.split("?")[0]}?last=${encodeURIComponent(last)}` : url);
  source.addEventListener("open", () => show("on"));
  source.addEventListener("error", () => show("off"));
  source.addEventListener("now", (e) => setServerTime(e.data));
  source.addEventListener("patch", (e) => {
    last = e.lastEventId;
    if (held) waiting.push(e.data);
    else arrived(e.data);
  });
}
if (url) {
  open();
  let pause;
  addEventListener("visibilitychange", () => {
    clearTimeout(pause);
    if (document.hidden) pause = setTimeout(() => source.close(), 20000);
    else if (source.readyState === EventSource.CLOSED) open();
  });
  addEventListener("pagehide", () => source.close());
  addEventListener("click", (e) => {
    const button = e.target.closest("[data-hold]");
    if (!button) return;
    held = !held;
    button.setAttribute("aria-pressed", held);
    if (!held) waiting.splice(0).forEach(arrived);
  });
}
