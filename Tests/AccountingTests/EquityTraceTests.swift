import Testing

@testable import Accounting

@Suite struct EquityTraceTests {
  @Test func pointsLieOnTheIntervalAndAtFills() {
    var trace = EquityTrace(start: 100, intervalNanoseconds: 10)
    #expect(!trace.isDue(at: 99))
    trace.advance(to: 125, equity: Money(units: 1))
    trace.fill(at: 125, equity: Money(units: 2))
    trace.fill(at: 125, equity: Money(units: 3))
    trace.advance(to: 130, equity: Money(units: 3))
    #expect(trace.points.map(\.time) == [100, 110, 120, 125, 130])
    #expect(trace.points.map(\.equity) == [1, 1, 1, 3, 3].map { Money(units: $0) })
    #expect(trace.points.map(\.cause) == [.interval, .interval, .interval, .fill, .interval])
  }

  @Test func longGapsAndTheEndOfTimeAreBounded() {
    var trace = EquityTrace(start: .min + 1, intervalNanoseconds: 1)
    trace.advance(to: 0, equity: .zero)
    #expect(trace.points.count == 100_001)
    #expect(trace.points.last?.time == 0)
    trace.advance(to: .max, equity: .zero)
    #expect(trace.points.last?.time == .max)
    var fills = EquityTrace(start: 0, intervalNanoseconds: 0)
    fills.advance(to: 5, equity: .zero)
    #expect(fills.points.isEmpty && !fills.isDue(at: 1_000))
  }
}
