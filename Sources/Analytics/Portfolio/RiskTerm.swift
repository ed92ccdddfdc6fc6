import Glibc

/// Adds a risk measure of weights × scenarios to a convex program.
///
/// The first variables of the program are the weights; `offset` is where the measure's own variables begin. Measures of
/// drawdown are built from the peaks in `peaks`, which `violatedPeaks` extends until none is missing: only a few of the
/// n²/2 pairs of peak and trough ever bind.
struct RiskTerm {
  let measure: RiskMeasure
  let panel: ReturnPanel
  /// Only for variance.
  let covariance: Covariance?
  /// Cumulative returns per row, with a zero row first.
  private(set) var cumulative: [Double] = []
  /// For each row, the earlier rows (0 is the start) that bound its drawdown.
  private(set) var peaks: [[Int]] = []

  private var assets: Int { panel.assetCount }
  private var rows: Int { panel.rowCount }

  init(measure: RiskMeasure, panel: ReturnPanel, covariance: Covariance?) {
    self.measure = measure
    self.panel = panel
    self.covariance = covariance
    guard isDrawdown else { return }
    cumulative = [Double](repeating: 0, count: (rows + 1) * assets)
    for row in 0..<rows {
      for asset in 0..<assets {
        cumulative[(row + 1) * assets + asset] = cumulative[row * assets + asset] + panel[row, asset]
      }
    }
    peaks = [[Int]](repeating: [], count: rows + 1)
    _ = addViolatedPeaks(weights: [Double](repeating: 1 / Double(assets), count: assets))
  }

  var isDrawdown: Bool {
    switch measure {
    case .maximumDrawdown, .averageDrawdown, .conditionalDrawdown, .entropicDrawdown, .ulcerIndex: true
    default: false
    }
  }

  /// How many variables of its own the measure needs.
  var variableCount: Int {
    switch measure {
    case .conditionalValueAtRisk, .entropicValueAtRisk, .worstRealization, .maximumDrawdown, .conditionalDrawdown: 1
    case .range, .conditionalValueAtRiskRange: 2
    case .tailGini(let level): sumLevels(level).count
    case .tailGiniRange(let level): 2 * sumLevels(level).count
    case .entropicDrawdown: rows + 1
    default: 0
    }
  }

  /// Adds `factor` times the measure (its half square for squared measures).
  func add(to program: inout ScenarioProgram, offset: Int, factor: Double = 1) {
    switch measure {
    case .variance: addVariance(to: &program, factor: factor)
    case .meanAbsoluteDeviation:
      let means = panel.means
      // |a| = a + 2 max(−a, 0), and deviations from the mean add up to zero.
      for row in 0..<rows {
        hinge(&program, cost: 2 * factor / Double(rows)) { means[$0] - panel[row, $0] }
      }
    case .giniMeanDifference:
      let cost = 2 * factor / (Double(rows) * Double(rows - 1))
      for first in 0..<rows {
        for second in 0..<first {
          hinge(&program, cost: 2 * cost) { panel[second, $0] - panel[first, $0] }
          for asset in 0..<assets { program.linear[asset] += cost * (panel[first, asset] - panel[second, asset]) }
        }
      }
    case .semivariance:
      let means = panel.means
      for row in 0..<rows {
        hinge(&program, cost: 0, square: factor / Double(rows - 1)) { means[$0] - panel[row, $0] }
      }
    case .firstLowerPartialMoment(let target):
      for row in 0..<rows {
        hinge(&program, cost: factor / Double(rows), constant: target) { -panel[row, $0] }
      }
    case .secondLowerPartialMoment(let target):
      for row in 0..<rows {
        hinge(&program, cost: 0, square: factor / Double(rows - 1), constant: target) { -panel[row, $0] }
      }
    case .conditionalValueAtRisk(let level):
      addTail(to: &program, variable: offset, mass: tailProbability(level) * Double(rows), sign: -1, factor: factor)
    case .conditionalValueAtRiskRange(let level):
      let mass = tailProbability(level) * Double(rows)
      addTail(to: &program, variable: offset, mass: mass, sign: -1, factor: factor)
      addTail(to: &program, variable: offset + 1, mass: mass, sign: 1, factor: factor)
    case .tailGini(let level): addTailSums(to: &program, offset: offset, level: level, sign: -1, factor: factor)
    case .tailGiniRange(let level):
      let count = sumLevels(level).count
      addTailSums(to: &program, offset: offset, level: level, sign: -1, factor: factor)
      addTailSums(to: &program, offset: offset + count, level: level, sign: 1, factor: factor)
    case .worstRealization: addWorst(to: &program, variable: offset, sign: -1, factor: factor)
    case .range:
      addWorst(to: &program, variable: offset, sign: -1, factor: factor)
      addWorst(to: &program, variable: offset + 1, sign: 1, factor: factor)
    case .entropicValueAtRisk(let level):
      addEntropic(to: &program, scale: offset, confidence: level, factor: factor)
    case .maximumDrawdown, .averageDrawdown, .conditionalDrawdown, .entropicDrawdown, .ulcerIndex:
      addDrawdown(to: &program, offset: offset, factor: factor)
    }
  }

