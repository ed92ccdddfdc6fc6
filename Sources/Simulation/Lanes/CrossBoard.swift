import Strategies

/// The lanes that wait for two averages of closes to cross, for one instrument: a bar is looked at for all of them in one
/// sweep, and only those whose averages have crossed are called.
///
/// As a call for each lane and bar, a sweep over 100 parameter sets took 6 ns a lane and bar.
struct CrossBoard {
  private struct Place {
    let fast: Int64
    let slow: Int64
    /// Where the sums of these lengths lie.
    let fastSum: Int32
    let slowSum: Int32
    let lane: Int32
    /// The side at the last call.
    var isAbove = false
  }

  let instrument: Int
  private let lengths: [Int]
  private let longest: Int
  private var sums: [Int64]
  private var places: [Place]

  init(instrument: Int, lanes: [(lane: Int32, cross: AverageCross)]) {
    self.instrument = instrument
    let lengths = Set(lanes.flatMap { [$0.cross.fast, $0.cross.slow] }).sorted()
    self.lengths = lengths
    longest = lengths.last ?? 0
    sums = Array(repeating: 0, count: lengths.count)
    let index = Dictionary(uniqueKeysWithValues: lengths.enumerated().map { ($1, Int32($0)) })
    places = lanes.map { lane, cross in
      Place(
        fast: Int64(cross.fast), slow: Int64(cross.slow), fastSum: index[cross.fast] ?? 0,
        slowSum: index[cross.slow] ?? 0, lane: lane)
    }
  }

  mutating func remove(_ lane: Int32) { places.removeAll { $0.lane == lane } }

  /// Names each lane that a bar concerns, given the closes up to it. Until there are more closes than the longest average
  /// needs it concerns all of them: a lane then knows its side by itself.
  @inline(__always)
  mutating func forEachCrossing(_ closes: CloseHistory, _ body: (Int32) -> Void) {
    for (index, length) in lengths.enumerated() { sums[index] = closes.sum(last: length) }
    let isComplete = closes.count > longest
    sums.withUnsafeBufferPointer { sums in
      places.withUnsafeMutableBufferPointer { places in
        for index in places.indices {
          let place = places[index]
          let isAbove =
            sums[Int(place.fastSum)] &* place.slow > sums[Int(place.slowSum)] &* place.fast
          if isAbove != place.isAbove || !isComplete {
            places[index].isAbove = isAbove
            body(place.lane)
          }
        }
      }
    }
  }
}
