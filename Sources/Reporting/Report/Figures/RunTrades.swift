import Analytics

/// The trades of a run as its report reads them: a view of what the analysis found.
struct RunTrades: Sendable {
  let findings: TradeFindings

  var trips: [RoundTrip] { findings.fillToFill.trips }
  var open: [OpenLots] { findings.fillToFill.open }
  var statistics: TradeStatistics { findings.statistics }
  var execution: ExecutionQuality { findings.execution }
  var shortfall: Part<ImplementationShortfall> { Part(findings.shortfall) }
  var decisionShortfall: Part<DecisionShortfall> { Part(findings.decisionShortfall) }
}
