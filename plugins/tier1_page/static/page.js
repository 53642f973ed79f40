"use strict";
// Looks again at the page's own address and replaces the parts that differ; times in the viewer's zone.
(() => {
  const html = document.documentElement;
  let skew = 0; // the server's clock, less ours, in ms
  let answered = Date.now();

  // Airflow's switch (next-themes) keeps its choice where we, of the same origin, may read it.
  const dress = () => {
    let theme = null;
    try { theme = localStorage.getItem("theme"); } catch { /* no storage: the system's theme it is */ }
    if (theme === "dark" || theme === "light") html.dataset.theme = theme;
    else delete html.dataset.theme;
  };
  dress();
  addEventListener("storage", dress);

  const two = (n) => String(n).padStart(2, "0");
  const lasting = (ms) => {
    const s = Math.max(0, Math.round(ms / 1000));
    if (s < 120) return `${s} s`;
    if (s < 7200) return `${Math.floor(s / 60)} min ${two(s % 60)} s`;
    if (s < 172800) return `${Math.floor(s / 3600)} h ${two(Math.floor(s / 60) % 60)} min`;
    return `${Math.floor(s / 86400)} days`;
  };
  const clock = (moment) => {
    const today = moment.toDateString() === new Date().toDateString();
    const day = today ? {} : { year: "numeric", month: "short", day: "numeric" };
    return moment.toLocaleString([], { ...day, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  };
  const showTimes = (root) => {
    const now = Date.now() + skew;
    for (const it of root.querySelectorAll("time[datetime]")) {
      const moment = new Date(it.dateTime);
      const as = it.dataset.as || "clock";
      const text = as === "clock" ? clock(moment)
        : as === "since" ? lasting(now - moment)
        : moment > now ? `${it.dataset.before}${lasting(moment - now)}${it.dataset.after}` : it.dataset.over;
      if (it.textContent !== text) it.textContent = text;
    }
  };

  // A sandboxed frame may neither leave its place nor open a tab: the click is made in Airflow's own page.
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[target=_top], a[target=_blank]");
    if (!link || parent === window || event.defaultPrevented) return;
    try {
      // what has no address of its own, such as the trigger form, is opened by its button where there is one
      const button = link.dataset.press && parent.document.querySelector(`[data-testid="${link.dataset.press}"]`);
      if (button) { event.preventDefault(); button.click(); return; }
      const there = parent.document.createElement("a");
      there.href = link.href;
      if (link.target === "_blank") { there.target = "_blank"; there.rel = "noopener"; }
      there.hidden = true;
      parent.document.body.append(there);
      event.preventDefault();
      there.click();
      there.remove();
    } catch { /* a parent of another origin: the link has to do */ }
  });

  // Of cells in a row one is in the order of the Tab key; arrows lead to the others.
  addEventListener("keydown", (event) => {
    const cells = [...(event.target.closest?.("[data-arrows]")?.querySelectorAll("[tabindex]") || [])];
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? cells.length - 1 : cells.indexOf(event.target) + step;
    if (!cells[to]) return;
    event.preventDefault();
    cells[to].focus();
  });

  const partsOf = (root) => new Map([...root.querySelectorAll("[data-part]")].map((it) => [it.dataset.part, it]));
  let served = new Map(); // each part as the server has sent it: what is shown has other times
  let tag = "";
  const remember = (root) => { served = new Map([...partsOf(root)].map(([name, it]) => [name, it.innerHTML])); };

  const swap = (there, fresh) => {
    const focused = there.contains(document.activeElement) ? document.activeElement.id : "";
    const open = new Set([...there.querySelectorAll("details[open][id]")].map((it) => it.id));
    const closed = new Set([...there.querySelectorAll("details:not([open])[id]")].map((it) => it.id));
    const scrolled = [...there.querySelectorAll("[id]")].filter((it) => it.scrollLeft || it.scrollTop)
      .map((it) => [it.id, it.scrollLeft, it.scrollTop]);
    const frames = new Map([...there.querySelectorAll("iframe[id]")].map((it) => [it.id, it]));
    if (frames.size && [...frames.keys()].every((id) => fresh.querySelector(`#${CSS.escape(id)}`))) return;
    there.replaceChildren(...document.importNode(fresh, true).childNodes);
    there.className = fresh.className;
    there.hidden = fresh.hidden;
    for (const it of there.querySelectorAll("details[id]")) {
      if (open.has(it.id)) it.open = true;
      if (closed.has(it.id)) it.open = false;
    }
    for (const [id, left, top] of scrolled) document.getElementById(id)?.scrollTo(left, top);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };
  const show = (fresh) => {
    const here = partsOf(document);
    const there = partsOf(fresh);
    if ([...here.keys()].join() !== [...there.keys()].join()) {
      swap(document.querySelector("main"), fresh.querySelector("main"));
    } else {
      for (const [name, it] of there) if (served.get(name) !== it.innerHTML) swap(here.get(name), it);
    }
    remember(fresh);
    document.title = fresh.title;
    const said = fresh.body.dataset.say;
    if (said !== document.body.dataset.say) document.getElementById("say").textContent = said;
    Object.assign(document.body.dataset, fresh.body.dataset);
    showTimes(document);
  };

  const stale = document.getElementById("stale");
  const tell = (why) => {
    const text = why && `No answer from Airflow: ${why}. What is shown is from ${clock(new Date(answered))}.`;
    if (stale.textContent !== text) stale.textContent = text;
  };
  const look = async () => {
    try {
      const answer = await fetch(location.href, {
        headers: { Accept: "text/html", ...(tag && { "If-None-Match": tag }) },
        cache: "no-store", signal: AbortSignal.timeout(10000),
      });
      if (answer.status === 401 || answer.status === 403) throw new Error("you are logged out, or may not see this");
      const fresh = answer.status === 304 ? null : new DOMParser().parseFromString(await answer.text(), "text/html");
      // what was deleted has a page that says so; anybody else's 404 is no answer
      const gone = answer.status === 404 && fresh.querySelector("[data-gone]");
      if (!answer.ok && fresh && !gone) throw new Error(`status ${answer.status}`);
      skew = Date.parse(answer.headers.get("Date")) - Date.now() || 0;
      if (fresh) {
        show(fresh);
        tag = answer.headers.get("ETag") || "";
      }
      answered = Date.now();
      tell("");
    } catch (error) { tell(error.name === "TimeoutError" ? "it took 10 s" : error.message); }
  };
  let next = 0;
  const again = async () => {
    clearTimeout(next);
    if (!document.hidden) await look();
    clearTimeout(next);
    next = setTimeout(again, 1000 * (Number(document.body.dataset.every) || 5));
  };

  remember(document);
  showTimes(document);
  setInterval(() => { if (!document.hidden) showTimes(document); }, 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) again(); });
  next = setTimeout(again, 1000);
})();
