"""Opens a page in headless Chromium and checks that it behaves: no console message, no request leaves the file, the brush
recomputes the right numbers, the keyboard works, nothing overflows a phone, forced colours hide nothing. Speaks the DevTools protocol over a pipe, so
that the standard library is enough.

    python3 check.py PAGE.html [--screenshots FOLDER] [--hostile] [--kind run|compare|index]

Prints one line a check and exits with 1 when one fails, with 3 when there is no Chromium.
"""
import argparse
import base64
import json
import math
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time


def find_browser():
    for name in (os.environ.get("LOCKSTEP_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        path = name and shutil.which(name)
        if path:
            return path
    return None


class Browser:
    """One headless Chromium with one page."""

    def __init__(self, program):
        self.profile = tempfile.mkdtemp(prefix="lockstep-browser-")
        to_child, self.send_end = os.pipe()
        self.receive_end, from_child = os.pipe()

        def hand_over():
            os.dup2(to_child, 13), os.dup2(from_child, 14)
            os.dup2(13, 3), os.dup2(14, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
             "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
             "--disable-extensions", f"--user-data-dir={self.profile}", "--remote-debugging-pipe", "about:blank"],
            pass_fds=(3, 4), preexec_fn=hand_over, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_child), os.close(from_child)
        self.buffer, self.number, self.events = b"", 0, []
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "DOM", "Accessibility"):
            self.call(domain + ".enable")

    def read(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.receive_end], [], [], left)[0]:
                raise TimeoutError("the browser does not answer")
            part = os.read(self.receive_end, 1 << 20)
            if not part:
                raise ConnectionError("the browser ended")
            self.buffer += part
        line, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(line)

    def call(self, method, timeout=120, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.send_end, data):]
        deadline = time.monotonic() + timeout
        while True:
            answer = self.read(deadline)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"].get("exception", {}).get("description", "exception"))
        return result["result"].get("value")

    def until(self, expression, seconds=20):
        """The value of an expression once it is true, or its last value: a busy machine is late, not wrong."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                value = self.evaluate(expression)
            except RuntimeError:
                # Between two documents there is none to ask.
                if time.monotonic() > deadline:
                    raise
                value = None
            if value or time.monotonic() > deadline:
                return value
            time.sleep(0.05)

    def size(self, width, height, dark=False, media="", features=()):
        # Nothing glides unless a check asks for it, so places that were measured stay where they are.
        features = features or [("prefers-reduced-motion", "reduce")]
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
                            *({"name": name, "value": value} for name, value in features)])

    def open(self, url):
        self.call("Page.navigate", url=url)
        place = json.dumps(url.split("#")[0])
        self.until(f"document.readyState === 'complete' && location.href.split('#')[0] === {place}", 60)
        self.settle()

    def settle(self):
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")

    def key(self, name, text=""):
        for kind in ("keyDown", "keyUp"):
            extra = {"text": text} if text and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=name, **extra)
        self.settle()

    def mouse(self, kind, x, y):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="none" if kind == "mouseMoved" else "left",
                  buttons=1, clickCount=1)

    def picture(self, path, whole=True):
        if whole:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 15000), "scale": 1}
            data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
        else:
            data = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


FAILURES = []


def check(name, passes, detail=""):
    print(f"{'ok  ' if passes else 'FAIL'} {name}{'' if passes or not detail else ': ' + str(detail)[:400]}", flush=True)
    if not passes:
        FAILURES.append(name)


def complaints(browser, url):
    """Console messages, exceptions and requests beyond the file itself."""
    found = []
    for event in browser.events:
        method, data = event.get("method"), event.get("params", {})
        if method == "Runtime.consoleAPICalled":
            found.append(f"console: {data['args']}")
        elif method == "Runtime.exceptionThrown":
            found.append(f"exception: {data['exceptionDetails'].get('exception', {}).get('description')}")
        elif method == "Log.entryAdded":
            found.append(f"log: {data['entry']['text']}")
        elif method == "Network.requestWillBeSent":
            target = data["request"]["url"]
            if target.split("#")[0] != url and not target.startswith(("data:", "about:", "blob:")):
                found.append(f"request: {target}")
    return found


def independent_figures(data, low, high):
    """The span's figures again from the page's data, by other code than the page's."""
    import struct

    def runs(values):
        total, out = 0, []
        for value in values:
            step, count = value if isinstance(value, list) else (value, 1)
            for _ in range(count):
                total += step
                out.append(total)
        return out

    basis = data["basis"]
    times = runs(basis["t"])
    raw = base64.b64decode(basis["e"])
    equity = struct.unpack(f"<{len(raw) // 8}d", raw)
    rows = [row for row, time in enumerate(times) if low < time <= high]
    if len(rows) < 2:
        return {}
    returns, ruined = [], False
    for row in rows:
        # The loss of everything is -100 %, and nothing comes after it.
        gone = ruined or row > 0 and equity[row] <= 0
        ruined = gone or equity[row + 1] <= 0
        returns.append(0 if gone else -1 if ruined else equity[row + 1] / equity[row] - 1)
    count, year = len(returns), basis["year"] or 1
    mean = math.fsum(returns) / count
    deviation = math.sqrt(math.fsum((r - mean) ** 2 for r in returns) / (count - 1))
    wealth, peak, deepest = 1.0, 1.0, 0.0
    for value in returns:
        wealth *= 1 + value
        peak = max(peak, wealth)
        deepest = min(deepest, wealth / peak - 1)
    ratio = {"sharpe": mean / deviation * math.sqrt(year)} if deviation > 0 else {}
    return ratio | {
        "profit": equity[rows[-1] + 1] - equity[rows[0]], "total_return": wealth - 1,
        "volatility": deviation * math.sqrt(year),
        "max_drawdown": deepest, "best_period": max(returns), "worst_period": min(returns), "periods": count,
        "fills": sum(runs(basis["fills"])[row] for row in rows), "win_periods": sum(r > 0 for r in returns) / count,
    }


