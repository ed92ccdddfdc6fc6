extension ScenarioProgram {
  /// Solves by a primal-dual interior-point method with Mehrotra's predictor and corrector (Mehrotra 1992; Wright 1997,
  /// chapter 10); programs with a smooth or logarithmic term take damped steps on the norm of the residuals instead.
  func solve(tolerance: Double = 1e-11, maximumIterations: Int = 200) -> ScenarioSolution {
    var state = ScenarioInteriorPoint(self)
    return state.run(tolerance: tolerance, maximumIterations: maximumIterations)
  }
}
