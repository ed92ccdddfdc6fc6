import Analytics
import Numerics

/// Value at risk, expected shortfall, their backtests and models of volatility.
enum TailProbes {
  static let all: [Probe] = samples + parametric + portfolios + backtests + volatility + stress
  static let names = ["A", "B"]
  static let correlated = [0.0004, 0.0001, 0.0001, 0.0009]
  static func covariance(_ values: [Double] = correlated) throws -> Covariance {
    try Covariance(assetNames: names, rowMajor: values)
  }
  static func panel(_ values: [Double]) throws -> ReturnPanel {
    try ReturnPanel(assetNames: names, columns: [values, values.map { 0.5 * $0 * $0 - 0.3 * $0 }])
  }

  /// The same with ranks that do not follow from each other, as copulas want them.
  static func tangled(_ values: [Double]) throws -> ReturnPanel {
    try ReturnPanel(assetNames: names, columns: [values, values.map { 60 * $0 * $0 - 0.3 * $0 }])
  }

  /// Every method, its parameter the decay or the share of the tail.
  static func methods(_ parameter: Double) -> [TailMethod] {
    [
      .historical, .ageWeighted(decay: parameter), .normal, .exponentiallyWeightedNormal(decay: parameter), .studentT,
      .cornishFisher, .filteredHistorical(decay: parameter), .filteredGARCH(errors: .normal, asymmetric: false),
      .peaksOverThreshold(tailShare: parameter),
    ]
  }

  static let samples: [Probe] = [
    .series("HistoricalTail.estimate(_:confidence:)") { try HistoricalTail.estimate($0, confidence: 0.95) },
    .parameters("HistoricalTail.estimate(_:confidence:)", good: [0.95]) {
      try HistoricalTail.estimate(Probe.returns, confidence: $0[0])
    },
    .series("HistoricalTail.estimate(_:weights:confidence:)") {
      try HistoricalTail.estimate($0, weights: $0.map { _ in 1 }, confidence: 0.95)
    },
    .series("HistoricalTail.estimate(_:weights:confidence:)", good: Array(Probe.levels.dropLast())) {
      try HistoricalTail.estimate(Array(Probe.returns.prefix($0.count)), weights: $0, confidence: 0.95)
    },
    .series("HistoricalTail.ageWeighted(_:decay:confidence:)") {
      try HistoricalTail.ageWeighted($0, confidence: 0.95)
    },
    .parameters("HistoricalTail.ageWeighted(_:decay:confidence:)", good: [0.98, 0.95]) {
      try HistoricalTail.ageWeighted(Probe.returns, decay: $0[0], confidence: $0[1])
    },
    .series("HistoricalTail.stressed(_:window:confidence:)", namesRow: false) {
      try HistoricalTail.stressed($0, window: 0..<max($0.count, 1), confidence: 0.9)
    },
    .series("HistoricalTail.worstWindow(_:length:confidence:)") {
      try HistoricalTail.worstWindow($0, length: 10, confidence: 0.9)
    },
    .series("FilteredHistoricalTail.exponentiallyWeighted(_:decay:confidence:)") {
      try FilteredHistoricalTail.exponentiallyWeighted($0, confidence: 0.95)
    },
    .parameters("FilteredHistoricalTail.exponentiallyWeighted(_:decay:confidence:)", good: [0.94, 0.95]) {
      try FilteredHistoricalTail.exponentiallyWeighted(Probe.returns, decay: $0[0], confidence: $0[1])
    },
    .series(
      "FilteredHistoricalTail.garch(_:model:confidence:)",
      "FilteredHistoricalTail.garchPaths(_:model:horizon:paths:seed:confidence:)"
    ) {
      let model = GARCH(omega: 1e-6, alpha: 0.1, beta: 0.85)
      return (
        try FilteredHistoricalTail.garch($0, model: model, confidence: 0.95),
        try FilteredHistoricalTail.garchPaths($0, model: model, horizon: 3, paths: 50, seed: 1, confidence: 0.9)
      )
    },
    .series("PeaksOverThreshold.init(losses:threshold:estimator:)", "PeaksOverThreshold.standardErrors") { losses in
      let fits = try [PeaksOverThreshold.Estimator.maximumLikelihood, .weightedMoments].map { estimator in
        try PeaksOverThreshold(losses: losses, threshold: -0.005, estimator: estimator)
      }
      return (
        fits, fits.compactMap(\.standardErrors).flatMap { [$0.shape, $0.scale] },
        fits.compactMap { try? $0.tail(confidence: 0.95) }
      )
    },
    .parameters("PeaksOverThreshold.init(losses:threshold:estimator:)", good: [0]) {
      try PeaksOverThreshold(losses: Probe.returns, threshold: $0[0])
    },
    .parameters(
      "PeaksOverThreshold.init(threshold:shape:scale:count:exceedances:)", "PeaksOverThreshold.tail(confidence:)",
      good: [0.02, 0.2, 0.01, 0.99]
    ) {
      try PeaksOverThreshold(threshold: $0[0], shape: $0[1], scale: $0[2], count: 1_000, exceedances: 50)
        .tail(confidence: $0[3])
    },
    .series("ThresholdDiagnostics.meanExcess(losses:minimum:)") { try ThresholdDiagnostics.meanExcess(losses: $0) },
    .series("ThresholdDiagnostics.hill(losses:largest:)") { try ThresholdDiagnostics.hill(losses: $0, largest: 10) },
    .series("ThresholdDiagnostics.stability(losses:tailShares:confidence:estimator:)") {
      try (ThresholdDiagnostics.stability(losses: $0, tailShares: [0.3, 0.5], confidence: 0.95), 0.0)
    },
    .parameters("ThresholdDiagnostics.stability(losses:tailShares:confidence:estimator:)", good: [0.3, 0.95]) {
      try (ThresholdDiagnostics.stability(losses: Probe.returns, tailShares: [$0[0]], confidence: $0[1]), 0.0)
    },
  ]