def check_span(browser):
    whole = browser.evaluate(
        "[...document.querySelectorAll('table.span tr[data-k]')].map(r => [r.dataset.k, r.cells[1].textContent, "
        "r.cells[2].textContent])")
    # Where nothing was sampled, there is nothing to compute anew.
    is_empty = any(row[0] == "periods" and row[1] == "0" for row in whole)
    wrong = [] if is_empty else [row for row in whole if row[1] != row[2]]
    check("the script computes the whole run as the report does", not wrong, wrong)
    data = json.loads(browser.evaluate("document.querySelector('#data').textContent"))
    end = data["end"]
    if len(data["basis"]["t"]) == 0 or not browser.evaluate("!!document.querySelector('.strip')"):
        return
    box = browser.evaluate("(r => [r.left, r.top, r.width, r.height])(document.querySelector('.strip').getBoundingClientRect())")
    first, last = box[0] + 0.25 * box[2], box[0] + 0.7 * box[2]
    middle = box[1] + box[3] / 2
    browser.mouse("mousePressed", first, middle)
    for part in range(1, 9):
        browser.mouse("mouseMoved", first + (last - first) * part / 8, middle)
    browser.mouse("mouseReleased", last, middle)
    browser.settle()
    check("the brush writes the span into the address", browser.until("location.hash.startsWith('#range=')"))
    low, high = ((place - box[0]) / box[2] * end for place in (first, last))
    expected = independent_figures(data, low, high)
    got = dict(browser.evaluate(
        "[...document.querySelectorAll('table.span tr[data-k]')].map(r => [r.dataset.k, +r.cells[2].dataset.v])"))
    wrong = {key: (got.get(key), value) for key, value in expected.items()
             if not math.isclose(got.get(key) or 0, value, rel_tol=1e-9, abs_tol=1e-9)}
    check("the brushed span's figures are right", not wrong, wrong)
    link = browser.evaluate("location.hash")
    text = browser.evaluate("document.querySelector('.span-text').textContent")
    url = browser.evaluate("location.href.split('#')[0]")
    browser.open("about:blank")
    browser.open(url + link)
    check("a deep link restores the span", browser.evaluate("document.querySelector('.span-text').textContent") == text)
    browser.evaluate("document.querySelectorAll('.handle')[0].focus()")
    before = browser.evaluate("document.querySelectorAll('.handle')[0].getAttribute('aria-valuenow')")
    browser.key("ArrowRight")
    after = browser.evaluate("document.querySelectorAll('.handle')[0].getAttribute('aria-valuenow')")
    check("arrow keys move a handle of the brush", float(after) > float(before), (before, after))
    browser.key("Escape")
    check("Escape shows the whole run", browser.evaluate("document.querySelector('.span-text').textContent") == "Whole run")


