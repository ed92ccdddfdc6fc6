public import Analytics

/// What the threshold of the peaks-over-threshold method is judged by, of the losses of the basis.
public struct ThresholdFindings: Sendable {
  /// A fit to the worst share of the losses.
  public struct Fit: Sendable {
    public let share: Double
    public let fit: PeaksOverThreshold
    public let risk: TailRisk
    /// Hill's estimate of the shape from the same losses; nil where the threshold is no loss.
    public let hill: Double?
  }

  /// Mean excess of the losses above a threshold.
  public struct MeanExcess: Sendable, Hashable {
    public let threshold: Double
    public let meanExcess: Double
    public let exceedances: Int
  }

  /// The share that `TailMethod.peaksOverThreshold` uses in this analysis.
  public static let chosenShare = 0.1

  public let confidence: Double
  public let fits: [Fit]
  public let meanExcess: [MeanExcess]
}

extension RunAnalysis {
  static func thresholds(
    _ basis: Finding<ReturnBasis>, _ settings: RunAnalysisSettings
  ) -> Finding<ThresholdFindings> {
    basis.flatMap { basis in
      .from { () throws(AnalyticsError) in
        try basis.returns.requireNoRuin()
        let losses = basis.returns.values.map { -$0 }
        let confidence = settings.confidenceLevels.max() ?? 0.99
        let fits = try ThresholdDiagnostics.stability(losses: losses, confidence: confidence).map { found in
          ThresholdFindings.Fit(
            share: found.share, fit: found.fit, risk: found.risk,
            hill: try? ThresholdDiagnostics.hill(losses: losses, largest: found.fit.exceedances))
        }
        guard !fits.isEmpty else {
          throw AnalyticsError(
            series: basis.label,
            reason: .undefined("no share of its losses has the ten exceedances that a fit beyond the level needs"))
        }
        // The worst fifth: the body of the distribution says nothing about a tail.
        let found = try ThresholdDiagnostics.meanExcess(losses: losses).filter { $0.exceedances * 5 <= losses.count }
        // Evenly chosen, the ends among them.
        let kept = found.count <= 60 ? Array(found.indices) : (0..<60).map { $0 * (found.count - 1) / 59 }
        return ThresholdFindings(
          confidence: confidence, fits: fits,
          meanExcess: kept.map {
            .init(
              threshold: found[$0].threshold, meanExcess: found[$0].meanExcess, exceedances: found[$0].exceedances)
          })
      }
    }
  }
}
