import Analytics
import Testing

@Suite struct CovarianceTests {
  @Test func sampleMatchesNumPy() throws {
    let panel = try syntheticPanel()
    #expect(abs(panel[0, 0] - 0.32272297294748087) < 1e-15)
    let sample = try Covariance.sample(panel)
    let diagonal = (0..<5).map { sample[$0, $0] }
    // NumPy, ddof 1.
    #expect(
      agree(
        diagonal,
        [0.6414749246557852, 0.8482639255026864, 1.0984241434549353, 1.3934086661865115, 1.9970696804477568],
        within: 1e-13))
  }

  @Test func shrinkageMatchesScikitLearn() throws {
    let panel = try syntheticPanel()
    // sklearn.covariance.LedoitWolf 1.9.1.
    let ledoitWolf = try Covariance.ledoitWolf(panel)
    #expect(abs(ledoitWolf.shrinkage - 0.01670891040085094) < 1e-14)
    #expect(abs(ledoitWolf[0, 0] - 0.639890295874758) < 1e-13)
    #expect(abs(ledoitWolf[0, 4] - 0.9403571272595915) < 1e-13)
    // sklearn.covariance.OAS 1.9.1.
    let oracle = try Covariance.oracleApproximating(panel)
    #expect(abs(oracle.shrinkage - 0.04732207895793014) < 1e-14)
    #expect(abs(oracle[0, 0] - 0.656574956048985) < 1e-13)
    #expect(abs(oracle[0, 4] - 0.9110806377793664) < 1e-13)
  }

  @Test func exponentialWeightsWithoutDecayAreTheSecondMoments() throws {
    let panel = try syntheticPanel()
    let flat = try Covariance.exponentiallyWeighted(panel, decay: 1)
    let column = panel.column(2)
    #expect(abs(flat[2, 2] - column.reduce(0) { $0 + $1 * $1 } / 60) < 1e-12)
  }

  @Test func factorModelReproducesFactorsExactly() throws {
    let panel = try syntheticPanel()
    let factors = try ReturnPanel(assetNames: ["f", "g"], columns: [panel.column(0), panel.column(4)])
    let model = try Covariance.factorModel(panel, factors: factors)
    let sample = try Covariance.sample(panel)
    // An asset that is a factor keeps no variance of its own.
    #expect(abs(model[0, 4] - sample[0, 4]) < 1e-12)
    #expect(abs(model[0, 0] - sample[0, 0]) < 1e-12)
  }

  @Test func badInputNamesSeriesAndRow() throws {
    #expect(throws: AnalyticsError(series: "B", row: 1, reason: .notFinite)) {
      try ReturnPanel(assetNames: ["A", "B"], rowMajor: [1, 2, 3, .nan])
    }
    #expect(throws: AnalyticsError(series: "A", row: 1, reason: .notPositive)) {
      try ReturnPanel(assetNames: ["A"], priceColumns: [[1, 0, 2]])
    }
    #expect(throws: AnalyticsError.self) { try Covariance(assetNames: ["A", "B"], rowMajor: [1, 2, 3, 4]) }
  }
}
