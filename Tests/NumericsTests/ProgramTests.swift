import Numerics
import Testing

@Suite struct ProgramTests {
  /// The synthetic 60 × 5 returns X[t, j] = (1 + 0.2j) sin(0.37(t + 1)) + ½ cos(1.3(t + 1)(j + 1)) + 0.1(j − 2) sin(2.1(t + 1) + j).
  static let covariance: Matrix = {
    let rows = (0..<60).map { t in
      (0..<5).map { j in
        let time = Double(t + 1)
        let asset = Double(j)
        return (1 + 0.2 * asset) * sine(0.37 * time) + 0.5 * sine(1.3 * time * (asset + 1) + .pi / 2)
          + 0.1 * (asset - 2) * sine(2.1 * time + asset)
      }
    }
    let means = (0..<5).map { j in rows.reduce(0) { $0 + $1[j] } / 60 }
    let centred = Matrix(rows.map { row in (0..<5).map { row[$0] - means[$0] } })
    return (1.0 / 59) * centred.gram
  }()

  /// A Taylor sine after reduction, so that the test needs no Foundation.
  static func sine(_ x: Double) -> Double {
    let turns = (x / (2 * .pi)).rounded()
    let r = (x - turns * 2 * .pi) / 2
    var term = r
    var sum = r
    for k in 1..<20 {
      term *= -r * r / Double((2 * k) * (2 * k + 1))
      sum += term
    }
    let cosine = (1 - sum * sum).squareRoot() * (abs(r) > .pi / 2 ? -1 : 1)
    return 2 * sum * cosine
  }

  @Test func minimumVarianceMatchesReference() throws {
    #expect(abs(Self.covariance[0, 0] - 0.6414749246557852) < 1e-12)
    let budget = Matrix(rows: 1, columns: 5, repeating: 1)
    let free = try QuadraticProgram(quadratic: Self.covariance, equalityMatrix: budget, equalityValues: [1]).solve()
    for (weight, expected) in zip(free.point, [0.9509449783, 0.6436190998, 0.2636630869, -0.112454273, -0.745772892]) {
      #expect(abs(weight - expected) < 1e-9)
    }
    let longOnly = try QuadraticProgram(
      quadratic: Self.covariance, equalityMatrix: budget, equalityValues: [1],
      lowerBounds: [Double](repeating: 0, count: 5)
    ).solve()
    for (weight, expected) in zip(longOnly.point, [0.8587401, 0.1412599, 0, 0, 0]) {
      #expect(abs(weight - expected) < 1e-7)
    }
    #expect(abs(2 * longOnly.value - 0.6357237644239981) < 1e-13)
    #expect(longOnly.point[2] == 0)
  }