  // MARK: Pieces

  private func addVariance(to program: inout ScenarioProgram, factor: Double) {
    guard let covariance else { preconditionFailure("variance needs a covariance") }
    let width = program.variableCount
    var quadratic = program.quadratic ?? [Double](repeating: 0, count: width * width)
    for row in 0..<assets {
      for column in 0..<assets { quadratic[row * width + column] += factor * covariance[row, column] }
    }
    program.quadratic = quadratic
  }

  /// Adds cost·u + ½ square·u² with u ≥ max(0, coefficients'w + constant).
  private func hinge(
    _ program: inout ScenarioProgram, cost: Double, square: Double = 0, constant: Double = 0,
    _ coefficient: (Int) -> Double
  ) {
    let excess = program.addExcess(linear: cost, quadratic: square)
    var row = [Double](repeating: 0, count: program.variableCount)
    for asset in 0..<assets { row[asset] = coefficient(asset) }
    program.addInequality(row, atMost: -constant, excess: excess)
  }

  /// (mass ζ + Σ max(sign·r − ζ, 0))/mass, Rockafellar and Uryasev's form of the mean of the worst `mass` scenarios.
  private func addTail(
    to program: inout ScenarioProgram, variable: Int, mass: Double, sign: Double, factor: Double
  ) {
    program.linear[variable] += factor
    for row in 0..<rows {
      let excess = program.addExcess(linear: factor / mass)
      var coefficients = [Double](repeating: 0, count: program.variableCount)
      for asset in 0..<assets { coefficients[asset] = sign * panel[row, asset] }
      coefficients[variable] = -1
      program.addInequality(coefficients, atMost: 0, excess: excess)
    }
  }

  /// The counts j and factors c with Σ c (sum of the j worst losses) equal to the tail Gini measure.
  private func sumLevels(_ level: Double) -> [(count: Int, factor: Double)] {
    let weights = RiskMeasure.tailGiniWeights(rows, level)
    return weights.indices.compactMap { index in
      let step = weights[index] - (index + 1 < weights.count ? weights[index + 1] : 0)
      return step > 1e-15 ? (index + 1, step) : nil
    }
  }

  private func addTailSums(
    to program: inout ScenarioProgram, offset: Int, level: Double, sign: Double, factor: Double
  ) {
    for (position, sum) in sumLevels(level).enumerated() {
      let mass = Double(sum.count)
      addTail(
        to: &program, variable: offset + position, mass: mass, sign: sign, factor: factor * sum.factor * mass)
    }
  }

  private func addWorst(to program: inout ScenarioProgram, variable: Int, sign: Double, factor: Double) {
    program.linear[variable] += factor
    for row in 0..<rows {
      var coefficients = [Double](repeating: 0, count: program.variableCount)
      for asset in 0..<assets { coefficients[asset] = sign * panel[row, asset] }
      coefficients[variable] = -1
      program.addInequality(coefficients, atMost: 0)
    }
  }

  /// t log(Σ exp(−r'w/t) / tail), the perspective of a log-sum-exp: its Hessian is the covariance, under the exponential
  /// weights and divided by t, of the vectors (−r, r'w/t).
  private func addEntropic(to program: inout ScenarioProgram, scale: Int, confidence: Double, factor: Double) {
    let logTail = log(tailProbability(confidence) * Double(rows))
    let (assets, rows, values) = (assets, rows, panel.values)
    program.lower[scale] = 1e-9
    program.start[scale] = 1
    addPerspective(to: &program, scale: scale, logTail: logTail, factor: factor, rows: rows) { row, vector in
      for asset in 0..<assets { vector.append((asset, -values[row * assets + asset])) }
    }
  }