def check_charts(browser):
    count = browser.evaluate("document.querySelectorAll('figure.time').length")
    if not count:
        return
    browser.evaluate("document.querySelector('figure.time .draw').focus()")
    browser.key("ArrowRight")
    browser.key("ArrowRight")
    live = browser.evaluate("document.querySelector('.live').textContent")
    check("arrow keys read values aloud", "UTC" in live and any(c.isdigit() for c in live), live)
    lines = browser.evaluate("[...document.querySelectorAll('.cursor')].filter(c => c.getAttribute('d')).length")
    check("the cursor shows in every chart over time", lines == count, (lines, count))
    if browser.evaluate(
            "[...document.querySelectorAll('table.span tr[data-k=periods]')].some(r => r.cells[1].textContent === '0')"):
        return
    browser.key("+", "+")
    check("plus zooms", browser.until("location.hash.startsWith('#range=')"))
    browser.key("Escape")
    browser.evaluate("document.querySelector('figure.time').scrollIntoView({block: 'center', behavior: 'instant'})")
    browser.settle()
    tip = ""
    for attempt in range(40):
        box = browser.evaluate(
            "(r => [r.left, r.top, r.width, r.height])(document.querySelector('figure.time .draw').getBoundingClientRect())")
        # Another place each time: a pointer that stays where it was is no event.
        browser.mouse("mouseMoved", box[0] + box[2] * (0.6 - 0.002 * attempt), box[1] + box[3] * 0.5)
        browser.settle()
        tip = browser.evaluate("document.querySelector('.tip').hidden ? '' : document.querySelector('.tip').textContent")
        if "UTC" in tip:
            break
        time.sleep(0.05)
    check("hovering shows exact values", "UTC" in tip, tip)
    toggled = browser.evaluate(
        "(() => { const b = document.querySelector('figure.time .legend button'); if (!b) return true; const f = "
        "b.closest('figure'), all = () => f.querySelectorAll('.body g path[class^=s],.body path[class^=f],.body .dots').length, n = all(); b.click(); "
        "const less = all() < n; b.click(); return less && b.getAttribute('aria-pressed') === 'true'; })()")
    check("the legend hides and shows a series", toggled)


def check_fills(browser):
    """A mark in the price chart opens the explanation of its fill, by mouse and by keyboard."""
    place = browser.evaluate("""
        (() => {
          const f = document.querySelector('figure[id^=price-]'); if (!f) return null;
          f.scrollIntoView({block: 'center', behavior: 'instant'});
          const marks = [...f.querySelectorAll('.dots path')].map(e => e.getBoundingClientRect());
          const box = f.querySelector('.draw').getBoundingClientRect();
          return marks.filter(r => r.left > box.left + 70 && r.right < box.right - 20).map(r => [(r.left + r.right) / 2, (r.top + r.bottom) / 2]);
        })()""")
    if not place:
        return
    opened = ""
    for x, y in place[:40]:
        browser.mouse("mouseMoved", x, y)
        browser.settle()
        if "why fill" in browser.evaluate("document.querySelector('.tip').textContent"):
            browser.mouse("mousePressed", x, y)
            browser.mouse("mouseReleased", x, y)
            opened = browser.until("location.hash.startsWith('#fill-') && location.hash") or ""
            break
    check("clicking a fill opens its explanation", opened.startswith("#fill-") and browser.evaluate(
        "document.querySelector(location.hash).open"), opened)
    browser.evaluate("for (const d of document.querySelectorAll('.story[open]')) d.open = false; history.replaceState(null, '', location.pathname)")
    browser.evaluate("document.querySelector('figure[id^=price-] .draw').focus()")
    browser.key("ArrowRight")
    browser.key("Enter", "\r")
    check("Enter opens the nearest fill's explanation and goes there", browser.until(
        "!!document.querySelector('.story[open]') && document.activeElement.tagName === 'SUMMARY'"))
    browser.evaluate("for (const d of document.querySelectorAll('.story[open]')) d.open = false; history.replaceState(null, '', location.pathname)")


