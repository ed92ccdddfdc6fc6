import Analytics
import Foundation

/// X[t,j] = (1 + .2j) sin(.37(t+1)) + .5 cos(1.3(t+1)(j+1)) + .1(j−2) sin(2.1(t+1) + j): 60 rows of 5 assets whose
/// estimates and portfolios were computed with scikit-learn 1.9.1, SciPy and HiGHS.
func syntheticPanel() throws -> ReturnPanel {
  var values: [Double] = []
  for row in 1...60 {
    for asset in 0..<5 {
      let (t, j) = (Double(row), Double(asset))
      let wave = (1 + 0.2 * j) * sin(0.37 * t)
      let beat = 0.5 * cos(1.3 * t * (j + 1))
      values.append(wave + beat + 0.1 * (j - 2) * sin(2.1 * t + j))
    }
  }
  return try ReturnPanel(assetNames: ["A", "B", "C", "D", "E"], rowMajor: values)
}

/// Whether two lists agree to an absolute tolerance.
func agree(_ left: [Double], _ right: [Double], within tolerance: Double) -> Bool {
  left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) <= tolerance }
}
