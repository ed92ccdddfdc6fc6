import MarketTypes
import Simulation
import Testing

@Suite struct SteadyClockTests {
  static func batch(_ times: [Int64]) -> EventBatch {
    var batch = EventBatch(capacity: 16)
    for time in times { batch.append(EventCode(.clear), time: time) }
    return batch
  }

  @Test(
    arguments: [
      ([1, 2, 3], [4, 4, 9], [4, 4, 9]),
      ([5, 2, 7], [6, 8, 1], [7, 8, 8]),
      ([.min, .max], [.min, 0], [SteadyClock.times.upperBound, SteadyClock.times.upperBound]),
      ([], [3], [3]),
    ] as [([Int64], [Int64], [Int64])])
  func neverStepsBack(first: [Int64], second: [Int64], expected: [Int64]) {
    var clock = SteadyClock()
    var before = Self.batch(first)
    clock.hold(&before)
    var after = Self.batch(second)
    clock.hold(&after)
    #expect(Array(after.times.prefix(after.count)) == expected)
  }
}
