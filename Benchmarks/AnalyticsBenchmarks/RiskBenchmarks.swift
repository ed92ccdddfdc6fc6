import Analytics
import BenchmarkHarness
import Numerics

/// VaR and ES of a selectable sample of profits at 99 %.
func tail(_ profits: UnsafeMutableBufferPointer<Double>) -> (Double, Double) {
  let rank = profits.count / 100
  Quantile.select(profits, rank: rank)
  var sum = 0.0
  for index in 0..<rank { sum += profits[index] }
  return (-profits[rank], -sum / Double(max(rank, 1)))
}

func hashOfTail(_ name: String, _ risk: TailRisk?) -> UInt64 {
  remark(name, risk.map { "VaR \($0.valueAtRisk), ES \($0.expectedShortfall)" } ?? "none")
  return hash(risk?.valueAtRisk ?? .nan, risk?.expectedShortfall ?? .nan)
}

func measureScenarios(_ runner: inout BenchmarkRunner) {
  let isTiny = runner.options.isTiny
  let count = isTiny ? 2_000 : 1_000_000
  let assets = 100
  let weights = [Double](repeating: 1 / Double(assets), count: assets)
  let loadings = Matrix(
    rows: assets, columns: 5, values: RandomStream(seed: 5).normals(count: assets * 5).map { 0.01 * $0 })
  var covariance = loadings * loadings.transposed
  for index in 0..<assets { covariance[index, index] += (0.5 + Double(index) / 67) * 1e-4 }
  guard let normals = try? CorrelatedNormals(covariance: covariance) else { return }
  measureHistorical(&runner, normals, count: count, weights: weights)

  let everyAsset = "Monte Carlo VaR, 1 M scenarios × 100 assets"
  var profits = [Double](repeating: 0, count: runner.wants(everyAsset) ? count : 0)
  runner.measure(everyAsset, items: count, unit: "scenarios") {
    profits.withUnsafeMutableBufferPointer { profits in
      let rows = 1_000
      var chunk = [Double](repeating: 0, count: rows * assets)
      chunk.withUnsafeMutableBufferPointer { chunk in
        for start in stride(from: 0, to: count, by: rows) {
          normals.fill(chunk, rows: rows, startingAt: UInt64(start), stream: RandomStream(seed: 3))
          ScenarioProducts.profits(
            UnsafeBufferPointer(chunk), weights: weights,
            into: UnsafeMutableBufferPointer(rebasing: profits[start..<start + rows]))
        }
      }
      let (value, shortfall) = tail(profits)
      remark(everyAsset, "VaR \(value), ES \(shortfall)")
      return hash(value, shortfall)
    }
  }
  // The same draws and profits by w'(Lz) = (L'w)'z.
  guard
    let model = try? Covariance(assetNames: (0..<assets).map { "A\($0)" }, rowMajor: covariance.values)
  else { return }
  for threads in [1, 2] {
    let name = "Monte Carlo VaR, 1 M × 100, weights folded in" + (threads == 1 ? "" : ", \(threads) threads")
    runner.measure(name, items: count, unit: "scenarios") {
      let risk = try? LinearScenarios.normalTail(
        weights: weights, covariance: model, scenarios: count, seed: 3, confidence: 0.99, threads: threads)
      return hashOfTail(name, risk)
    }
  }
}

/// Value at risk and expected shortfall of scenarios that exist: read once as they are, or from a matrix made for many
/// portfolios, which gives the same bits.
func measureHistorical(
  _ runner: inout BenchmarkRunner, _ normals: CorrelatedNormals, count: Int, weights: [Double]
) {
  let once = "historical VaR + ES, 1 M × 100, every scenario valued"
  let making = "scenario matrix, 1 M × 100, made once"
  let prepared = "historical VaR + ES, 1 M scenarios × 100 assets"
  guard runner.wants(once, making, prepared, prepared + ", 2 threads") else { return }
  // On large pages, which NumPy's arrays have too.
  let scenarios: [Double] = HugePages.array(count: count * weights.count) {
    normals.fill($0, rows: count, startingAt: 0, stream: RandomStream(seed: 9))
  }
  runner.measure(once, items: count, unit: "scenarios") {
    let risk = try? LinearScenarios.tail(rowMajor: scenarios, weights: weights, confidence: 0.99)
    return hashOfTail(once, risk)
  }
  // Once for many portfolios, so beside the figure, not in it.
  var matrix: ScenarioMatrix?
  runner.measure(making, items: count, unit: "scenarios") {
    matrix = try? ScenarioMatrix(assetCount: weights.count, rowMajor: scenarios)
    return UInt64(matrix?.scenarioCount ?? 0)
  }
  guard runner.wants(prepared, prepared + ", 2 threads") else { return }
  if matrix == nil { matrix = try? ScenarioMatrix(assetCount: weights.count, rowMajor: scenarios) }
  for threads in [1, 2] {
    runner.measure(prepared + (threads == 1 ? "" : ", \(threads) threads"), items: count, unit: "scenarios") {
      hashOfTail(prepared, try? matrix?.tail(weights: weights, confidence: 0.99, threads: threads))
    }
  }
}

func measurePrograms(_ runner: inout BenchmarkRunner) {
  let isTiny = runner.options.isTiny
  for assets in isTiny ? [20] : [100, 500] {
    let days = 2_520
    let factors = Matrix(
      rows: days, columns: 5, values: RandomStream(seed: 11).normals(count: days * 5).map { 0.008 * $0 })
    let loadings = Matrix(
      rows: 5, columns: assets,
      values: RandomStream(seed: 12).normals(count: 5 * assets).enumerated().map { 0.6 * $1 + ($0 < assets ? 1 : 0) })
    let noise = Matrix(
      rows: days, columns: assets, values: RandomStream(seed: 13).normals(count: days * assets).map { 0.012 * $0 })
    let covariance = (1.0 / Double(days)) * (factors * loadings + noise).gram
    let budget = Matrix(rows: 1, columns: assets, repeating: 1)
    let program = QuadraticProgram(
      quadratic: covariance, equalityMatrix: budget, equalityValues: [1],
      lowerBounds: [Double](repeating: 0, count: assets))
    runner.measure("minimum variance, long only, \(assets) assets", items: 1, unit: "programs") {
      guard let solution = try? program.solve() else { return 0 }
      return hash(solution.value)
    }
  }
}
