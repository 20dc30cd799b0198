// Draws each figure.plot from the JSON at its address, in the colours of the page.
"use strict";

(() => {
  const CONFIG = { responsive: true, displaylogo: false, showSendToCloud: false, plotlyServerURL: "" };
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  // the greys and the blue of the figures, and what they are on a dark page; other colours are seen on both
  const DARK = {
    "#1f2933": "#e4e9ef", "#7b8794": "#9aa7b5", "#e4e7eb": "#2c3744", "#9aa5b1": "#5d6b7a", "#cbd2d9": "#4a5866",
    "#eef1f4": "#222c37", "#52606d": "#a9b5c1", "#0072b2": "#4ba3e0", white: "#161d26", "#ffffff": "#161d26",
    "#440154": "#8a6fd0", "#472d7b": "#7c7ad6", "#3b528b": "#5f8fd0", "#2c728e": "#45a0bd", "#21918c": "#2fb0a6",
    "#28ae80": "#45c08e", "rgba(255,255,255,": "rgba(22,29,38,", "rgba(0,114,178,": "rgba(75,163,224,", "rgba(31,41,51,": "rgba(228,233,239,",
  };

  // every colour within a value, which stands under a key that names colours, or within such a one
  function coloured(value, isColour) {
    if (typeof value === "string") {
      if (!isColour) return value;
      const low = value.toLowerCase().replaceAll(" ", "");
      const begin = low.startsWith("rgba(") ? low.slice(0, low.lastIndexOf(",") + 1) : low;
      return begin in DARK ? DARK[begin] + low.slice(begin.length) : value;
    }
    if (Array.isArray(value)) return value.map((one) => coloured(one, isColour));
    if (value === null || typeof value !== "object") return value;
    if ("bdata" in value) return value;
    for (const key of Object.keys(value)) value[key] = coloured(value[key], /colou?r(s|scale|way)?$/i.test(key));
    return value;
  }

  function themed(figure) {
    if (dark.matches) coloured(figure, false);
    const page = getComputedStyle(document.documentElement).getPropertyValue("--paper").trim();
    Object.assign(figure.layout.template.layout, { paper_bgcolor: page, plot_bgcolor: page });
  }

  // plotly.js in three sizes; the small ones, which plotly calls basic and cartesian, are read in a fraction of the time.
  // The page names the one that draws what it shows first before this script. Their first line, which is ours, asks for
  // all of it to be compiled at once: Chromium does so beside the page's own thread, which would take longer for it,
  // function by function, as they are run
  const { basic, cartesian, plotly, named } = document.currentScript.dataset;
  const DRAWN_BY = { [basic]: ["bar", "scatter"], [cartesian]: ["bar", "contour", "heatmap", "scatter"] };

  function smallest(types) {
    return [named, basic, cartesian].find((src) => types.every((type) => DRAWN_BY[src].includes(type))) ?? plotly;
  }

  const read = window.Plotly ? { [named]: window.Plotly } : {};
  function drawing(src) {
    return (read[src] ??= new Promise((resolve, reject) => {
      document.head.append(Object.assign(document.createElement("script"), { src, onload: () => resolve(window.Plotly), onerror: reject }));
    }));
  }

  function note(box, words) {
    const paragraph = document.createElement("p");
    paragraph.className = "note";
    paragraph.textContent = words;
    clear(box, paragraph);
  }

  function clear(box, ...inside) {
    box.drawnBy?.purge(box);
    box.replaceChildren(...inside);
    box.drawnBy = null;
  }

  async function draw(box) {
    const asked = (box.asked = (box.asked ?? 0) + 1);
    try {
      const answer = await fetch(box.dataset.plot);
      const text = await answer.text();
      if (asked !== box.asked) return; // a later one is on its way
      if (box.drawnBy && text === box.lastText) return;
      const figure = JSON.parse(text);
      if (!answer.ok) return note(box, figure.error);
      const library = await drawing(smallest(figure.data.map(({ type }) => type)));
      if (asked !== box.asked) return;
      box.lastText = text;
      themed(figure);
      figure.layout.uirevision = "kept"; // a zoom and hidden lines outlive news
      const isNarrow = box.clientWidth < 560;
      if (isNarrow) narrow(figure.layout, figure.data);
      const isNew = box.drawnBy !== library;
      if (isNew) clear(box);
      await library.react(box, figure.data, figure.layout, { ...CONFIG, displayModeBar: isNarrow ? false : "hover" });
      if (isNew && figure.layout.meta?.rulers) box.on("plotly_selected", (selected) => brushed(box, selected?.range));
      box.drawnBy = library;
      box.classList.add("drawn");
      box.dispatchEvent(new CustomEvent("drawn", { bubbles: true }));
    } catch {
      if (!box.drawnBy) note(box, "The plot could not be loaded.");
    }
  }

  // what fits beside each other on a desk lies below each other on a telephone
  function narrow(layout, data) {
    const margin = (layout.margin = { r: 12, b: 56, ...layout.margin, l: Math.min(46, layout.margin.l) });
    const top = margin.t ?? 90;
    if (layout.title) {
      layout.title = { ...layout.title, font: { size: 15 } };
      const lines = (layout.title.subtitle?.text ?? "").split("<br>").join(" ").match(/\S.{0,46}(?=\s|$)/g) ?? [];
      const more = lines.length - (layout.title.subtitle?.text ?? "").split("<br>").length;
      if (lines.length) layout.title.subtitle = { ...layout.title.subtitle, text: lines.join("<br>") };
      margin.t = top + Math.max(0, 16 * more);
    }
    layout.height = (layout.height ?? 450) + margin.t - top;
    if (!layout.showlegend) return;
    const rows = Math.ceil(data.filter((trace) => trace.showlegend !== false && trace.name).length / 2);
    margin.t -= 24;
    margin.b += 22 * rows;
    layout.height += 22 * rows - 24;
    const inside = layout.height - margin.t - margin.b;
    layout.legend = { ...layout.legend, yref: "paper", y: -52 / inside, yanchor: "top", x: 0 };
  }

  // the conditions for the table that a box over some rulers stands for
  function conditions(rulers, { x, y }) {
    const [from, to] = [Math.min(...x), Math.max(...x)];
    const query = new URLSearchParams();
    rulers.forEach(({ column, left, right, log, choices }, row) => {
      if (column === null || row < Math.min(...y) || row > Math.max(...y)) return;
      if (choices) {
        const last = Math.max(choices.length - 1, 1);
        choices.forEach((choice, i) => i / last >= from && i / last <= to && query.append(`is.${column}`, choice));
        return;
      }
      const at = (place) => (log ? left * (right / left) ** place : left + (right - left) * place);
      const ends = [from <= 0 ? null : at(from), to >= 1 ? null : at(to)];
      const [low, high] = right >= left ? ends : ends.reverse();
      if (low !== null) query.append(`min.${column}`, low);
      if (high !== null) query.append(`max.${column}`, high);
    });
    return query;
  }

  async function brushed(box, range) {
    const place = document.getElementById("brushed");
    if (!place) return;
    if (!range?.x) return place.replaceChildren();
    const query = conditions(JSON.parse(box.lastText).layout.meta.rulers, range);
    const answer = await fetch(`${place.dataset.table}?${query}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...[page.querySelector("#table")].filter(Boolean));
  }

  const all = () => [...document.querySelectorAll("[data-plot]")];
  window.redraw = () => Promise.all(all().map(draw));
  dark.addEventListener("change", () => {
    for (const box of all()) box.lastText = null;
    window.redraw();
  });
  document.addEventListener("htmx:after:swap", () => window.redraw());
  window.redraw();
})();
