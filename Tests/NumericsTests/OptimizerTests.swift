import Numerics
import Testing

@Suite struct OptimizerTests {
  static func rosenbrock(_ x: [Double]) -> Double {
    (0..<x.count - 1).reduce(0) { $0 + 100 * pow2(x[$1 + 1] - x[$1] * x[$1]) + pow2(1 - x[$1]) }
  }
  static func pow2(_ x: Double) -> Double { x * x }

  @Test func nelderMeadFindsRosenbrock() {
    let found = Optimizers.nelderMead(start: [-1.2, 1, 0.5], tolerance: 1e-14, function: Self.rosenbrock)
    #expect(found.converged)
    #expect(found.point.allSatisfy { abs($0 - 1) < 1e-5 }, "\(found)")
  }

  @Test func lbfgsFindsRosenbrock() {
    let found = Optimizers.lbfgs(start: [1.3, 0.7, 0.8, 1.9]) { x in
      var gradient = [Double](repeating: 0, count: x.count)
      for i in 0..<x.count - 1 {
        gradient[i] += -400 * x[i] * (x[i + 1] - x[i] * x[i]) - 2 * (1 - x[i])
        gradient[i + 1] += 200 * (x[i + 1] - x[i] * x[i])
      }
      return (Self.rosenbrock(x), gradient)
    }
    #expect(found.converged)
    #expect(found.point.allSatisfy { abs($0 - 1) < 1e-8 }, "\(found)")
    let numeric = Optimizers.lbfgs(start: [-1.2, 1], differenceStep: 1e-6, valueOnly: Self.rosenbrock)
    #expect(numeric.point.allSatisfy { abs($0 - 1) < 1e-5 }, "\(numeric)")
  }

  @Test func domainsAreRespected() {
    // −log x + x has its minimum at 1 and is NaN below 0.
    let found = Optimizers.lbfgs(start: [5]) { ($0[0] > 0 ? $0[0] - Elementary.log($0[0]) : .nan, [1 - 1 / $0[0]]) }
    #expect(abs(found.point[0] - 1) < 1e-8)
  }
}