  /// Random programs must satisfy the Karush-Kuhn-Tucker conditions.
  @Test func optimalityConditionsHold() throws {
    for seed in 0..<40 as Range<UInt64> {
      let stream = RandomStream(seed: seed, stream: 9)
      let n = 3 + Int(seed % 12)
      let factors = Matrix(rows: n / 2 + 1, columns: n, values: stream.normals(count: (n / 2 + 1) * n))
      var q = factors.gram
      if seed % 3 != 0 { for i in 0..<n { q[i, i] += 0.1 } }
      let inside = stream.normals(count: n, startingAt: 10_000).map { 0.3 * $0 }
      let g = Matrix(rows: 4, columns: n, values: stream.normals(count: 4 * n, startingAt: 20_000))
      let a = Matrix(rows: 2, columns: n, values: stream.normals(count: 2 * n, startingAt: 30_000))
      let program = QuadraticProgram(
        quadratic: q, linear: stream.normals(count: n, startingAt: 40_000), equalityMatrix: a,
        equalityValues: a * inside,
        inequalityMatrix: g, inequalityLimits: (g * inside).enumerated().map { $1 + 0.05 * Double($0) },
        lowerBounds: inside.map { $0 - 0.2 }, upperBounds: inside.map { $0 + 0.3 })
      let s = try program.solve()
      let gradient = q * s.point
      let pull = a.transposedTimes(s.equalityMultipliers)
      let push = g.transposedTimes(s.inequalityMultipliers)
      for i in 0..<n {
        let rest =
          gradient[i] + program.linear[i] + pull[i] + push[i] - s.lowerBoundMultipliers[i]
          + s.upperBoundMultipliers[i]
        #expect(abs(rest) < 1e-8, "seed \(seed)")
        #expect(s.point[i] >= program.lowerBounds[i] - 1e-10 && s.point[i] <= program.upperBounds[i] + 1e-10)
        #expect(
          s.lowerBoundMultipliers[i] >= 0 && s.lowerBoundMultipliers[i] * (s.point[i] - program.lowerBounds[i]) < 1e-8)
      }
      for (left, right) in zip(a * s.point, program.equalityValues) { #expect(abs(left - right) < 1e-9) }
      for (row, (left, right)) in zip(g * s.point, program.inequalityLimits).enumerated() {
        #expect(left <= right + 1e-9)
        let multiplier = s.inequalityMultipliers[row]
        #expect(multiplier * (right - left) < 5e-8, "seed \(seed)")
      }
    }
  }

  @Test func conflictsAreNamed() {
    let budget = Matrix(rows: 1, columns: 4, repeating: 1)
    #expect(throws: ProgramError.infeasible(conflicts: [.equality(0)] + (0..<4).map { .upperBound($0) })) {
      _ = try QuadraticProgram(
        quadratic: .identity(4), equalityMatrix: budget, equalityValues: [1],
        lowerBounds: [0, 0, 0, 0], upperBounds: [0.2, 0.2, 0.2, 0.2]
      ).solve()
    }
    #expect(throws: ProgramError.infeasible(conflicts: [.inequality(1), .inequality(2)])) {
      _ = try QuadraticProgram(
        quadratic: .identity(2),
        inequalityMatrix: Matrix([[1, 0], [0, 1], [0, -1]]), inequalityLimits: [5, 1, -2]
      ).solve()
    }
    #expect(throws: ProgramError.infeasible(conflicts: [.lowerBound(1), .upperBound(1)])) {
      _ = try LinearProgram(objective: [1, 1], lowerBounds: [0, 2], upperBounds: [1, 1]).solve()
    }
    #expect(throws: ProgramError.self) {
      _ = try LinearProgram(objective: [1, -1], lowerBounds: [0, 0]).solve()
    }
  }

  @Test func linearProgramsReachKnownOptima() throws {
    // Maximise 3x + 5y, x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18 (Hillier and Lieberman): 36 at (2, 6).
    let s = try LinearProgram(
      objective: [-3, -5], inequalityMatrix: Matrix([[1, 0], [0, 2], [3, 2]]), inequalityLimits: [4, 12, 18],
      lowerBounds: [0, 0]
    ).solve()
    #expect(abs(s.value + 36) < 1e-9)
    #expect(abs(s.point[0] - 2) < 1e-8 && abs(s.point[1] - 6) < 1e-8)
    // The same with slacks (more variables than rows).
    let wide = try LinearProgram(
      objective: [-3, -5, 0, 0, 0, 0],
      inequalityMatrix: Matrix([[1, 0, 0, 0, 0, 0], [0, 2, 0, 0, 0, 0], [3, 2, 0, 0, 0, 0]]),
      inequalityLimits: [4, 12, 18], lowerBounds: [Double](repeating: 0, count: 6),
      upperBounds: [Double](repeating: 100, count: 6)
    ).solve()
    #expect(abs(wide.value + 36) < 1e-8)
    #expect(abs(wide.inequalityMultipliers[1] - 1.5) < 1e-7 && abs(wide.inequalityMultipliers[2] - 1) < 1e-7)
  }
}
