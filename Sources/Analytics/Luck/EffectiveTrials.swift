import Numerics

/// How many independent trials a search with correlated variants amounts to.
public enum EffectiveTrials: String, Sendable, Hashable, CaseIterable {
  /// (Σ λ)² / Σ λ² of the correlation matrix: the participation ratio of its eigenvalues. The default.
  case participationRatio = "participation ratio of eigenvalues"
  /// ρ̄ + (1 − ρ̄) N with the mean correlation ρ̄ (Bailey and López de Prado 2014, appendix 3).
  case meanCorrelation = "mean correlation"
  /// Σ [λ ≥ 1] + λ − ⌊λ⌋ over the eigenvalues (Li and Ji 2005); jumps where an eigenvalue passes a whole number.
  case eigenvalueCount = "Li and Ji's eigenvalue count"

  /// Between 1 and the number of variants. Constant variants (usually ones that never traded) carry no evidence and are
  /// left out; when all are constant there was one trial.
  public func count(_ variants: VariantReturns) throws(AnalyticsError) -> Double {
    let standardised = variants.series.compactMap { values -> [Double]? in
      let (mean, deviation) = (values.mean, values.standardDeviation(degreesOfFreedom: 0))
      guard deviation > 0 else { return nil }
      let scale = deviation * Double(values.count).squareRoot()
      return values.map { ($0 - mean) / scale }
    }
    let size = Double(standardised.count)
    guard size > 1 else { return 1 }
    let rows = Matrix(standardised)
    let result: Double
    switch self {
    case .participationRatio:
      // Σ λ² is the squared Frobenius norm, which Z Zᵀ and Zᵀ Z share: take the smaller of the two.
      let gram = rows.rows <= rows.columns ? rows * rows.transposed : rows.transposed * rows
      result = size * size / gram.values.squaredDeviations(from: 0)
    case .meanCorrelation:
      // The sum of all correlations is the squared length of the sum of the standardised series.
      var sum = [Double](repeating: 0, count: variants.periods)
      for row in standardised { for (column, value) in row.enumerated() { sum[column] += value } }
      let mean = (sum.squaredDeviations(from: 0) - size) / (size * (size - 1))
      result = mean + (1 - mean) * size
    case .eigenvalueCount:
      let eigen: SymmetricEigen
      do {
        eigen = try SymmetricEigen(rows * rows.transposed)
      } catch {
        throw AnalyticsError(series: "correlation of the variants", reason: .notConverged("\(error)"))
      }
      result =
        eigen.values.lazy.map { value in
          let clean = max(0, (value * 1e9).rounded() / 1e9)
          return (clean >= 1 ? 1 : 0) + clean - clean.rounded(.down)
        }.compensatedSum
    }
    return min(size, max(1, result))
  }
}