  fileprivate func addPerspective(
    to program: inout ScenarioProgram, scale: Int, logTail: Double, factor: Double, rows: Int,
    loss: (Int, inout [(Int, Double)]) -> Void
  ) {
    var lossRows: [[(Int, Double)]] = []
    for row in 0..<rows {
      var vector: [(Int, Double)] = []
      loss(row, &vector)
      lossRows.append(vector)
    }
    let width = program.variableCount
    let frozen = lossRows
    program.smooth = { point, gradient, hessian in
      let t = point[scale]
      guard t > 0 else { return .infinity }
      let losses = frozen.map { $0.reduce(0) { $0 + $1.1 * point[$1.0] } }
      let worst = losses.max() ?? 0
      var weights = losses.map { exp(($0 - worst) / t) }
      let total = weights.reduce(0, +)
      for index in weights.indices { weights[index] /= total }
      let logMean = worst / t + log(total) - logTail
      var mean = [Double](repeating: 0, count: width)
      for (row, weight) in weights.enumerated() where weight > 0 {
        for (index, coefficient) in frozen[row] { mean[index] += weight * coefficient }
        mean[scale] -= weight * losses[row] / t
      }
      for index in 0..<width { gradient[index] += factor * mean[index] }
      gradient[scale] += factor * logMean
      if hessian != nil {
        for (row, weight) in weights.enumerated() where weight > 1e-300 {
          var vector = frozen[row]
          vector.append((scale, -losses[row] / t))
          for (first, a) in vector {
            for (second, b) in vector { hessian![first * width + second] += factor * weight / t * a * b }
          }
        }
        for first in 0..<width where mean[first] != 0 {
          for second in 0..<width { hessian![first * width + second] -= factor / t * mean[first] * mean[second] }
        }
      }
      return factor * t * logMean
    }
  }
}

// MARK: Drawdown

extension RiskTerm {
  /// Adds the peaks that bound the drawdowns of these weights; false when all were known.
  mutating func addViolatedPeaks(weights: [Double]) -> Bool {
    var peak = 0.0
    var peakRow = 0
    var sum = 0.0
    var scale = 1e-300
    var added = false
    var sums = [0.0]
    for row in 0..<panel.rowCount {
      for asset in 0..<panel.assetCount { sum += panel[row, asset] * weights[asset] }
      sums.append(sum)
      scale = max(scale, abs(sum))
    }
    for row in 1...panel.rowCount {
      if sums[row] > peak {
        peak = sums[row]
        peakRow = row
      }
      guard peakRow != row else { continue }
      let known = peaks[row].reduce(sums[row]) { max($0, sums[$1]) }
      if peak - known > 1e-11 * scale {
        peaks[row].append(peakRow)
        added = true
      }
    }
    return added
  }

  fileprivate func addDrawdown(to program: inout ScenarioProgram, offset: Int, factor: Double) {
    let (rows, assets, width) = (panel.rowCount, panel.assetCount, program.variableCount)
    func fall(_ row: Int, from peak: Int) -> [Double] {
      var coefficients = [Double](repeating: 0, count: width)
      for asset in 0..<assets {
        coefficients[asset] = cumulative[peak * assets + asset] - cumulative[row * assets + asset]
      }
      return coefficients
    }
    switch measure {
    case .maximumDrawdown:
      program.linear[offset] += factor
      program.lower[offset] = 0
      for row in 1...rows {
        for peak in peaks[row] {
          var coefficients = fall(row, from: peak)
          coefficients[offset] = -1
          program.addInequality(coefficients, atMost: 0)
        }
      }
    case .entropicDrawdown(let confidence):
      // Depths are variables here, because the smooth term couples them.
      for row in 1...rows {
        program.lower[offset + row] = 0
        for peak in peaks[row] {
          var coefficients = fall(row, from: peak)
          coefficients[offset + row] = -1
          program.addInequality(coefficients, atMost: 0)
        }
      }
      program.lower[offset] = 1e-9
      program.start[offset] = 1
      addPerspective(
        to: &program, scale: offset, logTail: log(tailProbability(confidence) * Double(rows)), factor: factor,
        rows: rows
      ) { row, vector in vector.append((offset + 1 + row, 1)) }
    default:
      var level = 0.0
      if case .conditionalDrawdown(let confidence) = measure {
        level = tailProbability(confidence) * Double(rows)
        program.linear[offset] += factor
      }
      for row in 1...rows where level > 0 || !peaks[row].isEmpty {
        let isSquare = measure == .ulcerIndex
        let cost = level > 0 ? factor / level : isSquare ? 0 : factor / Double(rows)
        let excess = program.addExcess(linear: cost, quadratic: isSquare ? factor / Double(rows) : 0)
        for peak in peaks[row] {
          var coefficients = fall(row, from: peak)
          if level > 0 { coefficients[offset] = -1 }
          program.addInequality(coefficients, atMost: 0, excess: excess)
        }
        if level > 0 {
          // A depth of zero still counts against the quantile.
          var coefficients = [Double](repeating: 0, count: width)
          coefficients[offset] = -1
          program.addInequality(coefficients, atMost: 0, excess: excess)
        }
      }
    }
  }
}