def check_any_fill(browser, path):
    """Going to a fill by its number opens its words as the report has them, and a command where the page has none."""
    with open(path) as file:
        expected = json.load(file)
    wrong = {}
    for number, words in expected["told"].items():
        browser.evaluate(f"location.hash = '#fill-{number}'")
        got = browser.until(
            f"(s => s && s.open && [s.querySelector('summary').textContent.replace(/ book$/, ''), "
            f"s.querySelector('p').textContent, s.querySelector('.note, figure') !== null])"
            f"(document.getElementById('fill-{number}'))")
        if got != words + [True]:
            wrong[number] = (got, words)
    check(f"each of {len(expected['told'])} fills opens its reason as the report words it", not wrong, wrong)
    last = expected["count"] - 1
    browser.evaluate("document.querySelector('.goto input').focus()")
    browser.call("Input.insertText", text=str(expected["untold"]))
    browser.key("Enter", "\r")
    got = browser.until(
        f"(s => s && s.open && s.querySelector('p').textContent)(document.getElementById('fill-{expected['untold']}'))")
    check("a fill without words says so, and by which command it is told",
          got and f"explain {expected['run']} {expected['untold']} " in got
          and f"--fills {expected['untold']}" in got, got)
    browser.evaluate("document.querySelector('.goto input').value = ''")
    browser.evaluate("document.querySelector('.goto input').focus()")
    browser.call("Input.insertText", text=str(last + 1))
    browser.evaluate("document.querySelector('.goto button').click()")
    said = browser.evaluate("document.querySelector('.goto output').textContent")
    check("a number beyond the last fill is answered", f"0 to {last:,}" in said, said)
    order = browser.evaluate("[...document.querySelectorAll('.stories > *')].map(e => +e.id.slice(5))")
    check("opened fills stand in order", order == sorted(order), order)


def check_tables(browser):
    result = browser.evaluate(
        "(() => { const t = document.querySelector('table.sortable:has(td.n)'); if (!t) return true; const b = "
        "t.querySelector('th.n button'); const i = b.closest('th').cellIndex; b.click(); const v = [...t.tBodies[0].rows].map("
        "r => r.cells[i].dataset.v !== undefined ? r.cells[i].dataset.v : r.cells[i].textContent).filter(x => x !== '' && "
        "x !== '–').map(x => +x.replace(/,/g, '').replace('\\u2212', '-')); return v.every((x, k) => !k || v[k - 1] <= x); })()")
    check("tables sort by number", result)


def check_downloads(browser):
    """A table's CSV holds raw numbers, one line a row."""
    result = browser.evaluate("""
        (async () => {
          const t = document.querySelector('table.sortable:has(td.n)'); if (!t) return 'none';
          const keep = URL.createObjectURL; let blob = null;
          URL.createObjectURL = b => { blob = b; return 'blob:none'; };
          HTMLAnchorElement.prototype.click = function () {};
          const b = [...document.querySelectorAll('.row button')].find(b => (b.getAttribute('aria-label') || '') === 'CSV of ' + t.caption.textContent);
          if (!b) return 'no button';
          b.click(); URL.createObjectURL = keep; delete HTMLAnchorElement.prototype.click;
          const lines = (await blob.text()).split('\\r\\n');
          const fields = lines[1].match(/("([^"]|"")*"|[^,]*)(,|$)/g).length;
          return lines.length - 2 === [...t.tBodies[0].rows].filter(r => !r.hidden).length && fields >= t.rows[0].cells.length ? 'right' : lines.slice(0, 3).join(' | ');
        })()""")
    check("a table is exported as CSV", result in ("right", "none"), result)