  /// Symmetric with tails heavier than the normal's, where the Cornish-Fisher expansion is a quantile function.
  static let heavyTailed: [Double] = (1...60).map { (index: Int) -> Double in
    let normal = SpecialFunctions.normalQuantile((Double(index) - 0.5) / 60)
    return 0.01 * (normal + 0.1 * normal * normal * normal)
  }

  static let parametric: [Probe] = [
    .parameters("ParametricTail.normal(mean:deviation:confidence:)", good: [0.001, 0.01, 0.99]) {
      try ParametricTail.normal(mean: $0[0], deviation: $0[1], confidence: $0[2])
    },
    .series("ParametricTail.normal(_:confidence:)") { try ParametricTail.normal($0, confidence: 0.99) },
    .parameters("ParametricTail.studentT(degreesOfFreedom:location:scale:confidence:)", good: [5, 0, 0.01, 0.99]) {
      try ParametricTail.studentT(degreesOfFreedom: $0[0], location: $0[1], scale: $0[2], confidence: $0[3])
    },
    .series("ParametricTail.studentT(_:confidence:)") { try ParametricTail.studentT($0, confidence: 0.99) },
    .series("StudentTFit.init(_:)") { try StudentTFit($0) },
    .parameters(
      "ParametricTail.cornishFisherQuantile(_:skewness:excessKurtosis:)",
      "ParametricTail.isCornishFisherMonotone(skewness:excessKurtosis:)", good: [0.01, -0.2, 1], allowsInfinity: true
    ) { values in
      // The bare formula: outside probabilities and for moments that are none it has no value, and says so.
      let isKnown =
        values.allSatisfy(\.isFinite) && values[0] > 0 && values[0] < 1 && values.allSatisfy { abs($0) < 1e100 }
      let quantile = ParametricTail.cornishFisherQuantile(
        values[0], skewness: values[1], excessKurtosis: values[2])
      let isMonotone = ParametricTail.isCornishFisherMonotone(skewness: values[1], excessKurtosis: values[2])
      return [isKnown ? quantile : 0, isMonotone ? 1 : 0]
    },
    .parameters(
      "ParametricTail.cornishFisher(mean:deviation:skewness:excessKurtosis:confidence:)",
      good: [0, 0.01, -0.2, 1, 0.99]
    ) {
      try ParametricTail.cornishFisher(
        mean: $0[0], deviation: $0[1], skewness: $0[2], excessKurtosis: $0[3], confidence: $0[4])
    },
    .series("ParametricTail.cornishFisher(_:confidence:)", good: heavyTailed) {
      try ParametricTail.cornishFisher($0, confidence: 0.95)
    },
    .series("TailMethod.estimate(_:confidence:)") { values in
      let tails = try ReturnProbes.figuresOf(methods(0.95)) { method in
        let tail = try method.estimate(values, confidence: 0.95)
        return tail.valueAtRisk + tail.expectedShortfall
      }
      return tails
    },
    .parameters("TailMethod.estimate(_:confidence:)", good: [0.95, 0.9]) { values in
      try ReturnProbes.figuresOf(methods(values[1])) { method in
        let tail = try method.estimate(Probe.returns, confidence: values[0])
        return tail.valueAtRisk + tail.expectedShortfall
      }
    },
    .parameters("TailRisk.init(confidence:valueAtRisk:expectedShortfall:)", good: [1]) { _ in
      TailRisk(confidence: 0.9, valueAtRisk: 1, expectedShortfall: 2)
    },
  ]

