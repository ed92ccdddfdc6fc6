import Glibc

enum Elementary {
  static func exp(_ x: Double) -> Double { Glibc.exp(x) }
  static func log(_ x: Double) -> Double { Glibc.log(x) }
  static func logOnePlus(_ x: Double) -> Double { Glibc.log1p(x) }
  static func expMinusOne(_ x: Double) -> Double { Glibc.expm1(x) }
  static func power(_ x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }
}

enum SpecialFunctions {
  static func normalCDF(_ x: Double) -> Double { 0.5 * Glibc.erfc(-x / 2.0.squareRoot()) }
  static func normalPDF(_ x: Double) -> Double { Glibc.exp(-x * x / 2) / 2.5066282746310002 }
  static func normalQuantile(_ p: Double) -> Double {
    var low = -40.0
    var high = 40.0
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if normalCDF(middle) < p { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