def check_media(browser, folder):
    """Forced colours keep every line and text visible; reduced motion stops the page from gliding."""
    browser.size(1440, 900, features=[("forced-colors", "active")])
    browser.settle()
    found = browser.evaluate("""
        (() => {
          const bad = new Set(), seen = c => c && c !== 'none' && !/rgba\\(.*, 0\\)/.test(c);
          const ground = getComputedStyle(document.body).backgroundColor;
          for (const e of document.querySelectorAll('svg.plot .body path, svg.plot .body rect, svg.plot text, svg.spark path')) {
            if (!e.getClientRects().length || e.closest('clipPath') || e.matches('.shade,.drag,.cursor,.picked') || e.closest('details:not([open])')) continue;
            if (e.tagName === 'path' && !e.getAttribute('d')) continue;
            const s = getComputedStyle(e);
            const marks = [seen(s.fill) && +s.fillOpacity > 0 && s.fill, seen(s.stroke) && s.stroke].filter(Boolean);
            if (marks.length && marks.every(c => c === ground)) bad.add(e.tagName + '.' + (e.getAttribute('class') || e.parentNode.getAttribute('class')));
            if (!marks.length) bad.add('nothing drawn ' + e.tagName + '.' + (e.getAttribute('class') || e.parentNode.getAttribute('class')));
          }
          return matchMedia('(forced-colors: active)').matches ? [...bad] : ['not emulated'];
        })()""")
    check("forced colours hide no mark and no text", not found, found)
    check("text contrast holds under forced colours", not browser.evaluate(CONTRAST), browser.evaluate(CONTRAST))
    if folder:
        browser.picture(f"{folder}/1440-forced.png")
    for value, expected in (("reduce", "auto"), ("no-preference", "smooth")):
        browser.size(1440, 900, features=[("prefers-reduced-motion", value)])
        got = browser.evaluate("getComputedStyle(document.documentElement).scrollBehavior")
        check(f"prefers-reduced-motion: {value} scrolls {expected}", got == expected, got)
    browser.size(1440, 900, features=[("prefers-reduced-motion", "reduce")])
    moving = browser.evaluate(
        "[...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e); return s.animationName !== 'none' || "
        "parseFloat(s.transitionDuration) > 0; }).length")
    check("nothing moves by itself", moving == 0, moving)
    browser.size(1440, 900)


def check_index(browser):
    rows = browser.evaluate("document.querySelectorAll('.filterable tbody tr').length")
    check("every run has its row, link and curve", rows > 0 and browser.evaluate(
        "[...document.querySelectorAll('.filterable tbody tr')].every(r => r.querySelector('a[href]')) && "
        "!!document.querySelector('.filterable tbody svg.spark path[d]')"), rows)
    browser.evaluate("document.querySelector('input.filter').focus()")
    first = browser.evaluate("document.querySelector('.filterable tbody tr a').textContent")
    browser.call("Input.insertText", text=first)
    browser.settle()
    shown = browser.evaluate("[...document.querySelectorAll('.filterable tbody tr')].filter(r => !r.hidden).length")
    check("typing filters the runs", 0 < shown < max(rows, 2), (shown, rows))
    browser.evaluate("(i => { i.value = ''; i.dispatchEvent(new Event('input')); })(document.querySelector('input.filter'))")
    browser.evaluate("document.querySelector('.filterable th.n button').focus()")
    browser.key("Enter", "\r")
    check("Enter sorts by a column", browser.evaluate("!!document.querySelector('.filterable th[aria-sort]')"))


def check_compare(browser):
    check("each run has its curve in one picture", browser.evaluate(
        "document.querySelectorAll('#curves .legend li').length >= 2"))
    if browser.evaluate("document.querySelector('#curves').classList.contains('time')"):
        check("the comparison has the brush", browser.evaluate("!!document.querySelector('.strip')"))
        browser.evaluate("document.querySelector('#curves .draw').focus()")
        browser.key("ArrowRight")
        values = browser.evaluate("[...document.querySelectorAll('#curves .legend output')].filter(o => o.textContent).length")
        check("one cursor reads all curves", values >= 2, values)
        browser.evaluate("[...document.querySelectorAll('#curves button.tool')].find(b => b.textContent === 'Log scale')?.click()")
        check("the scale becomes logarithmic", browser.evaluate(
            "[...document.querySelectorAll('#curves button.tool')].some(b => b.textContent === 'Linear scale')"))


def check_structure(browser):
    check("one h1, landmarks and a language", browser.evaluate(
        "document.querySelectorAll('h1').length === 1 && !!document.querySelector('main') && !!document.querySelector('header') "
        "&& document.documentElement.lang === 'en'"))
    check("every id is unique", browser.evaluate(
        "(ids => ids.length === new Set(ids).size)([...document.querySelectorAll('[id]')].map(e => e.id))"))
    check("every chart has a title and a description", browser.evaluate(
        "[...document.querySelectorAll('svg.plot')].every(s => s.querySelector('title').textContent && "
        "s.querySelector('desc') && s.getAttribute('aria-labelledby').split(' ').every(i => document.getElementById(i)))"))
    check("every chart has its data table", browser.evaluate(
        "[...document.querySelectorAll('figure')].every(f => f.querySelector('details.data table'))"))
    check("no inline styles or handlers in the file", browser.evaluate(
        "fetch ? ![...document.querySelectorAll('main *')].some(e => [...e.attributes].some(a => a.name.startsWith('on'))) : true"))
    check("controls have names", browser.evaluate(
        "[...document.querySelectorAll('button,input,[role=slider]')].every(e => (e.getAttribute('aria-label') || "
        "e.textContent).trim())"))