  static let portfolios: [Probe] = [
    .series("RiskContributions.historical(weights:panel:confidence:)") {
      try RiskContributions.historical(weights: [0.5, 0.5], panel: panel($0), confidence: 0.9)
    },
    .series("RiskContributions.normal(weights:covariance:means:confidence:)", good: [0.6, 0.4]) {
      try RiskContributions.normal(weights: $0, covariance: covariance(), means: $0, confidence: 0.99)
    },
    .parameters(
      "RiskContributions.normal(weights:covariance:means:confidence:)",
      "RiskContributions.historical(weights:panel:confidence:)", good: [0.99]
    ) {
      (
        try RiskContributions.normal(weights: [1, 1], covariance: covariance(), confidence: $0[0]),
        try RiskContributions.historical(weights: [1, 1], panel: panel(Probe.returns), confidence: $0[0])
      )
    },
    .series(
      "LinearScenarios.normalProfits(weights:covariance:means:scenarios:seed:threads:)",
      "LinearScenarios.normalTail(weights:covariance:means:scenarios:seed:confidence:threads:)", good: [0.6, 0.4]
    ) {
      (
        try LinearScenarios.normalProfits(weights: $0, covariance: covariance(), scenarios: 20, seed: 1),
        try LinearScenarios.normalTail(
          weights: [1, 1], covariance: covariance(), means: $0, scenarios: 20, seed: 1, confidence: 0.9)
      )
    },
    .series("LinearScenarios.tail(rowMajor:weights:confidence:)") {
      try LinearScenarios.tail(rowMajor: $0, weights: [1], confidence: 0.9)
    },
    .series("LinearScenarios.tail(rowMajor:weights:confidence:)", good: [0.6, 0.4]) {
      try LinearScenarios.tail(rowMajor: Probe.returns, weights: $0, confidence: 0.9)
    },
    .parameters(
      "LinearScenarios.tail(rowMajor:weights:confidence:)", "ScenarioMatrix.tail(weights:confidence:threads:)",
      "CopulaModel.tail(weights:scenarios:seed:confidence:)",
      "CopulaModel.simulatedTail(weights:scenarios:seed:confidence:)",
      "CopulaModel.simulatedTails(weights:scenarios:seed:confidences:)", good: [0.9]
    ) {
      [
        try LinearScenarios.tail(rowMajor: Probe.returns, weights: [1], confidence: $0[0]),
        try ScenarioMatrix(assetCount: 1, rowMajor: Probe.returns).tail(weights: [1], confidence: $0[0]),
        try CopulaModel(panel: tangled(Probe.returns), copula: .gaussian).tail(
          weights: [1, 1], scenarios: 20, seed: 1, confidence: $0[0]),
        try CopulaModel(panel: tangled(Probe.returns), copula: .gaussian).simulatedTail(
          weights: [1, 1], scenarios: 100, seed: 1, confidence: $0[0]
        ).risk,
        try CopulaModel(panel: tangled(Probe.returns), copula: .gaussian).simulatedTails(
          weights: [1, 1], scenarios: 100, seed: 1, confidences: [0.9, $0[0]])[1].risk,
      ]
    },
    .series("ScenarioMatrix.init(assetCount:rowMajor:)") {
      [
        try ScenarioMatrix(assetCount: 1, rowMajor: $0).tail(weights: [1], confidence: 0.9),
        try ScenarioMatrix(assetCount: 1, rowMajor: $0.map(Float.init)).tail(weights: [1], confidence: 0.9),
      ]
    },
    .series("ScenarioMatrix.profits(weights:threads:)", good: [0.6, 0.4]) {
      let matrix = try ScenarioMatrix(panel(Probe.returns))
      return (try matrix.profits(weights: $0), try matrix.tail(weights: $0, confidence: 0.9))
    },
    .series("CopulaModel.profits(weights:scenarios:seed:)", good: [0.6, 0.4]) {
      try CopulaModel(panel: tangled(Probe.returns), copula: .studentT(degreesOfFreedom: 4)).profits(
        weights: $0, scenarios: 0..<20, seed: 1)
    },
    .series("CopulaModel.fittedDegreesOfFreedom(_:)") { try CopulaModel.fittedDegreesOfFreedom(tangled($0)) },
    .series("CopulaModel.simulatedTail(weights:scenarios:seed:confidence:)") {
      let tail = try CopulaModel(panel: tangled($0), copula: .studentT(degreesOfFreedom: 4)).simulatedTail(
        weights: [0.6, 0.4], scenarios: 100, seed: 1, confidence: 0.9)
      return [tail.valueAtRiskError, tail.expectedShortfallError, tail.risk.valueAtRisk]
    },
    .series("CopulaModel.profits(weights:scenarios:seed:)") {
      try CopulaModel(panel: tangled($0), copula: .gaussian).profits(weights: [0.6, 0.4], scenarios: 0..<20, seed: 1)
    },
    .parameters(
      "CopulaModel.init(marginals:correlations:copula:)", good: [0, 0.01, 0, 0.01, 4, 0.3, 5]
    ) {
      try CopulaModel(
        marginals: [
          .normal(mean: $0[0], deviation: $0[1]), .studentT(location: $0[2], scale: $0[3], degreesOfFreedom: $0[4]),
        ], correlations: [1, $0[5], $0[5], 1], copula: .studentT(degreesOfFreedom: $0[6])
      ).profits(weights: [1, 1], scenarios: 0..<20, seed: 1)
    },
  ]

