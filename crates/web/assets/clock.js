// Time: one tick a second for all countdowns, on the server's clock, whatever the computer's clock says.
let skew = Date.parse(document.body.dataset.now) - Date.now();
const now = () => Date.now() + skew;
const setServerTime = (iso) => (skew = Date.parse(iso) - Date.now());
const zone = document.body.dataset.zone;
const language = document.documentElement.lang;
const days = document.body.dataset.days;
const pad = (n) => String(n).padStart(2, "0");

class CountDown extends HTMLElement {
  static all = new Set();
  connectedCallback() {
    this.due = Date.parse(this.dataset.due);
    this.whole = Math.max(1, (this.due - Date.parse(this.dataset.from)) / 1000);
    this.text = $("time", this);
    this.rect = $("rect", this);
    CountDown.all.add(this);
    this.tick();
  }
  disconnectedCallback() {
    CountDown.all.delete(this);
  }
  tick() {
    const left = Math.round((this.due - now()) / 1000);
    const a = Math.abs(left);
    const hours = Math.floor(a / 3600);
    const text = a < 172800 ? `${hours}:${pad(Math.floor(a / 60) % 60)}:${pad(a % 60)}` : days.replace("77", Math.floor(hours / 24)).replace("88", hours % 24);
    this.text.textContent = (left < 0 ? "+" : "") + text;
    this.rect?.setAttribute("width", Math.min(100, Math.max(0, 100 - (left * 100) / this.whole)));
    const state = left < 0 ? "over" : left < 900 || left * 10 < this.whole ? "crit" : left < 3600 || left * 4 < this.whole ? "soon" : "calm";
    if (state === this.dataset.s) return;
    this.dataset.s = state;
    // Seconds are never read out; crossing a threshold is, once.
    const words = document.body.dataset[state];
    const what = this.parentElement.querySelector(".what b, th b, h1") ?? $("h1");
    if (words && what) $("#said").textContent = `${words} ${what.textContent}`;
  }
}
customElements.define("count-down", CountDown);

const clock = $("[data-clock] b");
const utc = $("[data-clock] .utc");
const local = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit" });
const agoForms = JSON.parse(document.body.dataset.agoForms);
const plural = new Intl.PluralRules(language);
function ago(el) {
  const mins = Math.floor((now() - Date.parse(el.dateTime)) / 60000);
  if (mins < 1 || mins >= 10080) return;
  const [n, forms] = mins < 60 ? [mins, agoForms[0]] : mins < 1440 ? [Math.floor(mins / 60), agoForms[1]] : [Math.floor(mins / 1440), agoForms[2]];
  const like = Object.keys(forms).find((k) => plural.select(k) === plural.select(n));
  el.textContent = forms[n] ?? forms[like ?? 100].replace(like ?? 100, n);
}
function second() {
  const t = now();
  for (const c of CountDown.all) c.tick();
  if (clock) clock.textContent = local.format(t);
  if (utc) utc.textContent = `${new Date(t).toISOString().slice(11, 16)} UTC`;
  if (Math.floor(t / 1000) % 30 === 0) $$("time[data-ago]").forEach(ago);
  setTimeout(second, 1000 - (now() % 1000));
}
second();