CONTRAST = """
(() => {
  const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => { const f = v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
  const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length && (c[3] === undefined || c[3] > .95)) return c; } return [255, 255, 255]; };
  const bad = new Set();
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('svg') && e.tagName !== 'text') continue;
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    if (['SCRIPT', 'STYLE'].includes(e.tagName) || !e.getClientRects().length) continue;
    const s = getComputedStyle(e), c = parse(e.tagName === 'text' ? s.fill : s.color), a = light(c), b = light(ground(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5 && s.opacity > .9) bad.add(e.tagName + '.' + (e.getAttribute('class') || '') + ' ' + ratio.toFixed(2));
  }
  return [...bad];
})()
"""


def run(arguments):
    program = find_browser()
    if not program:
        print("skip: no Chromium; install Debian's package chromium or set LOCKSTEP_CHROMIUM")
        return 3
    url = "file://" + os.path.abspath(arguments.page)
    browser = Browser(program)
    folder = arguments.screenshots
    if folder:
        os.makedirs(folder, exist_ok=True)
    try:
        browser.size(1440, 900)
        started = time.monotonic()
        browser.open(url)
        print(f"     opened in {time.monotonic() - started:.2f} s, {os.path.getsize(arguments.page)} bytes")
        if arguments.fills:
            check_any_fill(browser, arguments.fills)
            found = complaints(browser, url)
            check("no console message and no request", not found, found)
            return 1 if FAILURES else 0
        check_structure(browser)
        if arguments.kind == "run":
            check_span(browser)
        check_charts(browser)
        check_fills(browser)
        check_tables(browser)
        check_downloads(browser)
        if arguments.kind == "index":
            check_index(browser)
        if arguments.kind == "compare":
            check_compare(browser)
        check_media(browser, folder)
        if arguments.hostile:
            check("no foreign element was made", browser.evaluate(
                "document.querySelectorAll('img,iframe,object,embed').length === 0 && document.scripts.length <= 2"))
        for width, height in ((1440, 900), (768, 1024), (390, 844)):
            browser.size(width, height)
            browser.open("about:blank")
            browser.open(url)
            over = browser.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            culprits = browser.evaluate(
                "[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll,.draw,pre') && "
                "e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).slice(0, 4)"
                ".map(e => e.tagName + '.' + (e.getAttribute('class') || ''))")
            check(f"nothing overflows at {width} px", over <= 0, (over, culprits))
            for dark in (False, True):
                browser.size(width, height, dark=dark)
                browser.settle()
                if width == 1440:
                    found = browser.evaluate(CONTRAST)
                    check(f"text contrast is 4.5 to 1 or better, {'dark' if dark else 'light'}", not found, found)
                if folder:
                    browser.picture(f"{folder}/{width}-{'dark' if dark else 'light'}.png")
        browser.size(1440, 900)
        if folder:
            data = browser.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True, timeout=300)["data"]
            with open(f"{folder}/print.pdf", "wb") as file:
                file.write(base64.b64decode(data))
        found = complaints(browser, url)
        check("no console message and no request", not found, found)
        browser.call("Emulation.setScriptExecutionDisabled", value=True)
        browser.size(1000, 900)
        browser.call("Page.navigate", url="about:blank")
        browser.call("Page.navigate", url=url)
        stands, deadline = False, time.monotonic() + 20
        while not stands and time.monotonic() < deadline:
            shown = json.dumps(browser.call("DOM.getDocument", depth=-1)["root"])
            stands = arguments.kind == "index" or (
                shown.count('"svg"') > 1 and '"table"' in shown and '"button"' not in shown)
            time.sleep(0.05)
        check("without scripts the pictures and tables stand", stands)
        if folder:
            browser.picture(f"{folder}/no-script.png")
    finally:
        browser.close()
    return 1 if FAILURES else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("page")
    parser.add_argument("--screenshots")
    parser.add_argument("--hostile", action="store_true")
    parser.add_argument("--fills", help="check only that the fills of this JSON file are told as it says")
    parser.add_argument("--kind", default="run", choices=["run", "compare", "index"])
    sys.exit(run(parser.parse_args()))
