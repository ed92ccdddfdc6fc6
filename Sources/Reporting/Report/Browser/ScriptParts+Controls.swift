extension ScriptParts {
  /// Hover with exact values, synced cursors, drag to zoom, and the same by keyboard.
  static let pointer = #"""
    const live = make("div", { className: "live" });
    live.setAttribute("aria-live", "polite");
    const tip = make("div", { className: "tip", hidden: true });
    let cursorTime = null, target = -1;
    const tell = fill => { const hash = "#fill-" + fill; if (location.hash === hash) recall(); else location.hash = hash; };
    const point = (chart, t, px, py) => {
      cursorTime = t;
      target = -1;
      for (const c of charts) c.cursor(t);
      if (!chart || t === null) { tip.hidden = true; return ""; }
      let lines = [moment(t, digits()) + " UTC"];
      for (const [s, value] of chart.values(t)) lines.push((s.n || "value") + "  " + value);
      if (py !== undefined) {
        let best = 144, hit = null;
        for (const s of chart.shown()) if (s.k === "dots") {
          const [a, b] = chart.window(s);
          for (let i = a; i < b; i++) {
            const d = (chart.x(s.t[i]) - px) ** 2 + (chart.y(s.v[i]) - py) ** 2;
            if (d < best) { best = d; hit = [s, i]; }
          }
        }
        if (hit) {
          const [s, i] = hit;
          chart.pick.setAttribute("d", `M${r1(chart.x(s.t[i]))} ${r1(chart.y(s.v[i]))}m-7 0a7 7 0 1 0 14 0a7 7 0 1 0-14 0z`);
          lines = [moment(s.t[i], digits() || 3) + " UTC", s.n + "  " + (s.l ? s.l[i] : text(s.f, s.v[i], s.d))].concat(lines.slice(1));
          if (s.h) { target = s.h[i]; lines.push("Click: why fill " + target); }
        }
      }
      chart.box.append(tip);
      tip.textContent = lines.join("\n");
      tip.hidden = false;
      const x = px === undefined ? chart.x(t) : px, w = tip.offsetWidth, free = chart.box.clientWidth - w - 2;
      tip.style.left = clamp(x + 14 + w > chart.box.clientWidth ? x - w - 14 : x + 14, 0, Math.max(0, free)) + "px";
      return lines.join("; ");
    };
    const wire = chart => {
      const box = chart.box;
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", $("h3", chart.figure).textContent + ": arrow keys move the cursor, plus and minus zoom, Escape shows the whole run" + (chart.plot.s.some(s => s.h) ? ", Enter explains the nearest fill" : ""));
      box.style.touchAction = "pan-y";
      let start = null;
      const place = e => { const r = box.getBoundingClientRect(); return [e.clientX - r.left, e.clientY - r.top]; };
      box.addEventListener("pointerdown", e => { if (e.button === 0 && chart.unx) { start = clamp(place(e)[0], chart.L, chart.R); if (e.pointerType === "mouse") box.setPointerCapture(e.pointerId); } });
      box.addEventListener("pointermove", e => {
        if (!chart.unx) return;
        const [px, py] = place(e), x = clamp(px, chart.L, chart.R);
        point(chart, clamp(chart.unx(x), ...range), x, py);
        if (start !== null) for (const [k, v] of Object.entries({ x: Math.min(start, x), y: chart.T, width: Math.abs(x - start), height: chart.B - chart.T })) chart.dragging.setAttribute(k, r1(v));
      });
      const end = e => {
        if (start === null) return;
        const x = clamp(place(e)[0], chart.L, chart.R), from = start;
        start = null;
        chart.dragging.setAttribute("width", 0);
        if (e.type === "pointerup" && Math.abs(x - from) > 6) setRange(chart.unx(Math.min(x, from)), chart.unx(Math.max(x, from)));
        else if (e.type === "pointerup" && target >= 0) tell(target);
      };
      box.addEventListener("pointerup", end);
      box.addEventListener("pointercancel", end);
      box.addEventListener("pointerleave", () => { if (start === null) point(null, null); });
      box.addEventListener("dblclick", () => setRange(...full));
      box.addEventListener("keydown", e => {
        const lead = chart.shown().find(s => s.k !== "band" && s.t.length), t = cursorTime === null ? range[0] : cursorTime, w = range[1] - range[0];
        if (!lead) return;
        const near = chart.row(lead, t), go = i => { live.textContent = point(chart, clamp(lead.t[clamp(i, 0, lead.t.length - 1)], ...range)); };
        const [first, last] = [after(lead.t, range[0] - 1e-9), after(lead.t, range[1]) - 1], jump = Math.max(1, Math.round((last - first) / 20));
        const keys = {
          ArrowRight: () => go(near + 1), ArrowLeft: () => go(near - 1), PageDown: () => go(near + jump), PageUp: () => go(near - jump),
          Home: () => go(first), End: () => go(last), "+": () => setRange(t - w / 4, t + w / 4), "=": () => setRange(t - w / 4, t + w / 4),
          Enter: () => {
            let best = Infinity, fill = -1;
            for (const s of chart.shown()) if (s.h) s.t.forEach((x, i) => { if (Math.abs(x - t) < best) { best = Math.abs(x - t); fill = s.h[i]; } });
            if (fill >= 0) tell(fill);
          },
          "-": () => setRange(t - w, t + w), Escape: () => { point(null, null); setRange(...full); },
        };
        if (keys[e.key] && !e.ctrlKey && !e.metaKey && !e.altKey) { keys[e.key](); e.preventDefault(); }
      });
      chart.readouts = new Map();
      for (const item of $$(".legend li", chart.figure)) {
        const name = item.dataset.n, button = make("button", { type: "button" }), out = make("output");
        button.append(...item.childNodes);
        button.setAttribute("aria-pressed", "true");
        button.title = "Show or hide";
        item.append(button, out);
        chart.readouts.set(name, out);
        button.addEventListener("click", () => {
          const hide = !chart.hidden.has(name);
          if (hide) chart.hidden.add(name); else chart.hidden.delete(name);
          button.setAttribute("aria-pressed", String(!hide));
          chart.draw();
        });
      }
      const row = make("div", { className: "row" });
      if (chart.plot.log) {
        const log = make("button", { className: "tool", type: "button", textContent: "Log scale" });
        log.setAttribute("aria-pressed", "false");
        log.addEventListener("click", () => { chart.log = !chart.log; log.setAttribute("aria-pressed", String(chart.log)); log.textContent = chart.log ? "Linear scale" : "Log scale"; chart.draw(); });
        row.append(log);
      }
      const csv = make("button", { className: "tool", type: "button", textContent: "CSV of the curves" });
      csv.addEventListener("click", () => {
        const lines = [["series", "time", "value", "lower"]];
        for (const s of chart.plot.s) s.t.forEach((t, i) => lines.push([s.n, new Date(ms(t)).toISOString(), s.v[i] === s.v[i] ? s.v[i] : "", s.k === "band" ? s.w[i] : ""]));
        download(chart.plot.id, lines);
      });
      row.append(csv);
      chart.box.after(row);
    };

    """#

  /// The selected span: one strip that drives every chart, the table and the address.
  static let brush = #"""
    let strip, win, handles = [], spanText, queued = false;
    const least = () => Math.max(2, (full[1] - full[0]) / 5000);
    const setRange = (a, b, quiet) => {
      if (!(a < b)) [a, b] = [b, a];
      const width = Math.max(b - a, least());
      a = clamp(a, full[0], full[1] - least());
      range = [a, clamp(a + width, a + least(), full[1])];
      if (width >= full[1] - full[0]) range = full.slice();
      if (!queued) { queued = true; requestAnimationFrame(() => { queued = false; redraw(); }); }
      if (!quiet) remember();
    };
    const redraw = () => {
      for (const c of charts) c.draw();
      if (strip) {
        const part = t => (t - full[0]) / (full[1] - full[0]) * 100;
        win.style.left = part(range[0]) + "%";
        win.style.right = 100 - part(range[1]) + "%";
        handles.forEach((h, i) => {
          h.style.left = part(range[i]) + "%";
          h.setAttribute("aria-valuenow", String(Math.round(part(range[i]) * 10) / 10));
          h.setAttribute("aria-valuetext", moment(range[i], digits()));
        });
        spanText.textContent = isFull() ? "Whole run" : moment(range[0], digits()) + " to " + moment(range[1], digits()) + (basis && basis.e[after(basis.t, range[0])] <= 0 ? ": the account was already gone" : "");
      }
      if (basis) fillSpan();
    };
    const remember = () => {
      const hash = isFull() ? "" : "#range=" + new Date(ms(range[0])).toISOString() + ".." + new Date(ms(range[1])).toISOString();
      try { history.replaceState(null, "", hash || location.pathname + location.search); } catch (e) { if (hash) location.hash = hash; }
    };
    const recall = () => {
      const found = /^#range=([^.]+\.?[^.]*)\.\.(.+)$/.exec(decodeURIComponent(location.hash));
      if (found) {
        const [a, b] = [step(Date.parse(found[1])), step(Date.parse(found[2]))];
        if (Number.isFinite(a) && Number.isFinite(b)) setRange(a, b, true);
      } else if (location.hash.length > 1) {
        const id = location.hash.slice(1), fill = /^fill-(\d{1,15})$/.exec(id), target = D.getElementById(id) || fill && storyOf(+fill[1]);
        for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
        if (target && target.tagName === "DETAILS") { const head = $("summary", target); head.scrollIntoView({ block: "start" }); head.focus({ preventScroll: true }); }
      }
    };
    const makeBrush = () => {
      const host = $("#brush"), lead = charts.map(c => c.plot.s.find(s => s.k === "line" && s.n === "Equity")).find(Boolean) || (charts[0] && charts[0].plot.s.find(s => s.k !== "band"));
      if (!host || !lead || lead.t.length < 2) return;
      strip = make("div", { className: "strip" });
      win = make("div", { className: "window" });
      let low = Infinity, high = -Infinity, d = "";
      for (const v of lead.v) { if (v < low) low = v; if (v > high) high = v; }
      lead.t.forEach((t, i) => { if (lead.v[i] === lead.v[i]) d += (d ? "L" : "M") + r1(t / full[1] * 1000) + " " + r1(36 - (lead.v[i] - low) / (high - low || 1) * 32); });
      strip.innerHTML = `<svg viewBox="0 0 1000 40" preserveAspectRatio="none" aria-hidden="true"><path class="s1 thin" vector-effect="non-scaling-stroke" d="${d}"/></svg>`;
      handles = ["Start", "End"].map((name, i) => {
        const h = make("button", { className: "handle", type: "button" });
        h.setAttribute("role", "slider");
        h.setAttribute("aria-label", name + " of the selected span");
        h.setAttribute("aria-valuemin", "0");
        h.setAttribute("aria-valuemax", "100");
        h.addEventListener("keydown", e => {
          const by = { ArrowLeft: -.01, ArrowRight: .01, ArrowDown: -.01, ArrowUp: .01, PageDown: -.1, PageUp: .1, Home: -2, End: 2 }[e.key];
          if (!by) { if (e.key === "Escape") setRange(...full); return; }
          const next = range.slice(), room = least();
          next[i] = clamp(next[i] + by * (full[1] - full[0]), i ? range[0] + room : full[0], i ? full[1] : range[1] - room);
          setRange(...next);
          e.preventDefault();
        });
        return h;
      });
      strip.append(win, ...handles);
      spanText = make("output", { className: "span-text" });
      const whole = make("button", { className: "tool", type: "button", textContent: "Show all" });
      whole.addEventListener("click", () => setRange(...full));
      const box = make("div", { className: "brush" }, strip, spanText, whole);
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", "Selected span of time");
      host.append(box);
      let mode = null, from = 0, old = range;
      const time = e => { const r = strip.getBoundingClientRect(); return full[0] + clamp((e.clientX - r.left) / r.width, 0, 1) * (full[1] - full[0]); };
      strip.addEventListener("pointerdown", e => {
        const i = handles.indexOf(e.target);
        from = time(e);
        old = range.slice();
        mode = i >= 0 ? i : e.target === win && !isFull() ? "move" : "new";
        strip.setPointerCapture(e.pointerId);
        if (i >= 0) e.target.focus();
        e.preventDefault();
      });
      strip.addEventListener("pointermove", e => {
        if (mode === null) return;
        const t = time(e);
        if (mode === "new") { if (Math.abs(t - from) > (full[1] - full[0]) / 300) setRange(from, t, true); }
        else if (mode === "move") { const by = clamp(t - from, full[0] - old[0], full[1] - old[1]); setRange(old[0] + by, old[1] + by, true); }
        else { const next = old.slice(); next[mode] = t; setRange(...next, true); }
      });
      const done = () => { if (mode !== null) { mode = null; remember(); } };
      strip.addEventListener("pointerup", done);
      strip.addEventListener("pointercancel", done);
    };

    """#

  /// The figures of the selected span, by the formulas of the table.
  static let span = #"""
    const figuresOf = (a, b) => {
      const lo = a <= full[0] ? 0 : after(basis.t, a), hi = b >= full[1] ? basis.t.length : after(basis.t, b), n = hi - lo;
      if (n <= 0) return {};
      const e = basis.e, r = [];
      let ruined = false;
      for (let i = lo; i < hi; i++) {
        if (i > 0 && e[i] <= 0 || ruined) { r.push(0); continue; }
        if (e[i + 1] <= 0) { ruined = true; r.push(-1); } else r.push(e[i + 1] / e[i] - 1);
      }
      const sum = list => { let s = 0; for (let i = lo; i < hi; i++) s += list[i]; return s; };
      const between = list => list[hi - 1] - (lo ? list[lo - 1] : 0);
      const year = basis.year, P = year || 1, root = Math.sqrt(P);
      const py = basis.c === "backtesting.py", lean = basis.c === "lean", emp = basis.c === "empyrical", mar = basis.mar[0];
      let total = 1, mean = 0, peak = 1, level = 1, deep = 0, best = -Infinity, worst = Infinity, wins = 0, zeros = 0, down = 0;
      r.forEach((v, i) => {
        total *= 1 + v; mean += v;
        if (i || !emp) { level *= 1 + v; if (level > peak) peak = level; deep = Math.min(deep, level / peak - 1); }
        best = Math.max(best, v); worst = Math.min(worst, v);
        if (v > 0) wins++; else if (!v) zeros++;
        down += Math.min(v - (py ? 0 : mar), 0) ** 2;
      });
      total -= 1; mean /= n;
      let m2 = 0, m3 = 0;
      for (const v of r) { m2 += (v - mean) ** 2; m3 += (v - mean) ** 3; }
      const same = r.every(v => v === r[0]), sd = n > 1 ? (same ? 0 : Math.sqrt(m2 / (n - 1))) : NaN, side = Math.sqrt(down / n);
      const date = i => Math.floor((ms(basis.t[i]) - 1) / 864e5);
      const years = lean ? (date(hi - 1) - date(lo) + 1) / 365 : n / P;
      const growth = year && total > -1 ? Math.expm1(Math.log1p(total) / years) : NaN;
      const annual = v => Math.expm1(Math.log1p(v) * P), spread = list => { const m = list.reduce((s, v) => s + v, 0) / list.length; return list.length > 1 ? Math.sqrt(list.reduce((s, v) => s + (v - m) ** 2, 0) / (list.length - 1)) : 0; };
      const mid = worst <= -1 ? 0 : Math.expm1(r.reduce((s, v) => s + Math.log1p(v), 0) / n), g = (1 + mid) ** 2;
      const wide = py ? Math.sqrt(Math.max(0, (sd * sd + g) ** P - g ** P)) : sd * root, low = (lean ? spread(r.filter(v => v < mar)) : side) * root;
      const grown = py ? annual(mid) : annual(mean), counted = n - (emp ? zeros : 0);
      const sorted = Float64Array.from(r).sort(), exact = .05 * n, rank = clamp(Math.ceil(exact - 1e-9), 1, n), q = sorted[rank - 1];
      let tail = 0;
      for (let i = 0; i < rank - 1; i++) tail += sorted[i];
      const trips = sum(basis.trips), losses = between(basis.losses);
      const past = { profit: e[hi] - e[lo], periods: n, fills: sum(basis.fills), fees: between(basis.fees), trades: trips, win_rate: trips ? sum(basis.wins) / trips : NaN, profit_factor: losses > 0 ? between(basis.gains) / losses : NaN };
      return e[lo] <= 0 ? past : {
        ...past, total_return: total, cagr: growth, volatility: wide,
        sharpe: !(sd > 0 && wide > 0) ? NaN : py || lean ? (grown - basis.rf[1]) / wide : (mean - basis.rf[0]) / sd * root,
        sortino: !(n > 1 && low > 0) ? NaN : py || lean ? (grown - basis.mar[1]) / low : (mean - mar) * P / low, max_drawdown: deep, calmar: deep < 0 ? growth / -deep : NaN,
        best_period: best, worst_period: worst, win_periods: wins / counted, var_95: -q,
        es_95: Math.max(-(tail + (exact - rank + 1) * q) / exact, -q),
        skewness: n > 2 && sd > 0 ? Math.sqrt(n * (n - 1)) / (n - 2) * (m3 / n) / (m2 / n) ** 1.5 : NaN,
      };
    };
    const spanRows = $$("table.span tr[data-k]").map(row => [row.dataset.k, row.dataset.f, $(".selected", row)]);
    const fillSpan = () => {
      const found = figuresOf(...range);
      for (const [key, style, cell] of spanRows) {
        const v = found[key];
        cell.textContent = v === undefined || !Number.isFinite(v) ? "–" : text(style, v);
        cell.dataset.v = v === undefined || !Number.isFinite(v) ? "" : v;
      }
    };

    """#

  /// Sorting and export of tables.
  static let tables = #"""
    const download = (name, lines) => {
      const cell = v => { let s = String(v); if (typeof v === "string" && /^[=+@\t\r-]/.test(s) && !Number.isFinite(+s)) s = "'" + s; return /[",\n\r]/.test(s) ? '"' + s.replace(/"/g, '""') + '"' : s; };
      const link = make("a", { href: URL.createObjectURL(new Blob([lines.map(l => l.map(cell).join(",")).join("\r\n") + "\r\n"], { type: "text/csv" })), download: name + ".csv" });
      D.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(link.href), 1e4);
    };
    const raw = td => { const v = td && td.dataset.v !== undefined ? td.dataset.v : td ? td.textContent : ""; const part = v.endsWith("%") ? 100 : 1, plain = v.replace(/,|%$/g, "").replace(minus, "-"); return plain !== "" && Number.isFinite(+plain) ? +plain / part : v; };
    const sortable = table => {
      const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
      heads.forEach((th, column) => {
        const button = make("button", { type: "button" });
        button.append(...th.childNodes);
        th.append(button);
        button.addEventListener("click", () => {
          const up = th.getAttribute("aria-sort") !== "ascending";
          for (const h of heads) h.removeAttribute("aria-sort");
          th.setAttribute("aria-sort", up ? "ascending" : "descending");
          const rows = [...body.rows].map((r, i) => [raw(r.cells[column]), i, r]);
          const empty = v => v === "–" || v === "";
          rows.sort((a, b) => {
            if (empty(a[0]) !== empty(b[0])) return empty(a[0]) ? 1 : -1;
            const d = typeof a[0] === "number" && typeof b[0] === "number" ? a[0] - b[0] : String(a[0]).localeCompare(String(b[0]));
            return (up ? d : -d) || a[1] - b[1];
          });
          body.append(...rows.map(r => r[2]));
        });
      });
    };
    const exportable = table => {
      if (table.closest(".book")) return;
      const button = make("button", { className: "tool", type: "button", textContent: "CSV" }), name = (table.caption || {}).textContent || "table";
      button.setAttribute("aria-label", "CSV of " + name);
      button.addEventListener("click", () => download(name.toLowerCase().replace(/[^a-z0-9]+/g, "-"), [...table.rows].filter(r => !r.hidden).map(r => [...r.cells].map(c => c.tagName === "TH" && c.scope === "col" ? c.textContent : raw(c)))));
      const row = make("div", { className: "row" }, button);
      (table.closest(".scroll") || table).after(row);
    };
    const filter = host => {
      const table = $("table", host), input = make("input", { className: "filter", type: "search", placeholder: "Filter rows" });
      input.setAttribute("aria-label", "Filter rows");
      input.addEventListener("input", () => { const q = input.value.toLowerCase(); for (const r of table.tBodies[0].rows) r.hidden = !r.textContent.toLowerCase().includes(q); });
      host.prepend(input);
    };

    """#

  /// Puts everything in place.
  static let start = #"""
    root.classList.add("js");
    D.body.append(live);
    const tools = $("#tools");
    if (tools) {
      const theme = make("button", { className: "tool", type: "button" }), names = ["auto", "light", "dark"];
      const stored = () => { try { return localStorage.getItem("lockstep-theme"); } catch (e) { return null; } };
      let now = names.includes(stored()) ? stored() : "auto";
      const show = () => { if (now === "auto") delete root.dataset.theme; else root.dataset.theme = now; theme.textContent = "Theme: " + now; };
      theme.addEventListener("click", () => { now = names[(names.indexOf(now) + 1) % 3]; try { localStorage.setItem("lockstep-theme", now); } catch (e) {} show(); });
      show();
      const print = make("button", { className: "tool", type: "button", textContent: "Print" });
      print.addEventListener("click", () => window.print());
      tools.append(theme, print);
    }
    for (const c of charts) wire(c);
    $$("table.sortable").forEach(sortable);
    $$("table.sortable,table.heat").forEach(exportable);
    $$(".filterable").forEach(filter);
    makeBrush();
    chooser();
    recall();
    redraw();
    window.addEventListener("hashchange", recall);
    let width = root.clientWidth;
    window.addEventListener("resize", () => { if (root.clientWidth !== width) { width = root.clientWidth; setRange(...range, true); } });
    let opened = [];
    window.addEventListener("beforeprint", () => { paper = true; redraw(); opened = $$("details:not(.data):not(.story):not([open])"); for (const d of opened) d.open = true; });
    window.addEventListener("afterprint", () => { for (const d of opened) d.open = false; paper = false; redraw(); });

    """#
}
