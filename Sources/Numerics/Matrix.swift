/// A dense matrix of doubles, row by row.
public struct Matrix: Sendable, Hashable {
  public let rows: Int
  public let columns: Int
  /// Element (row, column) is at row · columns + column.
  public var values: [Double]

  public init(rows: Int, columns: Int, values: [Double]) {
    precondition(rows >= 0 && columns >= 0 && values.count == rows * columns, "a matrix needs rows × columns values")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  public init(rows: Int, columns: Int, repeating value: Double = 0) {
    self.init(rows: rows, columns: columns, values: [Double](repeating: value, count: rows * columns))
  }

  /// All rows must have the same length.
  public init(_ rows: [[Double]]) {
    let columns = rows.first?.count ?? 0
    precondition(rows.allSatisfy { $0.count == columns }, "all rows of a matrix have the same length")
    self.init(rows: rows.count, columns: columns, values: rows.flatMap { $0 })
  }

  /// Ones on the diagonal.
  public static func identity(_ size: Int) -> Matrix {
    var result = Matrix(rows: size, columns: size)
    for index in 0..<size { result[index, index] = 1 }
    return result
  }

  /// The entries on the diagonal and zeros elsewhere.
  public static func diagonal(_ entries: [Double]) -> Matrix {
    var result = Matrix(rows: entries.count, columns: entries.count)
    for index in entries.indices { result[index, index] = entries[index] }
    return result
  }

  /// The entry at a place.
  @inlinable
  public subscript(row: Int, column: Int) -> Double {
    get {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "matrix index out of range")
      return values[row &* columns &+ column]
    }
    set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "matrix index out of range")
      values[row &* columns &+ column] = newValue
    }
  }

  /// The entries of a row.
  public func row(_ index: Int) -> [Double] { Array(values[index * columns..<(index + 1) * columns]) }
  /// The entries of a column.
  public func column(_ index: Int) -> [Double] { (0..<rows).map { self[$0, index] } }
  public var diagonal: [Double] { (0..<min(rows, columns)).map { self[$0, $0] } }
  public var isSquare: Bool { rows == columns }

  public var transposed: Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for row in 0..<rows { for column in 0..<columns { result[column, row] = self[row, column] } }
    return result
  }

  /// Largest |a(i, j) − a(j, i)|; infinity for a matrix that is not square.
  public var asymmetry: Double {
    guard isSquare else { return .infinity }
    var worst = 0.0
    for row in 0..<rows { for column in 0..<row { worst = max(worst, abs(self[row, column] - self[column, row])) } }
    return worst
  }

  /// The sum, entry by entry.
  public static func + (left: Matrix, right: Matrix) -> Matrix {
    precondition(left.rows == right.rows && left.columns == right.columns, "matrices of different shape")
    var result = left
    for index in result.values.indices { result.values[index] += right.values[index] }
    return result
  }

  /// The difference, entry by entry.
  public static func - (left: Matrix, right: Matrix) -> Matrix {
    precondition(left.rows == right.rows && left.columns == right.columns, "matrices of different shape")
    var result = left
    for index in result.values.indices { result.values[index] -= right.values[index] }
    return result
  }

  /// Every entry times `scale`.
  public static func * (scale: Double, matrix: Matrix) -> Matrix {
    var result = matrix
    for index in result.values.indices { result.values[index] *= scale }
    return result
  }
}
