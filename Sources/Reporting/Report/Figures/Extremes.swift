/// The rows of the largest values, largest first and of equal ones the earlier, from one look at each: no run is too long.
struct Extremes {
  let limit: Int
  private(set) var rows: [Int] = []
  private var values: [Double] = []

  init(limit: Int) { self.limit = limit }

  mutating func offer(_ row: Int, _ value: Double) {
    guard rows.count < limit || value > values[limit - 1] else { return }
    let place = values.firstIndex { $0 < value } ?? values.count
    rows.insert(row, at: place)
    values.insert(value, at: place)
    if rows.count > limit {
      rows.removeLast()
      values.removeLast()
    }
  }
}
