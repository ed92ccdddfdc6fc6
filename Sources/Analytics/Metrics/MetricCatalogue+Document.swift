extension MetricCatalogue {
  /// The catalogue as a Markdown document: every metric with its formula and where conventions differ.
  public var document: String {
    var lines = [
      "# Metrics", "",
      "Generated from the catalogue; a test compares this file with it. `LOCKSTEP_WRITE_METRICS=1 swift test --filter "
        + "metricsDocument` writes it anew.", "",
      "r are returns per session of equity sampled at the close, flat days kept, the first one from the starting capital; "
        + "n is their number and P the sessions a year, stored with each value. rf and MAR are annual rates, rf_p and MAR_p "
        + "the rates per session that compound to them. b are the benchmark's returns. Losses of the value-at-risk group "
        + "are positive. A metric that has no value for a run says why instead.", "",
      "Runs of few sessions have the same figures of equal steps within them, from the close less the session's length to the "
        + "close; what happened since the last close is in a session's first step. The last step ends with the session or "
        + "the run: what is left over after whole steps is a step of its own, or lengthens the last one where it is less than "
        + "half of one, so that all of them together are the run's result. The figures of a lane that a risk control stopped end when it holds "
        + "nothing any more; if it keeps positions, they go on to the end of the run.", "",
    ]
    for group in MetricGroup.allCases {
      let members = definitions.filter { $0.group == group }
      guard !members.isEmpty else { continue }
      lines += ["## \(group.rawValue)", "", "| id | name | unit | better | formula |", "|---|---|---|---|---|"]
      for metric in members {
        var formula = Self.cell(metric.formula())
        for convention in MetricConvention.allCases where metric.differs(under: convention) {
          formula += "<br>*\(convention.rawValue)*: " + Self.cell(metric.formula(convention))
        }
        let better =
          switch metric.orientation {
          case .higherIsBetter: "higher"
          case .lowerIsBetter: "lower"
          case .neutral: ""
          }
        let cells = ["`\(metric.id)`", Self.cell(metric.name), metric.unit.rawValue, better, formula]
        lines.append("| " + cells.joined(separator: " | ") + " |")
      }
      lines.append("")
    }
    lines += [
      "## Sessions", "",
      "Which days count, how long a session lasts and how many make a year (P) follow from the venue's code in the data, up to "
        + "the first `.`, `-` or `#`. Days end at the first of 22:00, 01:00 and 06:00 UTC after which nothing traded on Fridays, or "
        + "else at the close below. Of other venues, or of several that differ, the hours of the week in which the market traded "
        + "decide: every day and 365, or Monday to Friday and 252. Weekdays on which nothing moved in any market of the run, such "
        + "as holidays, are no sessions; where fewer than three quarters of the weekdays from the first session to the last are left, of at "
        + "least three sessions over six weeks, as with bars of weeks or months, P is counted instead: 365.25 (n - 1) over the days "
        + "between them, and said so with it. A close later than the venue's own makes the session as long as what is traded. "
        + "Lanes are sampled wherever a session may close. The scenario's `metrics.calendar`, `session_close`, "
        + "`session_hours` and `periods_per_year` win over all.", "",
      "| venues | codes | days | P | hours | close, UTC |", "|---|---|---|---|---|---|",
    ]
    for row in VenueSessions.table {
      let cells = [
        row.name, row.codes.joined(separator: ", "), row.isEveryDay ? "every day" : "Monday to Friday",
        "\(Int(row.periodsPerYear))", "\(row.sessionHours)", "\(Int(row.closeHour)):00",
      ]
      lines.append("| " + cells.map(Self.cell).joined(separator: " | ") + " |")
    }
    lines += [
      "", "## Standard errors and intervals", "",
      "Stored beside the value with the words that say where they come from (`standard_error_method`, `method`).", "",
      "| id | standard error | interval |", "|---|---|---|",
    ]
    let resampled = "percentiles of the stationary bootstrap"
    for (id, error, interval) in [
      ("sharpe", "sqrt((1 - skew SR + (kurt-1)/4 SR^2)/(n-1)) * sqrt(P), SR per period (Mertens 2002)", resampled),
      (
        "sortino",
        "sd of (x - m)/d - m (s^2 - d^2)/(2 d^3), over sqrt(n), * sqrt(P): x = r - MAR_p, m = mean(x), "
          + "s = min(x, 0), d^2 = mean(s^2) (delta method)", resampled
      ),
      ("cagr", "(1 + CAGR) P sd(log(1 + r))/sqrt(n) (delta method)", resampled),
      ("max_drawdown", "deviation over the resamples of the stationary bootstrap", resampled),
      ("volatility", "volatility * sqrt((kurt - 1)/(4n)) (delta method)", resampled),
      (
        "reality_check", "sqrt(p (1 - p)/(B + 1)), B resamples: the Monte Carlo error of the p-value",
        "normal, within 0 and 1"
      ),
      ("spa", "as the reality check's", "normal, within 0 and 1"),
    ] {
      lines.append("| `\(id)` | " + [error, interval].map(Self.cell).joined(separator: " | ") + " |")
    }
    lines += [
      "",
      "Other standard errors hold for independent observations and give a normal interval, no further than the figure can "
        + "lie. Shares of trades, days and paths have Wilson's interval, and no error where they are 0 or 1. Figures of a "
        + "simulation have "
        + "the error from their number of paths. Under a convention with a definition of its own a metric has no resampled "
        + "interval.", "",
    ]
    return lines.joined(separator: "\n")
  }

  /// Text as it must stand in a cell of a table.
  private static func cell(_ text: String) -> String {
    var result = ""
    for character in text {
      if "|*_<\\".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }
}
