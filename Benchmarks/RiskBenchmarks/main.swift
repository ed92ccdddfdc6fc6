import Analytics
import BenchmarkHarness
import Numerics

// Risk and portfolio workloads, the same sizes as the NumPy, PyPortfolioOpt and Riskfolio side: a million scenarios of a
// hundred assets, and portfolios of a hundred and five hundred assets from ten years of days.

var runner = BenchmarkRunner()
let isTiny = runner.options.isTiny

func hash(_ values: Double...) -> UInt64 {
  values.reduce(14_695_981_039_346_656_037) { ($0 ^ $1.bitPattern) &* 1_099_511_628_211 }
}

/// Returns with a market and four sector factors.
func panel(assets: Int, rows: Int, seed: UInt64) throws -> ReturnPanel {
  let factors = RandomStream(seed: seed, stream: 1).normals(count: rows * 5)
  let own = RandomStream(seed: seed, stream: 2).normals(count: rows * assets)
  let loadings = RandomStream(seed: seed, stream: 3).normals(count: assets * 5)
  var values = own.map { 0.012 * $0 }
  for row in 0..<rows {
    for asset in 0..<assets {
      var sum = 0.0003
      for factor in 0..<5 {
        let loading = 0.6 * loadings[asset * 5 + factor] + (factor == 0 ? 1 : 0)
        sum += 0.008 * loading * factors[row * 5 + factor]
      }
      values[row * assets + asset] += sum
    }
  }
  return try ReturnPanel(assetNames: (0..<assets).map { "A\($0)" }, rowMajor: values)
}

let assets = isTiny ? 10 : 100
let scenarios = isTiny ? 2_000 : 1_000_000
let weights = [Double](repeating: 1 / Double(assets), count: assets)
let history = try panel(assets: assets, rows: isTiny ? 60 : 2520, seed: 11)
let covariance = try Covariance.sample(history)

if runner.options.filter.map({ "historical VaR + ES, 2 threads".contains($0) }) ?? true {
  let matrix: ScenarioMatrix
  do {
    let draws = RandomStream(seed: 5).normals(count: scenarios * assets)
    matrix = try ScenarioMatrix(assetCount: assets, rowMajor: draws.map { $0 * 0.02 })
  }
  try runner.measure("historical VaR + ES", items: scenarios, unit: "scenarios", note: "99 %, matrix made before") {
    let risk = try matrix.tail(weights: weights, confidence: 0.99)
    return hash(risk.valueAtRisk, risk.expectedShortfall)
  }
  try runner.measure("historical VaR + ES, 2 threads", items: scenarios, unit: "scenarios") {
    let risk = try matrix.tail(weights: weights, confidence: 0.99, threads: 2)
    return hash(risk.valueAtRisk, risk.expectedShortfall)
  }
}
try runner.measure("Monte Carlo VaR", items: scenarios, unit: "scenarios", note: "normal, \(assets) assets") {
  let risk = try LinearScenarios.normalTail(
    weights: weights, covariance: covariance, scenarios: scenarios, seed: 3, confidence: 0.99)
  return hash(risk.valueAtRisk, risk.expectedShortfall)
}
try runner.measure("Monte Carlo VaR, 2 threads", items: scenarios, unit: "scenarios") {
  let risk = try LinearScenarios.normalTail(
    weights: weights, covariance: covariance, scenarios: scenarios, seed: 3, confidence: 0.99, threads: 2)
  return hash(risk.valueAtRisk, risk.expectedShortfall)
}
try runner.measure("sample covariance", items: history.rowCount, unit: "rows") {
  hash(try Covariance.sample(history)[0, assets - 1])
}
try runner.measure("minimum variance \(assets)", items: 1, unit: "portfolios") {
  hash(try PortfolioProblem(covariance: covariance).minimumRisk().risk)
}
try runner.measure("maximum Sharpe \(assets)", items: 1, unit: "portfolios") {
  hash(try PortfolioProblem(covariance: covariance, expectedReturns: history.means).maximumRatio().risk)
}
try runner.measure("minimum CVaR \(assets)", items: 1, unit: "portfolios", note: "\(history.rowCount) scenarios") {
  hash(
    try PortfolioProblem(panel: history, measure: .conditionalValueAtRisk(confidence: 0.95)).minimumRisk().risk)
}
try runner.measure("minimum CDaR \(assets)", items: 1, unit: "portfolios", note: "\(history.rowCount) scenarios") {
  hash(try PortfolioProblem(panel: history, measure: .conditionalDrawdown(confidence: 0.95)).minimumRisk().risk)
}
let wideAssets = isTiny ? 20 : 500
let wide = try Covariance.ledoitWolf(panel(assets: wideAssets, rows: isTiny ? 60 : 2520, seed: 12))
try runner.measure("minimum variance \(wideAssets)", items: 1, unit: "portfolios") {
  hash(try PortfolioProblem(covariance: wide).minimumRisk().risk)
}
let daily = history.column(0)
try runner.measure("GARCH(1,1) fit", items: daily.count, unit: "returns") {
  hash(try GARCH.fit(daily).logLikelihood)
}
try runner.measure("hierarchical risk parity \(assets)", items: 1, unit: "portfolios") {
  hash(try HierarchicalPortfolios(panel: history).riskParity().risk)
}
