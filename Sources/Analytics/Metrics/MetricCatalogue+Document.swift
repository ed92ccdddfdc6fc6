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
