import Analytics

/// The risk of positions held together, and what each adds.
enum PortfolioRiskTables {
  static func add(_ context: ReportContext, _ content: inout SectionContent) {
    guard let found = context.figures.analysis.portfolioRisk.value else { return }
    func cell(_ value: Double?) -> DataTable.Cell { value.map { .init($0, context.money) } ?? .init("–") }
    func percent(_ level: Double) -> String { Format.plain(level * 100, 2) + "%" }
    let reasons = Format.refusals(
      found.entries.compactMap { entry in
        entry.risk.reason.map { ("\(entry.method.rawValue) at \(percent(entry.confidence))", $0) }
      })
    content.add(
      DataTable(
        columns: ["Method", "Level", "Value at risk", "± error", "Expected shortfall", "± error"],
        rows: found.entries.map { entry in
          [
            .init(entry.method.rawValue), .init(percent(entry.confidence)), cell(entry.risk.value?.valueAtRisk),
            cell(entry.valueAtRiskError), cell(entry.risk.value?.expectedShortfall), cell(entry.expectedShortfallError),
          ]
        },
        note: "\(Format.count(found.scenarios)) scenarios for each copula, whose correlations are of ranks"
          + (found.degreesOfFreedom.value.map { "; the t copula has \(Format.plain($0, 1)) degrees of freedom, fitted" }
            ?? "")
          + "." + (reasons.isEmpty ? "" : " Left out: " + reasons.joined(separator: "; ") + ".")),
      title: "Positions together", isWide: true,
      introduction: "Of \(Format.counted(found.positions.count, "position")) at \(Format.moment(found.time)), over one "
        + "period of \(found.label).")
    guard
      let division = found.divisions.last(where: { $0.method == .normal }), let parts = division.contributions.value
    else { return }
    content.add(
      DataTable(
        columns: ["Position", "Value", "Marginal", "Component", "Component shortfall", "Incremental"],
        rows: found.positions.enumerated().map { place, position in
          [
            .init(position.symbol), cell(position.value), .init(parts.marginalValueAtRisk[place], .percent(3)),
            cell(parts.componentValueAtRisk[place]), cell(parts.componentExpectedShortfall[place]),
            cell(parts.incrementalValueAtRisk[place]),
          ]
        },
        note:
          "Components add up to the whole; incremental is what the value at risk would fall by without the position."),
      title: "What each position adds, normal \(percent(division.confidence))", isWide: true)
  }
}
