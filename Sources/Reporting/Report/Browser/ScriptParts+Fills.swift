extension ScriptParts {
  /// Fills that only the data tells of: they get their place among the others when somebody goes there.
  static let fills = #"""
    const told = run.fills, records = new Map((told ? told.rows : []).map(row => { const v = row.split("|"); return [+v[0], v]; }));
    const weave = (phrases, values) => phrases.map((p, i) => p + (i + 1 < phrases.length ? values.shift() : "")).join("");
    const storyOf = n => {
      const host = $(".stories");
      if (!told || !host || n >= told.count) return null;
      const record = records.get(n), kept = told.kept.includes(n), [noRoom, noWindow, noWords] = told.missing;
      const code = command => make("code", { textContent: command + n });
      const head = make("summary", {}, make("b", { textContent: n }), " "), text = make("p"), story = make("details", { className: "story", id: "fill-" + n }, head, text);
      if (record) {
        const values = record.slice(2), [what, why] = told.words[record[1]];
        head.append(weave(what, values));
        text.append(weave(why, values));
        story.append(make("p", { className: "note" }, (kept ? noRoom : noWindow) + " ", code(kept ? told.page : told.explain)));
      } else {
        head.append("not told in this page");
        text.append(noWords + " ", code(told.explain), " and, in a page like this" + (kept ? " with its order book" : "") + ", by ", code(told.page));
      }
      host.insertBefore(story, [...host.children].find(e => +e.id.slice(5) > n) || null);
      return story;
    };
    const chooser = () => {
      const host = $(".stories");
      if (!told || !host) return;
      const input = make("input", { className: "filter", type: "number", min: 0, max: told.count - 1, placeholder: "0 to " + (told.count - 1) });
      const button = make("button", { className: "tool", type: "button", textContent: "Go to fill" }), said = make("output");
      input.setAttribute("aria-label", "Number of a fill");
      const go = () => {
        const n = input.valueAsNumber, is = Number.isInteger(n) && n >= 0 && n < told.count;
        said.textContent = is ? "" : "Fills are 0 to " + fixed(told.count - 1, 0) + ".";
        if (is) tell(n);
      };
      button.addEventListener("click", go);
      input.addEventListener("keydown", e => { if (e.key === "Enter") go(); });
      host.before(make("div", { className: "row goto" }, input, button, said));
    };

    """#
}
