// News of the study: whatever says data-refresh is fetched again, and plots are drawn again, when the log has grown.
"use strict";

(() => {
  // how long ago things were, in the words of the server
  function since(seconds) {
    const whole = Math.max(1, Math.round(seconds));
    if (whole < 60) return `${whole} s`;
    const [size, name] = [[86400, "d"], [3600, "h"], [60, "min"]].find(([size]) => whole >= size);
    return `${Math.floor(whole / size)} ${name}`;
  }
  setInterval(() => {
    // what was expected by now, and of which there is no news, is no longer promised
    for (const promise of document.querySelectorAll("[data-until]"))
      promise.hidden = Number(promise.dataset.until) < Date.now() / 1000;
    for (const time of document.querySelectorAll("time[data-at]")) {
      const passed = since(Date.now() / 1000 - Number(time.dataset.at));
      const words = time.dataset.words.replace("%", passed);
      if (time.textContent !== words) time.textContent = words;
    }
  }, 1000);

  const badge = document.getElementById("live");
  if (!badge) return;
  const PAUSE = 200; // milliseconds between two rounds, whatever happens meanwhile

  const say = (state, words) => {
    badge.className = `live ${state}`;
    if (badge.textContent !== words) badge.textContent = words;
  };

  // A function that asks for some work: one round at a time. What happened during one is told by the next, which waits
  // the longer, the more a round costs. Words and plots go at paces of their own, as plots take much longer.
  function paced(work) {
    let busy = false;
    let missed = false;
    async function round() {
      if (busy || document.hidden) {
        missed = true;
        return;
      }
      busy = true;
      missed = false;
      const begin = performance.now();
      try {
        await work();
      } catch {
        missed = true;
      }
      setTimeout(() => {
        busy = false;
        if (missed) round();
      }, Math.max(PAUSE, performance.now() - begin));
    }
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && missed) round();
    });
    return round;
  }

  const plots = paced(() => window.redraw?.());

  async function refresh(part) {
    if (part.dataset.once === "True") return; // nothing that it says can change
    if (part.querySelector("form :checked[name=t], details[open], :focus")) return; // somebody is at work there
    const answer = await fetch(part.dataset.refresh, { headers: { "hx-request": "true" } });
    if (!answer.ok) return;
    let text = await answer.text();
    if (part.dataset.part) {
      const found = new DOMParser().parseFromString(text, "text/html").querySelector(part.dataset.part);
      if (!found) return;
      text = found.innerHTML;
    }
    if (text === part.lastText || !part.isConnected) return;
    part.lastText = text;
    const drawn = new Map([...part.querySelectorAll("[data-plot]")].map((box) => [box.dataset.plot, box]));
    part.innerHTML = text;
    for (const box of part.querySelectorAll("[data-plot]"))
      if (drawn.has(box.dataset.plot)) box.replaceWith(drawn.get(box.dataset.plot));
      else plots();
    window.htmx?.process(part);
  }

  const words = paced(() => Promise.all([...document.querySelectorAll("[data-refresh]")].map(refresh)));

  // the browser connects again by itself after a cut, but not after an answer that is an error
  let source = null;
  let position = badge.dataset.position;
  function connect() {
    source?.close();
    source = new EventSource(`${badge.dataset.events}?since=${position}`);
    source.onopen = () => say("on", "live");
    source.onerror = () => {
      say("off", "connection lost, trying again …");
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
    };
    source.onmessage = (event) => {
      position = event.data;
      say("on", "live");
      words();
      plots();
    };
    source.addEventListener("gone", () => {
      source.close();
      say("off", "the study has been deleted");
    });
  }
  document.addEventListener("hpo:reconnect", connect);
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => event.persisted && connect());
  // not before the scripts behind this one have run: what is news to the headline must be drawn, too
  document.addEventListener("DOMContentLoaded", connect);
})();
