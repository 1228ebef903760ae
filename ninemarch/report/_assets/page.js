// What the page can do with scripts on; without them it is complete all the same. No request, no storage, no eval.
(() => {
  "use strict";
  const all = (query, root = document) => [...root.querySelectorAll(query)];

  // Failures: only those that match every chosen filter and hold the words.
  const list = document.getElementById("failure-list");
  const filters = document.getElementById("failure-filters");
  if (list && filters) {
    const rows = all("details.failure", list);
    const said = filters.querySelector("output");
    const apply = () => {
      const words = filters.querySelector("input").value.trim().toLowerCase();
      let shown = 0;
      for (const row of rows) {
        const chosen = all("select", filters).every(s => !s.value || row.dataset[s.name] === s.value);
        const found = !words || row.textContent.toLowerCase().includes(words);
        row.hidden = !(chosen && found);
        shown += row.hidden ? 0 : 1;
      }
      said.textContent = `${shown} of ${rows.length} shown`;
    };
    filters.addEventListener("input", apply);
    filters.hidden = false;
    apply();
  }

  // Two attributes crossed: one table at a time.
  const picker = document.getElementById("cross-picker");
  if (picker) {
    const tables = all(".cross");
    const show = () => tables.forEach((table, i) => { table.open = true; table.hidden = String(i) !== picker.value; });
    picker.addEventListener("input", show);
    picker.parentElement.hidden = false;
    show();
  }

  // Charts: plotly takes the place of the drawing once it comes into view.
  const packed = document.getElementById("plotly");
  if (!packed || !window.DecompressionStream || !window.IntersectionObserver) return;
  const colour = word => {
    const [name, opacity] = word.slice(6).split("/");
    const hex = getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
    if (!opacity) return hex;
    const parts = [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16));
    return `rgba(${parts.join(",")},${opacity})`;
  };
  const themed = value => {
    if (typeof value === "string") return value.startsWith("token:") ? colour(value) : value;
    if (Array.isArray(value)) return value.map(themed);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, themed(v)]));
    return value;
  };
  const inflate = async () => {
    const url = packed.dataset.src;
    if (url) {
      await new Promise((done, failed) => {
        const script = document.createElement("script");
        Object.assign(script, { src: url, onload: done, onerror: failed });
        document.head.append(script);
      });
      return;
    }
    const bytes = Uint8Array.from(atob(packed.textContent.trim()), c => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
  };
  let loading = null;
  const drawn = new Map();
  const draw = async figure => {
    loading = loading || inflate();
    await loading;
    const spec = JSON.parse(figure.querySelector("script").textContent);
    const narrow = window.matchMedia("(max-width: 759px)").matches;
    const layout = themed({ ...spec.layout, ...(narrow ? spec.narrow : {}) });
    let plot = drawn.get(figure);
    if (!plot) {
      plot = document.createElement("div");
      plot.className = "plot";
      plot.setAttribute("role", "img");
      plot.setAttribute("aria-label", figure.querySelector("svg[role=img]").getAttribute("aria-label"));
      figure.append(plot);
    }
    await window.Plotly.react(plot, themed(spec.data), layout, { displayModeBar: false, responsive: true, doubleClick: false });
    figure.classList.add("drawn");
    drawn.set(figure, plot);
  };
  const safely = figure => draw(figure).catch(() => figure.classList.remove("drawn"));
  const watcher = new IntersectionObserver(entries => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      watcher.unobserve(entry.target);
      safely(entry.target);
    }
  }, { rootMargin: "80px" });
  all("figure.chart").forEach(figure => watcher.observe(figure));
  const again = () => [...drawn.keys()].forEach(safely);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  window.matchMedia("(max-width: 759px)").addEventListener("change", again);
})();