  static let backtests: [Probe] = [
    .parameters(
      "CoverageTests.proportionOfFailures(violations:count:tailProbability:)",
      "CoverageTests.timeUntilFirstFailure(firstViolation:tailProbability:)",
      "CoverageTests.binomial(violations:count:tailProbability:)",
      "TrafficLight.init(violations:count:tailProbability:)", "BacktestOutcome.isRejected(atSignificance:)",
      good: [0.01]
    ) {
      let outcomes = [
        try CoverageTests.proportionOfFailures(violations: 5, count: 250, tailProbability: $0[0]),
        try CoverageTests.proportionOfFailures(violations: 0, count: 250, tailProbability: $0[0]),
        try CoverageTests.timeUntilFirstFailure(firstViolation: 7, tailProbability: $0[0]),
        try CoverageTests.binomial(violations: 5, count: 250, tailProbability: $0[0]),
      ]
      return (
        outcomes, outcomes[0].isRejected(atSignificance: $0[0]),
        try TrafficLight(violations: 5, count: 250, tailProbability: $0[0])
      )
    },
    .series(
      "ViolationSequence.init(returns:valueAtRisk:confidence:)", "ViolationSequence.expectedViolations",
      "ViolationSequence.weibullDuration()"
    ) { values in
      let sequence = try ViolationSequence(
        returns: values, valueAtRisk: values.map { _ in 0.008 }, confidence: 0.8)
      return try ReturnProbes.figures(
        { sequence.expectedViolations }, { try sequence.weibullDuration().shape },
        { try sequence.weibullDuration().outcome.pValue }, { try sequence.proportionOfFailures().pValue },
        { try sequence.timeUntilFirstFailure().pValue }, { try sequence.independence().pValue },
        { try sequence.conditionalCoverage().pValue }, { try sequence.binomial().pValue },
        { try sequence.timeBetweenFailures().pValue }, { sequence.timeBetweenFailuresIndependence().pValue },
        { try sequence.trafficLight().cumulativeProbability })
    },
    .series("ViolationSequence.init(returns:valueAtRisk:confidence:)") {
      try ViolationSequence(returns: Array(Probe.returns.prefix($0.count)), valueAtRisk: $0, confidence: 0.8)
        .expectedViolations
    },
    .parameters("ViolationSequence.init(hits:confidence:)", good: [0.9]) {
      try ViolationSequence(hits: [false, true, false, true, true], confidence: $0[0]).proportionOfFailures()
    },
    .series(
      "ShortfallTests.conditional(returns:valueAtRisk:expectedShortfall:)",
      "ShortfallTests.unconditional(returns:valueAtRisk:expectedShortfall:confidence:)",
      "ShortfallTests.jointScore(returns:valueAtRisk:expectedShortfall:confidence:)"
    ) {
      let (value, shortfall) = ($0.map { _ in 0.008 }, $0.map { _ in 0.01 })
      return (
        try ShortfallTests.conditional(returns: $0, valueAtRisk: value, expectedShortfall: shortfall),
        try ShortfallTests.unconditional(
          returns: $0, valueAtRisk: value, expectedShortfall: shortfall, confidence: 0.9),
        try ShortfallTests.jointScore(returns: $0, valueAtRisk: value, expectedShortfall: shortfall, confidence: 0.9)
      )
    },
    .prices("ShortfallTests.conditional(returns:valueAtRisk:expectedShortfall:)", good: Probe.levels) {
      let returns = Probe.returns + [0.01]
      return (
        try ShortfallTests.conditional(
          returns: Array(returns.prefix($0.count)), valueAtRisk: $0.map { _ in 0.008 }, expectedShortfall: $0),
        try ShortfallTests.jointScore(
          returns: Array(returns.prefix($0.count)), valueAtRisk: $0.map { _ in 0.008 }, expectedShortfall: $0,
          confidence: 0.9)
      )
    },
    .series("ShortfallTests.ranked(probabilities:confidence:quantile:)", good: (1..<50).map { Double($0) / 50 }) {
      try ShortfallTests.ranked(probabilities: $0, confidence: 0.9) { _, p in SpecialFunctions.normalQuantile(p) }
    },
    .parameters(
      "ShortfallTests.ranked(probabilities:confidence:quantile:)",
      "ShortfallTests.unconditional(returns:valueAtRisk:expectedShortfall:confidence:)",
      "ShortfallTests.simulatedUnconditional(days:confidence:reference:trials:seed:)",
      "ShortfallTests.unconditionalCriticalValue(days:confidence:significance:reference:trials:seed:)",
      good: [0.975, 0.05, 5]
    ) {
      let probabilities = (1..<50).map { Double($0) / 50 }
      return [
        try ShortfallTests.ranked(probabilities: probabilities, confidence: $0[0]) { _, p in
          SpecialFunctions.normalQuantile(p)
        },
        try ShortfallTests.unconditional(
          returns: Probe.returns, valueAtRisk: Probe.returns.map { _ in 0.008 },
          expectedShortfall: Probe.returns.map { _ in 0.01 }, confidence: $0[0]),
        try ShortfallTests.unconditionalCriticalValue(
          days: 50, confidence: $0[0], significance: $0[1], reference: .studentT(degreesOfFreedom: $0[2]), trials: 20),
      ]
    },
    .series(
      "RollingBacktest.run(_:window:method:confidence:refitInterval:)",
      "RollingBacktest.run(_:window:method:confidences:refitInterval:)",
      "RollingBacktest.compare(_:window:methods:confidence:refitInterval:)"
    ) {
      try RollingBacktest.compare(
        $0, window: 25,
        methods: [
          .historical, .ageWeighted(decay: 0.98), .normal, .exponentiallyWeightedNormal(decay: 0.94),
          .filteredHistorical(decay: 0.94), .peaksOverThreshold(tailShare: 0.5),
        ], confidence: 0.9
      ).map { ($0.forecasts, $0.coverage, $0.conditionalShortfall, $0.unconditionalShortfall) }
    },
    .parameters("RollingBacktest.run(_:window:method:confidence:refitInterval:)", good: [0.9, 0.94, 0.5]) { values in
      let outcomes = try [
        TailMethod.historical, .ageWeighted(decay: values[1]), .exponentiallyWeightedNormal(decay: values[1]),
        .peaksOverThreshold(tailShare: values[2]),
      ].map { method in
        try RollingBacktest.run(Probe.returns, window: 40, method: method, confidence: values[0])
      }
      return outcomes.map { ($0.forecasts, $0.coverage) }
    },
  ]

