import Testing

@testable import Analytics

@Suite struct ScenarioProgramTests {
  @Test func minimumVarianceMatchesScipy() throws {
    let sample = try Covariance.sample(syntheticPanel())
    var program = ScenarioProgram(variableCount: 5)
    program.quadratic = sample.values
    program.addEquality([1, 1, 1, 1, 1], equals: 1)
    #expect(
      agree(
        program.solve().point, [0.9509449783, 0.6436190998, 0.2636630868, -0.112454273, -0.745772892], within: 1e-9))
    program.lower = [0, 0, 0, 0, 0]
    program.start = [0.2, 0.2, 0.2, 0.2, 0.2]
    let longOnly = program.solve()
    #expect(agree(longOnly.point, [0.8587401, 0.1412599, 0, 0, 0], within: 1e-7))
    #expect(abs(sample.variance(longOnly.point) - 0.6357237644239981) < 1e-9)
  }

  @Test func logarithmsGiveEqualRiskContributions() throws {
    let sample = try Covariance.sample(syntheticPanel())
    var program = ScenarioProgram(variableCount: 5)
    program.quadratic = sample.values
    program.logWeights = [0.2, 0.2, 0.2, 0.2, 0.2]
    program.start = [1, 1, 1, 1, 1]
    let point = program.solve().point
    let total = point.reduce(0, +)
    #expect(
      agree(point.map { $0 / total }, [0.26432087, 0.22526685, 0.19553254, 0.17223366, 0.14264608], within: 1e-8))
  }

  @Test func excessesSolveTheConditionalValueAtRiskProgram() throws {
    // Answers of the HiGHS linear program at 90 %.
    let panel = try syntheticPanel()
    var program = ScenarioProgram(variableCount: 6)
    program.linear[5] = 1
    program.addEquality([1, 1, 1, 1, 1, 0], equals: 1)
    for asset in 0..<5 {
      program.lower[asset] = 0
      program.start[asset] = 0.2
    }
    for row in 0..<60 {
      let excess = program.addExcess(linear: 1 / 6.0)
      program.addInequality((0..<5).map { -panel[row, $0] } + [-1], atMost: 0, excess: excess)
    }
    let solution = program.solve()
    #expect(agree(solution.point, [0.585648105, 0.414351895, 0, 0, 0, 1.1758644615593816], within: 1e-8))
    #expect(abs(solution.objective - 1.2428905233369114) < 1e-10)
  }
}
