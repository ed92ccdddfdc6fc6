extension ScenarioInteriorPoint {
  /// Assembles and factorises the system for `z` after eliminating slacks, multipliers and excesses.
  mutating func factorize() -> Bool {
    var weights = [Double](repeating: 0, count: rowCount)
    for index in 0..<rowCount { weights[index] = multiplier[index] / slack[index] }
    // Excesses with several rows contribute the spread of their rows about the weighted mean, and the mean.
    centredRows.removeAll(keepingCapacity: true)
    centredWeights.removeAll(keepingCapacity: true)
    var mean = [Double](repeating: 0, count: n)
    for (excess, owned) in rowsOfExcess.enumerated() {
      let own =
        program.excessQuadratic[excess] + multiplier[excessOffset + excess] / slack[excessOffset + excess]
      if owned.count == 1 {
        // D − D²/(D + own) written without the cancellation.
        let weight = weights[owned[0]]
        weights[owned[0]] = weight * (own / (weight + own))
      } else if owned.count > 1 {
        let total = owned.reduce(0) { $0 + weights[$1] }
        program.coefficients.withUnsafeBufferPointer { coefficients in
          for column in 0..<n { mean[column] = 0 }
          for row in owned {
            let share = weights[row] / total
            for column in 0..<n { mean[column] += share * coefficients[row * n + column] }
          }
          for row in owned {
            for column in 0..<n { centredRows.append(coefficients[row * n + column] - mean[column]) }
            centredWeights.append(weights[row])
            weights[row] = 0
          }
        }
        centredRows.append(contentsOf: mean)
        centredWeights.append(total * (own / (total + own)))
      }
    }
    var diagonal = [Double](repeating: 0, count: n)
    for (offset, index) in lowerIndices.enumerated() {
      diagonal[index] += multiplier[lowerOffset + offset] / slack[lowerOffset + offset]
    }
    for (offset, index) in upperIndices.enumerated() {
      diagonal[index] += multiplier[upperOffset + offset] / slack[upperOffset + offset]
    }
    return system.factorize(
      hessian: hessian, rows: program.coefficients, weights: weights, extraRows: centredRows,
      extraWeights: centredWeights, diagonal: diagonal,
      equalities: program.equalities)
  }

  /// Solves for the direction with the given complementarity targets.
  func direction(complementarity: [Double]) -> Direction {
    // Each inequality contributes (−rc + λ rp)/s, the multiplier step at a zero step of the variables.
    var pull = [Double](repeating: 0, count: inequalityCount)
    for index in 0..<inequalityCount {
      pull[index] = (multiplier[index] * primal[index] - complementarity[index]) / slack[index]
    }
    var rightZ = [Double](repeating: 0, count: n)
    for index in 0..<n { rightZ[index] = -dualZ[index] }
    for (offset, index) in lowerIndices.enumerated() { rightZ[index] += pull[lowerOffset + offset] }
    for (offset, index) in upperIndices.enumerated() { rightZ[index] -= pull[upperOffset + offset] }
    var rightU = [Double](repeating: 0, count: excessCount)
    for index in 0..<excessCount { rightU[index] = -dualU[index] + pull[excessOffset + index] }
    var rowPull = [Double](repeating: 0, count: rowCount)
    for (index, row) in program.rows.enumerated() {
      rowPull[index] = -pull[index]
      if let excess = row.excess { rightU[excess] += pull[index] }
    }
    // Eliminate excesses: u = (rightU + Σ D g'z) / (own + Σ D).
    var pivots = [Double](repeating: 0, count: excessCount)
    for (excess, owned) in rowsOfExcess.enumerated() {
      pivots[excess] =
        program.excessQuadratic[excess] + multiplier[excessOffset + excess] / slack[excessOffset + excess]
        + owned.reduce(0) { $0 + multiplier[$1] / slack[$1] }
    }
    for (index, row) in program.rows.enumerated() {
      if let excess = row.excess {
        rowPull[index] += multiplier[index] / slack[index] * (rightU[excess] / pivots[excess])
      }
    }
    program.addTransposedRows(scaledBy: rowPull, to: &rightZ)
    let (stepZ, stepY) = system.solve(right: rightZ, equality: equality.map { -$0 }, equalities: program.equalities)
    let products = program.rowProducts(stepZ)
    var stepU = rightU
    for (index, row) in program.rows.enumerated() {
      if let excess = row.excess { stepU[excess] += multiplier[index] / slack[index] * products[index] }
    }
    for index in 0..<excessCount { stepU[index] /= pivots[index] }
    var stepSlack = [Double](repeating: 0, count: inequalityCount)
    for (index, row) in program.rows.enumerated() {
      stepSlack[index] = -primal[index] - products[index] + (row.excess.map { stepU[$0] } ?? 0)
    }
    for (offset, index) in lowerIndices.enumerated() {
      stepSlack[lowerOffset + offset] = -primal[lowerOffset + offset] + stepZ[index]
    }
    for (offset, index) in upperIndices.enumerated() {
      stepSlack[upperOffset + offset] = -primal[upperOffset + offset] - stepZ[index]
    }
    for index in 0..<excessCount {
      stepSlack[excessOffset + index] = -primal[excessOffset + index] + stepU[index]
    }
    var stepMultiplier = [Double](repeating: 0, count: inequalityCount)
    for index in 0..<inequalityCount {
      stepMultiplier[index] = -(complementarity[index] + multiplier[index] * stepSlack[index]) / slack[index]
    }
    return Direction(z: stepZ, u: stepU, y: stepY, slack: stepSlack, multiplier: stepMultiplier)
  }
}
