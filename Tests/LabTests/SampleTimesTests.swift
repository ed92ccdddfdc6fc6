import Analytics
import Reporting
import Testing

@testable import Lab

/// How samples stay few.
@Suite("Samples that are kept")
struct SampleTimesTests {
  private static let second: Int64 = 1_000_000_000
  private static let day: Int64 = 86_400 * second

  @Test("A walk keeps the start, the newest, the closes, and of the others what a look at all of them would")
  func twin() {
    for (interval, closes) in [(60 * Self.second, [Int64]()), (7 * Self.second, [0, 79_200 * Self.second])] {
      var kept = SampleTimes(interval: interval, closes: closes, limit: 200)
      var all: [Int64] = [1_709_303_400_000_000_003]
      let first = all[0] / interval + 1
      all += (0..<2_500).map { (first + $0 + $0 / 1_000 * 5_000) * interval }
      for close in closes { all += (0..<3).map { (all[0] / Self.day + 1 + $0) * Self.day + close } }
      all = Set(all).sorted()
      var rows: [Int64] = []
      for (number, time) in all.enumerated() {
        if kept.add(time) { rows.removeLast() }
        rows.append(time)
        if let places = kept.thin() { rows.keep(places) }
        #expect(rows == kept.times && rows.count <= 201)
        guard number % 400 == 399 || number == all.count - 1 else { continue }
        let twin = all[...number].filter { time in
          time == all[0] || time == all[number] || time % (interval * kept.stride) == 0
            || closes.contains(time % Self.day)
        }
        #expect(rows == twin, "\(number) samples, every \(kept.stride)")
      }
      #expect(kept.stride == 16 || kept.stride == 32)
    }
  }

  @Test("Where there are more closes than the limit they are kept, and thinning does not start over at each of them")
  func closesAreKept() {
    let closes = [Int64(0), 79_200 * Self.second]
    var kept = SampleTimes(interval: Self.day, closes: closes, limit: 10)
    var thinned = 0
    for number in 0..<500 {
      for close in closes {
        _ = kept.add(Int64(number) * Self.day + close)
        if kept.thin() != nil { thinned += 1 }
      }
    }
    #expect(kept.times.count == 1_000 && thinned < 10)
  }

  @Test("Lanes share a quarter of a gigabyte, each has something")
  func limits() {
    let limits = SampleLimits()
    #expect([1, 32, 33, 1_000].map(limits.ofLane) == [1 << 21, 1 << 20, 1 << 19, 1 << 15])
    #expect([1 << 14, 1 << 20].map(limits.ofLane) == [4_096, 4_096])
  }

  @Test("A run that keeps few samples has the figures of all of them, on one thread and on two")
  func bounded() throws {
    let scenario = try ScenarioRunTests.short(
      """
      [run]
      equity_interval_seconds = 1
      [monte_carlo]
      execution_draws = 2
      [[lane]]
      name = "one"
      [[lane]]
      name = "two"
      parameters.half_spread = 3

      """)
    func run(_ limits: SampleLimits?, threads: Int) throws -> (result: RunResult, held: Int) {
      var pass = try RunPass(scenario, strategies: ScenarioRunTests.registry, threads: threads, progress: { _ in true })
      if let limits { pass.limits = limits }
      let outcome = try pass.lanes(eventLimit: nil)
      return (try pass.result(), outcome.equity.reduce(outcome.samples.times.count) { $0 + $1.count })
    }
    let (whole, all) = try run(nil, threads: 1)
    let few = SampleLimits(shown: 128, all: 96, leastOfLane: 16)
    let (thinned, held) = try run(few, threads: 1)
    #expect(try run(few, threads: 2).result == thinned)
    #expect(whole.sampleTimes.count > 600 && all > 4 * 600)
    // Three lanes of thirty-two at most, and the shown one's account.
    #expect(held < 3 * 33 + 129 && (16...33).contains(thinned.sampleTimes.count))
    // Whatever is over all samples stays what it was.
    #expect(thinned.lanes == whole.lanes && thinned.executionDraws == whole.executionDraws)
    #expect(thinned.laneInstruments == whole.laneInstruments && thinned.fills == whole.fills)
    // And what is kept is part of the whole.
    let places = Dictionary(uniqueKeysWithValues: whole.sampleTimes.enumerated().map { ($0.element, $0.offset) })
    for lane in 0..<2 {
      for (row, time) in thinned.sampleTimes.enumerated() {
        let place = try #require(places[time])
        let (own, other) = (lane * thinned.sampleTimes.count + row, lane * whole.sampleTimes.count + place)
        #expect(thinned.laneEquity[own] == whole.laneEquity[other])
      }
    }
    #expect(thinned.sampleTimes.first == whole.sampleTimes.first && thinned.sampleTimes.last == whole.sampleTimes.last)
    let rows = Dictionary(uniqueKeysWithValues: zip(whole.account.times, whole.account.equity))
    for (time, equity) in zip(thinned.account.times, thinned.account.equity) { #expect(rows[time] == equity) }
    #expect(thinned.account.times.count < 129 + Set(whole.fills.map(\.time)).count)
  }

  @Test("What lanes made in their instruments is their profit")
  func attribution() throws {
    let more = "[[lane]]\nname = \"a\"\nparameters.quantity = 3\n[[lane]]\nname = \"b\"\n"
    let result = try SplitScenarioTests.run(lanes: more)
    #expect(result.laneInstruments.map(\.lane) == [0, 1] && result.laneInstruments.allSatisfy { $0.instrument == 0 })
    for part in result.laneInstruments {
      let lane = result.lanes[part.lane]
      #expect(abs(part.netProfit - lane.profit) < 1e-6 && part.fees == lane.fees && part.fills == lane.fills)
      #expect(part.tradedLots == lane.tradedLots && part.carry == lane.carry.total)
    }
    #expect(try SplitScenarioTests.once.get().laneInstruments.isEmpty)
  }

  /// Three days of half an hour each, from Friday on: the samples of a day's interval lie at midnight.
  @Test("Runs that are sampled once a day have the returns of sessions at their close")
  func daily() throws {
    // A quarter of an hour before the last quote of each day.
    let more = SplitScenarioTests.splits + "[metrics]\nsession_close = 14.75\n"
    let often = try SplitScenarioTests.run(more)
    let seldom = try SplitScenarioTests.run(more, interval: 86_400)
    #expect(seldom.sampleTimes.count < 10 && often.sampleTimes.count > 80)
    var settings = RunAnalysisSettings()
    settings.sessionClose = 53_100_000_000_000
    (settings.resamples, settings.simulatedPaths) = (100, 100)
    let days = [often, seldom].map { RunAnalysis($0, settings: settings).daily.value }
    let daily = try #require(days[0])
    #expect(daily.dates.count == 4 && daily.returns.values.contains { $0 != 0 })
    #expect(days[1] == daily)
  }
}
