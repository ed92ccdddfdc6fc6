/// The page's only script: own code, no library, no evaluation of text, about thirty kilobytes. Everything it shows is
/// already on the page or in its data; without it the page is complete but still.
enum PageScript {
  static let text =
    "(()=>{\"use strict\";\n"
    + StyleSheet.compacted(ScriptParts.basics + ScriptParts.data + ScriptParts.axes + ScriptParts.charts)
    + "\n"
    + StyleSheet.compacted(
      ScriptParts.pointer + ScriptParts.fills + ScriptParts.brush + ScriptParts.span + ScriptParts.tables
        + ScriptParts.start) + "\n})();"
}

/// The script in pieces; each is a string of its own so that none grows beyond reading.
enum ScriptParts {
  /// Elements, numbers and moments, written exactly as the report writes them: with more decimals where rounding would
  /// change a value by more than a twentieth.
  static let basics = #"""
    const D = document, root = D.documentElement;
    const $ = (s, r) => (r || D).querySelector(s), $$ = (s, r) => [...(r || D).querySelectorAll(s)];
    const make = (tag, props, ...kids) => { const e = D.createElement(tag); Object.assign(e, props); e.append(...kids); return e; };
    const esc = s => String(s).replace(/[&<>"']/g, c => "&#" + c.charCodeAt(0) + ";");
    const clamp = (v, a, b) => Math.min(Math.max(v, a), b);
    const minus = "\u2212";
    const fixed = (v, d) => {
      if (!Number.isFinite(v)) return "–";
      const scaled = Math.round(Math.abs(v) * 10 ** d);
      if (scaled >= 2 ** 53) return (v < 0 ? minus : "") + Math.abs(v);
      let digits = String(scaled).padStart(d + 1, "0");
      const whole = digits.slice(0, digits.length - d).replace(/\B(?=(\d{3})+$)/g, ",");
      return (v < 0 && scaled > 0 ? minus : "") + whole + (d ? "." + digits.slice(-d) : "");
    };
    const enough = (v, d, most) => { const a = Math.abs(v); for (let n = d; a > 0 && n <= most; n++) if (Math.abs(Math.round(a * 10 ** n) / 10 ** n - a) <= .05 * a) return n; return d; };
    const text = (code, v, most = 11) => {
      const d = +code.slice(1), p = code[0] === "p", w = p ? v * 100 : v, m = Math.min(code[0] === "m" ? d + 2 : 9, p ? most - 2 : most);
      return fixed(w, enough(w, d, m)) + (p && Number.isFinite(v) ? "%" : "");
    };
    const stepDecimals = step => { let d = 0; while (d < 9 && (Math.abs(step - Math.round(step)) > 1e-6 * Math.max(1, step) || step < .5)) { step *= 10; d++; } return d; };
    const axisText = (code, v, step) => {
      if (code[0] === "p") return fixed(v * 100, stepDecimals(step * 100)) + "%";
      for (const [limit, unit, s] of [[1e9, 1e9, "G"], [1e6, 1e6, "M"], [1e4, 1e3, "k"]])
        if (Math.abs(v) >= limit) return fixed(v / unit, stepDecimals(step / unit)) + s;
      return fixed(v, stepDecimals(step));
    };

    """#

  /// Times are whole steps since the origin; values come as differences of their last decimal.
  static let data = #"""
    const source = $("#data"), run = source ? JSON.parse(source.textContent) : { plots: [] };
    const unitMs = (run.unit || 1e6) / 1e6;
    const originMs = run.origin ? Number(BigInt(run.origin) / 1000n) / 1000 : 0;
    const ms = t => originMs + t * unitMs, step = m => (m - originMs) / unitMs;
    const two = n => String(n).padStart(2, "0");
    const moment = (t, digits) => {
      const m = ms(t), d = new Date(Math.floor(m)), iso = d.toISOString();
      const micro = Math.round((m - Math.floor(m)) * 1000);
      return iso.slice(0, 10) + " " + iso.slice(11, digits ? 23 : 19) + (digits > 3 ? String(micro).padStart(3, "0") : "");
    };
    const running = (list, scale) => { let sum = 0; const out = []; for (const v of list) for (let n = v && v.length ? v[1] : 1; n--;) out.push(v === null ? NaN : (sum += v && v.length ? v[0] : v) / scale); return out; };
    const doubles = base64 => {
      const raw = atob(base64), bytes = new Uint8Array(raw.length);
      for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
      const view = new DataView(bytes.buffer), list = new Float64Array(raw.length / 8);
      for (let i = 0; i < list.length; i++) list[i] = view.getFloat64(8 * i, true);
      return list;
    };
    const basis = run.basis && { ...run.basis, t: running(run.basis.t, 1), e: doubles(run.basis.e), fills: running(run.basis.fills, 1), trips: running(run.basis.trips, 1), wins: running(run.basis.wins, 1), fees: running(run.basis.fees, 10 ** run.basis.d), gains: running(run.basis.gains, 10 ** run.basis.d), losses: running(run.basis.losses, 10 ** run.basis.d) };
    for (const p of run.plots) for (const s of p.s) {
      s.t = running(s.t, 1);
      s.v = running(s.v, 10 ** s.d);
      if (s.w) s.w = running(s.w, s.k === "bars" ? 1 : 10 ** s.d);
      s.f = s.f || p.y;
    }
    const full = [0, Math.max(run.end || 1, 1)];
    let range = full.slice();
    const isFull = () => range[0] <= full[0] && range[1] >= full[1];
    /* The first index whose value is above x. */
    const after = (list, x) => { let a = 0, b = list.length; while (a < b) { const m = (a + b) >> 1; if (list[m] > x) b = m; else a = m + 1; } return a; };

    """#

  /// Round steps of numbers and of the calendar, as in the static pictures.
  static let axes = #"""
    const roundStep = raw => { const p = 10 ** Math.floor(Math.log10(raw) + 1e-9), l = raw / p; return p * (l <= 1.000001 ? 1 : l <= 2.000001 ? 2 : l <= 5.000001 ? 5 : 10); };
    const linearTicks = (a, b, n) => {
      const st = roundStep((b - a) / n), list = [];
      for (let i = Math.ceil(a / st - 1e-9); i * st <= b + st * 1e-9 && list.length < 50; i++) list.push(i * st);
      return [list, st];
    };
    const logTicks = (a, b) => {
      for (const many of [[1], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]]) {
        const list = [];
        for (let p = 10 ** Math.floor(Math.log10(a)); p <= b && list.length < 60; p *= 10) for (const m of many) if (m * p >= a && m * p <= b) list.push(m * p);
        if (list.length > 2) return list;
      }
      return linearTicks(a, b, 4)[0].filter(v => v > 0);
    };
    const monthNames = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
    const clockSteps = [.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 20, 50, 100, 200, 500].concat([1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600].map(s => s * 1e3));
    const timeTicks = (a, b, n) => {
      const from = ms(a), to = ms(b), want = (to - from) / n, st = clockSteps.find(s => s >= want), list = [];
      if (st) {
        for (let m = Math.ceil(from / st - 1e-9) * st; m <= to && list.length < 50; m += st) {
          const d = new Date(m + 1e-6), iso = d.toISOString(), day = d.getUTCDate() + " " + monthNames[d.getUTCMonth()];
          list.push([step(m), st >= 864e5 ? day + (list.length ? "" : " " + d.getUTCFullYear()) : m % 864e5 === 0 ? day : st >= 6e4 ? iso.slice(11, 16) : st >= 1e3 ? iso.slice(11, 19) : st >= 1 ? iso.slice(14, 23) : moment(step(m), 6).slice(14)]);
        }
        return list;
      }
      const months = [1, 2, 3, 6, 12, 24, 60, 120, 240].find(x => x * 2592e6 >= want) || 600, first = new Date(from);
      let i = Math.ceil((first.getUTCFullYear() * 12 + first.getUTCMonth()) / months) * months;
      for (; list.length < 50; i += months) {
        const m = Date.UTC(Math.floor(i / 12), i % 12, 1);
        if (m > to) break;
        if (m < from) continue;
        const year = Math.floor(i / 12), name = monthNames[i % 12];
        list.push([step(m), i % 12 === 0 || months >= 12 ? "" + year : list.length ? name : name + " " + year]);
      }
      return list;
    };

    """#

  /// Draws a plot over the selected range at the width it has on this screen; on paper with the sizes of the still ones, so
  /// that the texts of all charts are alike. A step's row is the one in force at a time, of dots and lines the nearest.
  static let charts = #"""
    const shapes = { circle: "m-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0z", triangleUp: "m0-4.5l4 7h-8z", triangleDown: "m0 4.5l4-7h-8z", square: "m-3-3h6v6h-6z", cross: "m-3-3l6 6m0-6l-6 6" };
    let paper = false;
    const r1 = v => Math.round(v * 10) / 10;
    class Chart {
      constructor(plot) {
        this.plot = plot;
        this.figure = D.getElementById(plot.id);
        this.box = $(".draw", this.figure);
        this.svg = $("svg.plot", this.figure);
        this.body = $(".body", this.svg);
        this.hidden = new Set();
        this.log = false;
        this.height = this.figure.classList.contains("wide") ? 300 : 280;
      }
      shown() { return this.plot.s.filter(s => !this.hidden.has(s.n)); }
      window(s) { return [Math.max(0, after(s.t, range[0]) - 1), Math.min(s.t.length, after(s.t, range[1]) + 1)]; }
      scale() {
        let low = Infinity, high = -Infinity;
        const see = v => { if (v < low) low = v; if (v > high) high = v; };
        for (const s of this.shown()) {
          const [a, b] = this.window(s);
          for (let i = a; i < b; i++) if (s.v[i] === s.v[i]) {
            if (this.log && !(s.v[i] > 0)) continue;
            see(s.v[i]);
            if (s.k === "band" && s.w[i] === s.w[i]) see(s.w[i]);
          }
          if (s.k === "area" || s.k === "bars") see(0);
        }
        for (const r of this.plot.r) if (r[0] === "h") see(r[1]);
        if (this.plot.zero && !this.log) see(0);
        if (!(low <= high)) [low, high] = [0, 1];
        if (this.plot.yr && isFull()) return this.plot.yr;
        if (this.log) return low < high ? [low / 1.02, high * 1.02] : [low / 2, low * 2];
        if (low === high) { const d = low ? Math.max(Math.abs(low) * .05, 1e-9) : this.plot.y[0] === "p" ? .01 : 1; return [low - d, high + d]; }
        const st = roundStep((high - low) / 5);
        return [Math.floor(low / st + 1e-9) * st, Math.ceil(high / st - 1e-9) * st];
      }
      draw() {
        const H = this.height, W = paper ? H > 280 ? 960 : 480 : Math.max(240, this.box.clientWidth);
        if (this.box.clientWidth === 0) return;
        const L = 62, R = W - 14, T = 12, B = H - 30, [lo, hi] = this.scale();
        const lg = Math.log, span = range[1] - range[0] || 1;
        this.x = t => L + (t - range[0]) / span * (R - L);
        this.unx = px => range[0] + (px - L) / (R - L) * span;
        this.y = this.log ? v => B - (lg(Math.max(v, lo)) - lg(lo)) / (lg(hi) - lg(lo)) * (B - T) : v => B - (v - lo) / (hi - lo) * (B - T);
        Object.assign(this, { L, R, T, B, W });
        this.svg.setAttribute("viewBox", `0 0 ${W} ${H}`);
        const clip = this.plot.id + "-clip";
        let h = `<clipPath id="${clip}"><rect x="${L}" y="${T - 6}" width="${R - L}" height="${B - T + 12}"/></clipPath><g class="grid">`;
        const [ticks, st] = this.log ? [logTicks(lo, hi), 0] : linearTicks(lo, hi, 5);
        for (const v of ticks) {
          const y = r1(this.y(v));
          h += `<path d="M${L} ${y}H${R}"${v === 0 ? ' class="zero"' : ""}/><text x="${L - 8}" y="${y}" dy="4" text-anchor="end">${axisText(this.plot.y, v, st || v)}</text>`;
        }
        for (const [t, label] of timeTicks(range[0], range[1], clamp(Math.floor(W / 105), 2, 10)))
          h += `<path d="M${r1(this.x(t))} ${B}v4"/><text x="${r1(this.x(t))}" y="${B + 18}" text-anchor="${this.x(t) + label.length * 3.4 > W ? "end" : "middle"}">${label}</text>`;
        h += `</g><g clip-path="url(#${clip})">`;
        for (const [a, b, label] of this.plot.b) h += `<rect class="shade" x="${r1(this.x(a))}" y="${T}" width="${Math.max(1, r1(this.x(b) - this.x(a)))}" height="${B - T}"><title>${esc(label)}</title></rect>`;
        for (const s of this.shown()) h += this.series(s);
        for (const [a, b, , tag] of this.plot.b) if (tag) h += `<text class="tag" x="${r1((this.x(a) + this.x(b)) / 2)}" y="${B - 5}" text-anchor="middle">${tag}</text>`;
        for (const [way, v, label, c] of this.plot.r) if (way === "h") h += `<path class="rule s${c}" d="M${L} ${r1(this.y(v))}H${R}"/><text class="tag" x="${R - 4}" y="${r1(this.y(v)) - 5}" text-anchor="end">${esc(label)}</text>`;
        this.body.innerHTML = h + '</g><path class="cursor"/><path class="picked"/><rect class="drag"/>';
        this.line = $(".cursor", this.body);
        this.pick = $(".picked", this.body);
        this.dragging = $(".drag", this.body);
      }
      series(s) {
        const [a, b] = this.window(s), dash = s.dash ? " dash" : "", base = r1(clamp(this.y(0), this.T, this.B));
        let d = "", on = false, last, first;
        if (s.k === "dots") {
          for (let i = a; i < b; i++) if (s.v[i] === s.v[i]) d += `<path${s.m === "cross" ? ' class="x"' : ""} d="M${r1(this.x(s.t[i]))} ${r1(this.y(s.v[i]))}${shapes[s.m]}"/>`;
          return `<g class="f${s.c} dots">${d}</g>`;
        }
        if (s.k === "band") {
          let up = "", down = "";
          for (let i = a; i < b; i++) if (s.v[i] === s.v[i]) {
            up += (up ? "L" : "M") + r1(this.x(s.t[i])) + " " + r1(this.y(s.v[i]));
            down = "L" + r1(this.x(s.t[i])) + " " + r1(this.y(s.w[i])) + down;
          }
          return `<path class="f${s.c} band" d="${up}${down}z"/>`;
        }
        for (let i = a; i < b; i++) {
          const v = s.v[i];
          if (v !== v || this.log && !(v > 0)) { on = false; continue; }
          const x = r1(this.x(s.t[i])), y = r1(this.y(v));
          if (first === undefined) first = x;
          d += on ? (s.k === "step" ? "H" + x + "V" + y : "L" + x + " " + y) : "M" + x + " " + y;
          on = true;
          last = x;
        }
        const line = `<path class="s${s.c}${dash}" d="${d}"/>`;
        return s.k === "area" && d ? `<path class="f${s.c} soft" d="${d}L${last} ${base}L${first} ${base}z"/>` + line : line;
      }
      row(s, t) {
        const i = after(s.t, t);
        if (s.k === "step") return i - 1;
        return i > 0 && (i >= s.t.length || t - s.t[i - 1] < s.t[i] - t) ? i - 1 : i;
      }
      values(t) {
        return this.shown().filter(s => s.k !== "dots").map(s => {
          const i = this.row(s, t), v = s.v[i];
          return i < 0 || i >= s.t.length || v !== v ? null : [s, s.k === "band" ? text(s.f, s.w[i], s.d) + " to " + text(s.f, v, s.d) : text(s.f, v, s.d), i];
        }).filter(Boolean);
      }
      cursor(t) {
        if (!this.line) return;
        const inside = t !== null && t >= range[0] && t <= range[1];
        this.line.setAttribute("d", inside ? `M${r1(this.x(t))} ${this.T}V${this.B}` : "");
        this.pick.setAttribute("d", "");
        for (const o of $$(".legend output", this.figure)) o.textContent = "";
        if (inside) for (const [s, value] of this.values(t)) {
          const o = this.readouts && this.readouts.get(s.n);
          if (o) o.textContent = " " + value;
        }
      }
    }
    const charts = run.plots.filter(p => D.getElementById(p.id)).map(p => new Chart(p));
    const digits = () => (range[1] - range[0]) * unitMs > 6e5 ? 0 : (range[1] - range[0]) * unitMs > 1e3 ? 3 : 6;

    """#
}
