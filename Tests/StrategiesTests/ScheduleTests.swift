import Foundation
import MarketTypes
import TestSupport
import Testing

@testable import Strategies

@Suite struct ScheduleTests {
  @Test func equalPartsMakeTheWhole() {
    for (quantity, slices) in [(1, 1), (10, 3), (100, 7), (3, 10), (1_000_000_000, 10_000)] as [(Int64, Int)] {
      let cumulative = TWAP.cumulative(of: quantity, slices: slices)
      #expect(cumulative.count == slices + 1 && cumulative[0] == 0 && cumulative[slices] == quantity)
      let parts = zip(cumulative.dropFirst(), cumulative).map { $0 - $1 }
      #expect(parts.reduce(0, +) == quantity)
      #expect((parts.max() ?? 0) - (parts.min() ?? 0) <= 1)
    }
  }

  @Test func volumeProfileIsFollowedToTheLot() {
    // Two slices a bucket: each takes half of the bucket's share.
    let profile = VWAP.cumulative(of: 1_000, slices: 8, weights: [4, 1, 2, 3])
    #expect(profile == [0, 200, 400, 450, 500, 600, 700, 850, 1_000])
    // One slice over several buckets.
    #expect(VWAP.cumulative(of: 1_000, slices: 2, weights: [4, 1, 2, 3]) == [0, 500, 1_000])
    // Slices and buckets that do not divide each other: 2/3 of four buckets are two and two thirds.
    #expect(VWAP.cumulative(of: 1_000, slices: 3, weights: [4, 1, 2, 3]) == [0, 433, 633, 1_000])
    #expect(VWAP.cumulative(of: 90, slices: 3, weights: [0, 0]) == TWAP.cumulative(of: 90, slices: 3))
    #expect(
      VWAP.cumulative(of: 90, slices: 9, weights: Array(repeating: 5, count: 10)) == TWAP.cumulative(of: 90, slices: 9))
  }

  @Test func aSliceIsDueAtItsBeginningOrMayRestUntilItsEnd() {
    let schedule = SliceSchedule(cumulative: [0, 10, 20, 30], durationNanoseconds: 300)
    func due(_ elapsed: Int64, _ isPassive: Bool) -> [Int64] {
      let due = schedule.due(after: elapsed, isPassive: isPassive)
      return [due.must, due.may]
    }
    #expect(due(-1, false) == [0, 0] && due(-1, true) == [0, 0])
    #expect(due(0, false) == [10, 10] && due(0, true) == [0, 10])
    #expect(due(99, false) == [10, 10] && due(99, true) == [0, 10])
    #expect(due(100, false) == [20, 20] && due(100, true) == [10, 20])
    #expect(due(299, true) == [20, 30])
    #expect(due(300, true) == [30, 30] && due(.max, false) == [30, 30])
  }

  @Test func participationNeverExceedsItsRate() {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<5_000 {
      let volume = Int64.random(in: 0...1_000_000_000_000, using: &random)
      let rate = Int64.random(in: 1...9_000, using: &random)
      let own = POV.due(volume: volume, rate: rate)
      // own / (own + volume) ≤ rate / 10,000, and one lot more would be too much.
      #expect(own * 10_000 <= rate * (own + volume))
      #expect((own + 1) * 10_000 > rate * (own + 1 + volume))
    }
    #expect(POV.due(volume: 900, rate: 1_000) == 100)
    #expect(POV.due(volume: 1 << 60, rate: 9_000) == .max)
  }

  @Test func stepsNeverSendMoreThanTheyMay() {
    var random = SeededGenerator(seed: 6)
    func amount() -> Int64 { Int64.random(in: 0...20, using: &random) }
    for _ in 0..<20_000 {
      let (must, may, traded, crossing, resting) = (amount(), amount(), amount(), amount(), amount())
      let step = ParentOrder.step(must: must, may: may, traded: traded, crossing: crossing, resting: resting)
      let living = traded + crossing + resting
      #expect(step.cross >= 0 && step.rest >= 0)
      #expect(living + step.cross + step.rest <= max(must, may, living))
      #expect(step.cross <= max(0, must - traded - crossing))
      #expect(step.cross == 0 || step.rest == 0)
      // Nothing due is left waiting: it is sent, or what rests is called back for it.
      if must > traded + crossing { #expect(step.cancelsResting == (resting > 0)) }
      if must > living { #expect(step.cross > 0) }
    }
    #expect(
      ParentOrder.step(must: 10, may: 20, traded: 4, crossing: 0, resting: 6) == .init(cancelsResting: true, cross: 6))
    #expect(ParentOrder.step(must: 10, may: 10, traded: 4, crossing: 0, resting: 6) == .init(cancelsResting: true))
    #expect(ParentOrder.step(must: 4, may: 10, traded: 4, crossing: 0, resting: 2) == .init(rest: 4))
  }

  @Test func aLimitBoundsTheRestingPrice() {
    let buy = ParentOrder(side: .buy, quantity: 10, limit: Price(ticks: 100))
    #expect(buy.within(Price(ticks: 99)) == Price(ticks: 99))
    #expect(buy.within(Price(ticks: 105)) == Price(ticks: 100))
    let sell = ParentOrder(side: .sell, quantity: 10, limit: Price(ticks: 100))
    #expect(sell.within(Price(ticks: 99)) == Price(ticks: 100))
    #expect(ParentOrder(side: .sell, quantity: 10).within(Price(ticks: 99)) == Price(ticks: 99))
  }
}