  static let volatility: [Probe] = [
    .series("EWMAVolatility.filter(_:decay:initialVariance:)") { try EWMAVolatility.filter($0) },
    .parameters("EWMAVolatility.filter(_:decay:initialVariance:)", good: [0.94, 0.0001]) {
      try EWMAVolatility.filter(Probe.returns, decay: $0[0], initialVariance: $0[1])
    },
    .series("GARCH.fit(_:errors:asymmetric:fixedMean:start:)", "GARCH.Fit.akaike", "GARCH.Fit.bayesian") {
      let fit = try GARCH.fit($0)
      return (fit.model, fit.akaike, fit.bayesian, fit.hessianErrors, fit.scoreErrors, fit.robustErrors, fit.filtered)
    },
    .parameters("GARCH.fit(_:errors:asymmetric:fixedMean:start:)", good: [0.0001]) {
      let fit = try GARCH.fit(Probe.returns, errors: .studentT, fixedMean: $0[0])
      return (fit.model, fit.logLikelihood, fit.filtered)
    },
    .series("GARCH.filter(_:initialVariance:start:)") { try GARCH(omega: 1e-6, alpha: 0.1, beta: 0.85).filter($0) },
    .parameters(
      "GARCH.init(mean:omega:alpha:gamma:beta:degreesOfFreedom:)", "GARCH.persistence", "GARCH.longRunVariance",
      "GARCH.nextVariance(after:error:)", "GARCH.filter(_:initialVariance:start:)", "GARCH.forecast(from:horizon:)",
      good: [0, 1e-6, 0.1, 0.05, 0.8, 6, 0.0001], allowsInfinity: true
    ) { values in
      let model = GARCH(
        mean: values[0], omega: values[1], alpha: values[2], gamma: values[3], beta: values[4],
        degreesOfFreedom: values[5])
      let filtered = try model.filter(Probe.returns, initialVariance: values[6])
      return (
        filtered, try model.forecast(from: filtered.nextVariance, horizon: 5),
        [model.persistence, model.longRunVariance ?? 0, model.nextVariance(after: 0.0001, error: -0.01)]
      )
    },
  ]

  static let stress: [Probe] = [
    .parameters(
      "StressScenario.Shock.init(_:asset:size:)", "StressScenario.apply(to:impactCoefficient:)",
      "StressPosition.init(asset:value:relativeSpread:dailyVolatility:dailyTurnover:volatilitySensitivity:)",
      "StressResult.totalLoss", good: [-0.2, 3, 2, 0.1, 1_000, 0.001, 0.02, 50_000, 10, 1], allowsInfinity: true
    ) { values in
      let scenario = StressScenario(
        name: "crash",
        shocks: [
          .init(.price, size: values[0]), .init(.spread, size: values[1]), .init(.volatility, size: values[2]),
          .init(.liquidity, size: values[3]),
        ])
      let result = try scenario.apply(
        to: [
          StressPosition(
            asset: "A", value: values[4], relativeSpread: values[5], dailyVolatility: values[6],
            dailyTurnover: values[7], volatilitySensitivity: values[8])
        ], impactCoefficient: values[9])
      return (result, result.totalLoss)
    }
  ]
}
